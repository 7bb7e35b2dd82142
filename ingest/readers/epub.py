"""EPUB: the chapters of a book, in the order of its spine."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ingest.documents import Block, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons
from ingest.readers.html import read_html
from ingest.readers.office import HOSTILE, Package

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "meta-inf/encryption.xml"


def read_epub(data: bytes) -> Reading:
    try:
        package = Package(data)
        main = _main(package)
        book = package.tree(main)
        blocks: list[Block] = []
        left: Counter[Hiding] = Counter()
        for chapter in _chapters(package, main, book):
            reading = read_html(package.bytes_of(chapter))
            left.update(hidden.counted(reading.hidden))
            blocks += reading.blocks
            if sum(len(block.text) for block in reading.blocks) > limits.LONGEST:
                raise UnreadableFileError(reasons.TOO_LARGE)
        return Reading(_title(book), tuple(blocks), hidden.told(left))
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _main(package: Package) -> str:
    """The part that lists all others."""
    for element in package.tree(_CONTAINER).iter():
        if str(element.tag).endswith("}rootfile"):
            return str(element.get("full-path"))
    raise UnreadableFileError(reasons.DAMAGED)


def _chapters(package: Package, main: str, book: Any) -> Iterator[str]:
    folder = posixpath.dirname(main)
    hrefs = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in book.iterfind(f"{_OPF}manifest/{_OPF}item")
        if "html" in item.get("media-type", "")
    }
    sealed = _sealed(package)
    for reference in book.iterfind(f"{_OPF}spine/{_OPF}itemref"):
        part = hrefs.get(reference.get("idref"), "")
        if part in sealed:
            raise UnreadableFileError(reasons.ENCRYPTED)
        if part.lower() in package.names:
            yield part


def _sealed(package: Package) -> frozenset[str]:
    """Parts under a key; fonts often are, and are not needed."""
    if _ENCRYPTION not in package.names:
        return frozenset()
    elements = package.tree(_ENCRYPTION).iter()
    return frozenset(unquote(element.get("URI", "")) for element in elements)


def _title(book: Any) -> str:
    title = book.find(f".//{_DC}title")
    return "" if title is None else " ".join("".join(title.itertext()).split())
