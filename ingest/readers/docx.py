"""Word documents, in the order of their body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ingest.documents import Block, BlockKind, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import reasons, tables
from ingest.readers.office import HOSTILE

if TYPE_CHECKING:
    from docx.document import Document as Docx

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|titre) ([1-9])", re.IGNORECASE)
# Deleted by a reviewer, said again for old programs, or drawn: nobody reads them as text.
_SKIPPED = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}rPr", f"{_W}pPr", _FALLBACK}
)
_SPACES = frozenset({f"{_W}tab", f"{_W}br", f"{_W}cr"})


def read_docx(data: bytes) -> Reading:
    import docx
    from docx.opc.exceptions import OpcError

    hostile: tuple[type[Exception], ...] = (OpcError, *HOSTILE)
    try:
        document = docx.Document(BytesIO(data))
        return Reading(_title(document), tuple(_blocks(document)))
    except hostile as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _title(document: Docx) -> str:
    return " ".join((document.core_properties.title or "").split())


def _blocks(document: Docx) -> Iterator[Block]:
    names = {style.style_id: style.name or "" for style in document.styles}
    for element in _content(document.element.body):
        if element.tag == f"{_W}tbl":
            yield from _rows(element)
        elif text := _text(element):
            yield _block(element, text, names)


def _content(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables below an element, through whatever wraps them."""
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag not in _SKIPPED:
            waiting.extend(reversed(element))


def _block(paragraph: Any, text: str, names: dict[str, str]) -> Block:
    properties = paragraph.find(f"{_W}pPr")
    style = properties.find(f"{_W}pStyle") if properties is not None else None
    name = names.get(style.get(f"{_W}val"), "") if style is not None else ""
    if name.lower() in ("title", "titre"):
        return Block(BlockKind.HEADING, text, level=1)
    if heading := _HEADING.fullmatch(name.strip()):
        return Block(BlockKind.HEADING, text, level=int(heading[1]))
    listed = properties is not None and properties.find(f"{_W}numPr") is not None
    if listed or name.lower().startswith("list"):
        return Block(BlockKind.ITEM, text)
    return Block(BlockKind.PARAGRAPH, text)


def _rows(table: Any) -> Iterator[Block]:
    rows = [
        [" ".join(map(_text, _content(cell))).strip() for cell in row.iterchildren(f"{_W}tc")]
        for row in table.iterchildren(f"{_W}tr")
    ]
    names = rows[0] if len(rows) > 1 and len(rows[0]) > 1 and all(rows[0]) else []
    for row in rows[1:] if names else rows:
        if said := tables.said(names, row):
            yield Block(BlockKind.ROW, said)


def _text(element: Any) -> str:
    """The words of an element, but those hidden or deleted."""
    words: list[str] = []
    waiting = [element]
    while waiting:
        found = waiting.pop()
        if found.tag == f"{_W}t":
            words.append(found.text or "")
        elif found.tag in _SPACES:
            words.append(" ")
        elif found.tag not in _SKIPPED and not _vanishes(found):
            waiting.extend(reversed(found))
    return " ".join("".join(words).split())


def _vanishes(element: Any) -> bool:
    if element.tag != f"{_W}r":
        return False
    properties = element.find(f"{_W}rPr")
    vanish = properties.find(f"{_W}vanish") if properties is not None else None
    return vanish is not None and vanish.get(f"{_W}val", "1") not in ("0", "false", "off")
