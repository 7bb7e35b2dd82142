"""What is printed at the head and foot of every page: said once, and not in mid-sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.readers.pdf_layout import Line, Table

_EDGE = 2  # lines at the head of a page, and at its foot
_LONGEST = 120  # letters
_MOST_PAGES = 0.6
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.?)?\W*0(?:\W+(?:(?:sur|de|of)\W+)?0)?\W*", re.IGNORECASE)

Part = Line | Table


def without_margins(pages: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """The pages without page numbers, and without what an earlier page already said there."""
    times = Counter(key for page in pages for key in set(_edges(page).values()))
    needed = max(2, len(pages) * _MOST_PAGES)
    printed = {key for key, count in times.items() if count >= needed}
    said: set[str] = set()
    kept: list[list[Part]] = []
    for page in pages:
        dropped = {
            at
            for at, key in _edges(page).items()
            if key in printed and (key in said or _PAGE_NUMBER.fullmatch(key))
        }
        said.update(_edges(page).values())
        kept.append([part for at, part in enumerate(page) if at not in dropped])
    return kept


def _edges(page: Sequence[Part]) -> dict[int, str]:
    """The first and last lines with something in them, by where they stand; any number as 0."""
    written = [
        (at, " ".join(part.text.split()))
        for at, part in enumerate(page)
        if isinstance(part, Line) and part.text.strip()
    ]
    edges = {*written[:_EDGE], *written[-_EDGE:]}
    return {at: _NUMBER.sub("0", text) for at, text in edges if len(text) <= _LONGEST}
