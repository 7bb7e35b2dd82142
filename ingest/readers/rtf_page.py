"""What an RTF file says, as it is written down: words, then paragraphs, cells and rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.documents import Block, BlockKind
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons, tables

_HEADING = re.compile(r"(?:heading|titre) ([1-9])", re.IGNORECASE)
_BODY = 9  # \outlinelevel of a paragraph that is no heading


@dataclass(slots=True)
class Page:
    """Words come in; `taken` gives them back, and each end of a paragraph makes a block."""

    blocks: list[Block] = field(default_factory=list)
    styles: dict[int, str] = field(default_factory=dict)  # their names, by number
    style: int = 0
    level: int = _BODY
    item: bool = False
    in_table: bool = False
    _words: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _filled: int = 0

    def say(self, text: str) -> None:
        self._words.append(text)

    def taken(self) -> str:
        text, self._words = "".join(self._words), []
        # Characters beyond the first plane come in two halves.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return " ".join(whole.split())

    def begin_paragraph(self) -> None:
        self.style, self.level, self.item, self.in_table = 0, _BODY, False, False

    def end_paragraph(self) -> None:
        if self.in_table:
            self._words.append(" ")
            return
        self.end_table()
        if text := self.taken():
            self.blocks.append(self._block(text))
        self.item = False

    def end_cell(self) -> None:
        self._cells.append(self.taken())
        self._filled += 1
        if self._filled > limits.CELLS:
            raise UnreadableFileError(reasons.TOO_LARGE)

    def end_row(self) -> None:
        self._rows.append(self._cells)
        self._cells = []

    def end_table(self) -> None:
        if self._cells:
            self.end_row()
        rows, self._rows = self._rows, []
        self.blocks += tables.blocks([row for row in rows if any(row)])

    def _block(self, text: str) -> Block:
        if heading := _HEADING.fullmatch(self.styles.get(self.style, "").strip()):
            return Block(BlockKind.HEADING, text, level=int(heading[1]))
        if 0 <= self.level < _BODY:
            return Block(BlockKind.HEADING, text, level=self.level + 1)
        return Block(BlockKind.ITEM if self.item else BlockKind.PARAGRAPH, text)
