"""Word documents, in the order of their body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, reasons, tables
from ingest.readers.office import HOSTILE, parsed

if TYPE_CHECKING:
    from docx.document import Document as Docx

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|titre) ([1-9])", re.IGNORECASE)
# Said again for old programs, or drawn: nobody reads them as text.
_SKIPPED = frozenset({f"{_W}instrText", f"{_W}rPr", f"{_W}pPr", _FALLBACK})
_COUNTED = {
    f"{_W}del": Hiding.DELETION,
    f"{_W}moveFrom": Hiding.DELETION,
    f"{_W}commentReference": Hiding.COMMENT,
}
_NOTES = {f"{_W}footnoteReference": "footnotes", f"{_W}endnoteReference": "endnotes"}
_SPACES = frozenset({f"{_W}tab", f"{_W}br", f"{_W}cr"})
_APART = frozenset({f"{_W}p", f"{_W}tc"})  # in a shape or a note: lines of their own
_OFF = ("0", "false", "off")
_LEAST = 4  # half points: what is smaller is not seen
_NO_GROUND = ("auto", "FFFFFF", "none", None)


def read_docx(data: bytes) -> Reading:
    import docx
    from docx.opc.exceptions import OpcError

    hostile: tuple[type[Exception], ...] = (OpcError, *HOSTILE)
    try:
        document = docx.Document(BytesIO(data))
        left: Counter[Hiding] = Counter()
        blocks = tuple(_blocks(document, left))
        return Reading(_title(document), blocks, hidden.told(left))
    except hostile as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _title(document: Docx) -> str:
    return " ".join((document.core_properties.title or "").split())


def _blocks(document: Docx, left: Counter[Hiding]) -> Iterator[Block]:
    names = {style.style_id: style.name or "" for style in document.styles}
    notes = dict(_notes(document))
    for element in _content(document.element.body, left):
        if element.tag == f"{_W}tbl":
            yield from _rows(element, left)
        elif text := _text(element, left):
            yield _block(element, text, names)
        for reference in element.iter(*_NOTES):
            note = notes.get((_NOTES[reference.tag], reference.get(f"{_W}id")))
            if note is not None and (text := _text(note, left)):
                yield Block(BlockKind.PARAGRAPH, text)


def _notes(document: Docx) -> Iterator[tuple[tuple[str, str], Any]]:
    """Footnotes and endnotes, by the last word of their part's relation and their id."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in _NOTES.values() and not relation.is_external:
            for note in parsed(relation.target_part.blob):
                yield (kind, note.get(f"{_W}id", "")), note


def _content(parent: Any, left: Counter[Hiding]) -> Iterator[Any]:
    """Paragraphs and tables below an element, through whatever wraps them."""
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif kind := _COUNTED.get(element.tag):
            left[kind] += 1
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


def _rows(table: Any, left: Counter[Hiding]) -> Iterator[Block]:
    rows = [
        [
            " ".join(_text(found, left) for found in _content(cell, left)).strip()
            for cell in row.iterchildren(f"{_W}tc")
        ]
        for row in table.iterchildren(f"{_W}tr")
    ]
    yield from tables.blocks(rows)


def _text(element: Any, left: Counter[Hiding]) -> str:
    """The words of an element, but those hidden or deleted."""
    words: list[str] = []
    waiting = [element]
    while waiting:
        found = waiting.pop()
        if found.tag == f"{_W}t":
            words.append(found.text or "")
        elif found.tag in _SPACES:
            words.append(" ")
        elif kind := _COUNTED.get(found.tag):
            left[kind] += 1
        elif _vanishes(found):
            left[Hiding.TEXT] += any((text.text or "").strip() for text in found.iter(f"{_W}t"))
        elif found.tag not in _SKIPPED:
            if found.tag in _APART:
                words.append(" ")
            waiting.extend(reversed(found))
    return " ".join("".join(words).split())


def _vanishes(element: Any) -> bool:
    """Whether a run is hidden, too small, or white where nothing says that the ground is not."""
    properties = element.find(f"{_W}rPr") if element.tag == f"{_W}r" else None
    if properties is None:
        return False
    vanish = properties.find(f"{_W}vanish")
    if vanish is not None and vanish.get(f"{_W}val", "1") not in _OFF:
        return True
    size = _value(properties, "sz")
    if size and size.isdigit() and int(size) <= _LEAST:
        return True
    return (_value(properties, "color") or "").upper() == "FFFFFF" and not _has_ground(element)


def _has_ground(run: Any) -> bool:
    """Whether anything around a run may colour what it stands on; tables and shapes may."""
    if _value(run.find(f"{_W}rPr"), "highlight") not in _NO_GROUND:
        return True
    for above in (run, *run.iterancestors()):
        if above.tag in (f"{_W}tbl", f"{_W}txbxContent"):
            return True
        for shade in above.iterfind(f"*/{_W}shd"):
            if shade.get(f"{_W}fill") not in _NO_GROUND and above.tag != f"{_W}body":
                return True
    return False


def _value(properties: Any, name: str) -> str | None:
    found = properties.find(f"{_W}{name}")
    value = None if found is None else found.get(f"{_W}val")
    return None if value is None else str(value)
