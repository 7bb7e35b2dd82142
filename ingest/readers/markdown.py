"""Markdown, read as the page it would be shown as."""

from __future__ import annotations

import re

from ingest.documents import Reading
from ingest.readers.html import read_page
from ingest.readers.text import decoded

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\s*\n", re.DOTALL)
_TITLE = re.compile(r"""^title:\s*["']?(.+?)["']?\s*$""", re.MULTILINE)


def read_markdown(data: bytes) -> Reading:
    """Through HTML, so that what a page would hide is hidden here too: comments, raw elements."""
    from markdown_it import MarkdownIt

    source = decoded(data).replace("\r\n", "\n")
    title = ""
    if front := _FRONT_MATTER.match(source):
        named = _TITLE.search(front[1])
        title = named[1] if named else ""
        source = source[front.end() :]
    page = read_page(MarkdownIt("commonmark").enable("table").render(source))
    return Reading(title or page.title, page.blocks, page.hidden)
