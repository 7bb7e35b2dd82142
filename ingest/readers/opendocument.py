"""OpenDocument: texts, spreadsheets and presentations, as OASIS ODF 1.3 writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons, tables
from ingest.readers.odf_styles import Styles, qualified
from ingest.readers.office import HOSTILE, Package

_HEADING, _PARAGRAPH = qualified("text:h"), qualified("text:p")
_ITEM = qualified("text:list-item")
_TABLE, _ROW = qualified("table:table"), qualified("table:table-row")
_COLUMN, _CELL = qualified("table:table-column"), qualified("table:table-cell")
_PAGE, _FRAME, _NOTE = qualified("draw:page"), qualified("draw:frame"), qualified("text:note")
_STYLE = qualified("text:style-name")
_SPACES = {qualified(f"text:{name}") for name in ("s", "tab", "line-break")}
_COMMENT, _DELETION = qualified("office:annotation"), qualified("text:deletion")
_UNREAD = (
    "office:forms text:sequence-decls text:note-citation svg:title svg:desc text:table-of-content"
)
_SKIPPED = frozenset(map(qualified, _UNREAD.split()))
_APART = _SKIPPED | {_FRAME, _NOTE}  # not in the middle of a line


def read_open_document(data: bytes) -> Reading:
    try:
        package = Package(data)
        if b"encryption-data" in _manifest(package):
            raise UnreadableFileError(reasons.ENCRYPTED)
        root = package.tree("content.xml")
        left: Counter[Hiding] = Counter()
        blocks = tuple(
            _Walk(Styles(root), left).through(root.find(f".//{qualified('office:body')}"))
        )
        return Reading(_title(package), blocks, hidden.told(left))
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _manifest(package: Package) -> bytes:
    part = "meta-inf/manifest.xml"
    return package.bytes_of(part) if part in package.names else b""


def _title(package: Package) -> str:
    if "meta.xml" not in package.names:
        return ""
    title = package.tree("meta.xml").find(f".//{qualified('dc:title')}")
    return "" if title is None else " ".join("".join(title.itertext()).split())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: on a slide, inside an item, in a frame, in that of a title."""

    page: int | None = None
    item: bool = False
    framed: bool = False
    title: bool = False


class _Walk:
    """Goes through a body without recursion, but into the cells of tables."""

    def __init__(self, styles: Styles, left: Counter[Hiding]) -> None:
        self._styles = styles
        self._left = left
        self._pages = 0
        self._cells = 0

    def through(self, root: Any) -> Iterator[Block]:
        waiting = [(child, _Place()) for child in reversed(root)]
        while waiting:
            element, place = waiting.pop()
            if element.tag in _SKIPPED or self._is_left_out(element):
                continue
            if element.tag in (_HEADING, _PARAGRAPH):
                yield from self._line(element, place)
                waiting.extend(
                    (inner, place) for inner in reversed(list(_below(element, _FRAME, _NOTE)))
                )
            elif element.tag == _TABLE:
                yield from self._table(element, place)
            else:
                below = self._below(element, place)
                waiting.extend((child, below) for child in reversed(element))

    def _below(self, element: Any, place: _Place) -> _Place:
        if element.tag == _ITEM:
            return replace(place, item=True)
        if element.tag == _PAGE:
            self._pages += 1
            return _Place(self._pages)
        if element.tag == _FRAME:
            title = element.get(qualified("presentation:class")) == "title"
            return _Place(place.page, framed=True, title=title)
        return place

    def _is_left_out(self, element: Any) -> bool:
        """Whether nobody sees this; if so, it is counted."""
        if element.tag == _COMMENT:
            kind = Hiding.COMMENT
        elif element.tag == _DELETION:
            kind = Hiding.DELETION
        elif element.tag == _PAGE and self._styles.hides_page(element):
            kind, self._pages = Hiding.SLIDE, self._pages + 1
        elif element.tag == _TABLE and self._styles.hides_table(element):
            kind = Hiding.SHEET
        elif element.get(qualified("text:display")) == "none":
            kind = Hiding.TEXT
        else:
            return False
        self._left[kind] += 1
        return True

    def _line(self, element: Any, place: _Place) -> Iterator[Block]:
        text = self._text(element, covered=place.framed or place.page is not None)
        if not text:
            return
        if element.tag == _HEADING:
            level = int(element.get(qualified("text:outline-level"), "1"))
            yield Block(BlockKind.HEADING, text, place.page, level)
        elif place.title:
            yield Block(BlockKind.HEADING, text, place.page, level=1)
        else:
            yield Block(BlockKind.ITEM if place.item else BlockKind.PARAGRAPH, text, place.page)

    def _text(self, line: Any, *, covered: bool) -> str:
        """The words of a paragraph, but those nobody sees and those of frames inside it."""
        words: list[str] = []
        waiting: list[Any] = [line]
        while waiting:
            found = waiting.pop()
            if isinstance(found, str):
                words.append(found)
                continue
            if found.tag in _SPACES:
                words.append(" ")
            elif found.tag not in _APART and not self._unseen(found, covered):
                for child in reversed(found):
                    waiting += [child.tail or "", child]
                waiting.append(found.text or "")
        return " ".join("".join(words).split())

    def _unseen(self, element: Any, covered: bool) -> bool:
        if self._is_left_out(element):
            return True
        if not self._styles.hides_text(element.get(_STYLE), covered):
            return False
        self._left[Hiding.TEXT] += any(text.strip() for text in element.itertext())
        return True

    def _table(self, table: Any, place: _Place) -> Iterator[Block]:
        rows = [row for row in self._rows(table) if any(row)]
        if not rows:
            return
        if self._is_sheet(table):
            yield Block(BlockKind.HEADING, table.get(qualified("table:name"), ""), level=1)
        yield from _named(rows, place.page)

    def _is_sheet(self, table: Any) -> bool:
        return bool(table.getparent().tag == qualified("office:spreadsheet"))

    def _rows(self, table: Any) -> Iterator[list[str]]:
        columns = self._hidden_columns(table)
        for row in _below(table, _ROW):
            if row.get(qualified("table:visibility"), "visible") != "visible":
                self._left[Hiding.ROW] += any(text.strip() for text in row.itertext())
                continue
            yield [cell for n, cell in enumerate(self._cells_of(row)) if n not in columns]

    def _hidden_columns(self, table: Any) -> frozenset[int]:
        found: set[int] = set()
        number = 0
        for column in _below(table, _COLUMN):
            times = min(
                int(column.get(qualified("table:number-columns-repeated"), "1")), limits.ROWS
            )
            if column.get(qualified("table:visibility"), "visible") != "visible":
                found.update(range(number, number + times))
                self._left[Hiding.COLUMN] += times
            number += times
        return frozenset(found)

    def _cells_of(self, row: Any) -> Iterator[str]:
        for cell in row.iterchildren(_CELL, qualified("table:covered-table-cell")):
            lines = (self._text(line, covered=True) for line in cell.iter(_HEADING, _PARAGRAPH))
            text = " ".join(filter(None, lines))
            repeated = int(cell.get(qualified("table:number-columns-repeated"), "1"))
            self._cells += repeated if text else 1
            if self._cells > limits.CELLS:
                raise UnreadableFileError(reasons.TOO_LARGE)
            # An empty stretch runs to the end of the sheet: it needs no more than a few cells.
            yield from [text] * (repeated if text else min(repeated, limits.COLUMNS))


def _below(parent: Any, *tags: str) -> Iterator[Any]:
    """Elements of these names below one, but not those that stand in each other."""
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if element.tag in tags:
            yield element
        else:
            waiting.extend(reversed(element))


def _named(rows: list[list[str]], page: int | None) -> Iterator[Block]:
    """Rows under the first one with a name for each of its cells; lone cells are remarks."""
    while len(rows) > 1 and sum(map(bool, rows[0])) == 1:
        yield Block(BlockKind.PARAGRAPH, "".join(rows[0]), page)
        rows = rows[1:]
    used = sorted({n for row in rows for n, cell in enumerate(row) if cell})
    yield from tables.blocks([[row[n] for n in used if n < len(row)] for row in rows], page)
