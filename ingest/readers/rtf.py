"""RTF: paragraphs, headings, items and rows, without what is hidden or deleted in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons, tables
from ingest.readers.rtf_controls import (
    ASIDE,
    CHARACTERS,
    SIGNS,
    SPOKEN,
    TOKEN,
    charset,
    code_page,
)

_HEADING = re.compile(r"(?:heading|titre) ([1-9])", re.IGNORECASE)
_BODY_LEVEL = 9  # \outlinelevel of a paragraph that is no heading
_LEAST = 4  # half points: what is smaller is not seen


def read_rtf(data: bytes) -> Reading:
    parser = _Parser()
    parser.parse(data)
    return Reading(parser.title, tuple(parser.blocks), hidden.told(parser.left))


@dataclass(frozen=True, slots=True)
class _Group:
    """What is in force between two braces."""

    role: str = "page"  # page, aside, fonts, colours, styles, title, mark
    starred: bool = False
    hiding: Hiding | None = None
    white: bool = False
    ground: bool = False
    tiny: bool = False
    encoding: str | None = None
    fallback: int = 1  # signs that follow \u for programs that know no Unicode


class _Parser:
    def __init__(self) -> None:
        self.title = ""
        self.blocks: list[Block] = []
        self.left: Counter[Hiding] = Counter()
        self._group = _Group()
        self._groups: list[_Group] = []
        self._skip = 0
        self._encoding = "cp1252"
        self._fonts: dict[int, str | None] = {}
        self._styles: dict[int, str] = {}
        self._number = 0  # of the font or the style that is being described
        self._colours: list[list[int]] = [[]]
        self._bytes: list[bytes] = []
        self._words: list[str] = []
        self._said: tuple[str, Hiding | None] = ("", None)
        self._style, self._level, self._item, self._in_table = 0, _BODY_LEVEL, False, False
        self._cells: list[str] = []
        self._rows: list[list[str]] = []

    def parse(self, data: bytes) -> None:
        position = 0
        while token := TOKEN.match(data, position):
            position = token.end()
            if brace := token["brace"]:
                self._enter() if brace == b"{" else self._leave()
            elif token["word"]:
                position += self._control(token["word"].decode(), token["value"])
            elif token["byte"]:
                self._raw(bytes.fromhex(token["byte"].decode()))
            elif token["sign"]:
                self._sign(token["sign"])
            elif token["text"]:
                self._raw(token["text"])
        self._end_paragraph()
        self._end_table()

    def _enter(self) -> None:
        self._decode()
        if len(self._groups) > limits.NESTED:
            raise UnreadableFileError(reasons.TOO_LARGE)
        self._groups.append(self._group)
        self._group = replace(self._group, starred=False)

    def _leave(self) -> None:
        self._decode()
        if self._group.role == "title":
            self.title = self._taken()
        self._skip = 0
        if self._groups:
            self._group = self._groups.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._group = replace(self._group, starred=True)
        elif sign in b"\r\n":
            self._end_paragraph()
        elif sign in SIGNS:
            self._add(SIGNS[sign])

    def _control(self, word: str, value: bytes | None) -> int:
        """Obey one word; the answer is how many raw bytes follow it that are no text."""
        number = int(value) if value else None
        starred, self._group = self._group.starred, replace(self._group, starred=False)
        if word == "bin":
            return max(number or 0, 0)
        if word == "u":
            self._unicode(number or 0)
        elif word in CHARACTERS:
            self._add(CHARACTERS[word])
        elif starred and word not in SPOKEN and word != "annotation":
            self._become("aside")
        elif word in ASIDE:
            self._become("aside")
        elif act := _ACTS.get(word):
            self._decode()
            act(self, number)
        return 0

    def _become(self, role: str) -> None:
        self._decode()
        self._group = replace(self._group, role=role)

    def _raw(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        data = data[skipped:]
        match self._group.role:
            case "page" | "title":
                self._bytes.append(data)
            case "styles":
                name = data.partition(b";")[0].decode("cp1252", "replace")
                self._styles[self._number] = self._styles.get(self._number, "") + name
            case "colours":
                self._colours += [[] for _ in range(data.count(b";"))]

    def _unicode(self, number: int) -> None:
        self._add(chr(number & 0xFFFF))
        self._skip = self._group.fallback

    def _add(self, text: str) -> None:
        self._decode()
        if self._group.role not in ("page", "title"):
            return
        hiding = self._hiding()
        if hiding is None:
            self._words.append(text)
        elif text.strip() and self._said[1] is not hiding:
            self.left[hiding] += 1
        if text.strip():
            self._said = (text, hiding)

    def _hiding(self) -> Hiding | None:
        group = self._group
        if group.hiding or group.role == "title":
            return group.hiding
        white = group.white and not group.ground and not self._in_table
        return Hiding.TEXT if group.tiny or white else None

    def _decode(self) -> None:
        if self._bytes:
            data, self._bytes = b"".join(self._bytes), []
            self._add(data.decode(self._group.encoding or self._encoding, "replace"))

    def _taken(self) -> str:
        self._decode()
        text, self._words = "".join(self._words), []
        # Characters beyond the first plane come in two halves.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return " ".join(whole.split())

    def _end_paragraph(self, _number: int | None = None) -> None:
        if self._in_table:
            self._words.append(" ")
            return
        self._end_table()
        if text := self._taken():
            self.blocks.append(self._block(text))
        self._item = False

    def _block(self, text: str) -> Block:
        heading = _HEADING.fullmatch(self._styles.get(self._style, "").strip())
        if heading:
            return Block(BlockKind.HEADING, text, level=int(heading[1]))
        if self._level < _BODY_LEVEL:
            return Block(BlockKind.HEADING, text, level=self._level + 1)
        return Block(BlockKind.ITEM if self._item else BlockKind.PARAGRAPH, text)

    def _end_cell(self, _number: int | None) -> None:
        self._cells.append(self._taken())

    def _end_row(self, _number: int | None) -> None:
        self._rows.append(self._cells)
        self._cells = []
        if sum(map(len, self._rows)) > limits.CELLS:
            raise UnreadableFileError(reasons.TOO_LARGE)

    def _end_table(self) -> None:
        cells = [self._cells] if self._cells else []
        rows, self._rows, self._cells = self._rows + cells, [], []
        self.blocks += tables.blocks([row for row in rows if any(row)])

    def _plain(self, _number: int | None) -> None:
        kept = self._group
        self._group = _Group(kept.role, encoding=kept.encoding, fallback=kept.fallback)

    def _paragraph(self, _number: int | None) -> None:
        self._style, self._level, self._item, self._in_table = 0, _BODY_LEVEL, False, False

    def _font(self, number: int | None) -> None:
        self._number = number or 0
        if self._group.role != "fonts":
            self._group = replace(self._group, encoding=self._fonts.get(number or 0))

    def _style_number(self, number: int | None) -> None:
        self._number = self._style = number or 0

    def _font_charset(self, number: int | None) -> None:
        self._fonts[self._number] = charset(number or 0)

    def _colour(self, number: int | None) -> None:
        known = number is not None and number < len(self._colours)
        white = known and self._colours[number or 0] == [255, 255, 255]
        self._group = replace(self._group, white=white)

    def _light(self, number: int | None) -> None:
        if self._group.role == "colours":
            self._colours[-1].append(number or 0)

    def _list_text(self, _number: int | None) -> None:
        self._item = True
        self._become("aside")

    def _comment(self, _number: int | None) -> None:
        self.left[Hiding.COMMENT] += 1
        self._become("aside")

    def _hide(self, hiding: Hiding, number: int | None) -> None:
        self._group = replace(self._group, hiding=None if number == 0 else hiding)

    def _set_level(self, number: int | None) -> None:
        self._level = _BODY_LEVEL if number is None else number

    def _set_in_table(self, _number: int | None) -> None:
        self._in_table = True

    def _set_encoding(self, number: int | None) -> None:
        self._encoding = code_page(number or 1252)

    def _set_fallback(self, number: int | None) -> None:
        self._group = replace(self._group, fallback=1 if number is None else max(number, 0))

    def _set_size(self, number: int | None) -> None:
        self._group = replace(self._group, tiny=(number or 24) <= _LEAST)

    def _set_ground(self, number: int | None) -> None:
        self._group = replace(self._group, ground=bool(number))


_ACTS: dict[str, Callable[[_Parser, int | None], None]] = {
    "par": _Parser._end_paragraph,
    "sect": _Parser._end_paragraph,
    "page": _Parser._end_paragraph,
    "cell": _Parser._end_cell,
    "row": _Parser._end_row,
    "nestcell": _Parser._end_paragraph,
    "pard": _Parser._paragraph,
    "plain": _Parser._plain,
    "s": _Parser._style_number,
    "f": _Parser._font,
    "fcharset": _Parser._font_charset,
    "cf": _Parser._colour,
    "highlight": _Parser._set_ground,
    "chcbpat": _Parser._set_ground,
    "cb": _Parser._set_ground,
    "cbpat": _Parser._set_ground,
    "fs": _Parser._set_size,
    "red": _Parser._light,
    "green": _Parser._light,
    "blue": _Parser._light,
    "listtext": _Parser._list_text,
    "pntext": _Parser._list_text,
    "annotation": _Parser._comment,
    "intbl": _Parser._set_in_table,
    "outlinelevel": _Parser._set_level,
    "ansicpg": _Parser._set_encoding,
    "mac": lambda parser, _: _Parser._set_encoding(parser, 10000),
    "pc": lambda parser, _: _Parser._set_encoding(parser, 437),
    "pca": lambda parser, _: _Parser._set_encoding(parser, 850),
    "uc": _Parser._set_fallback,
    "v": lambda parser, number: parser._hide(Hiding.TEXT, number),
    "deleted": lambda parser, number: parser._hide(Hiding.DELETION, number),
    "fonttbl": lambda parser, _: parser._become("fonts"),
    "colortbl": lambda parser, _: parser._become("colours"),
    "stylesheet": lambda parser, _: parser._become("styles"),
    "info": lambda parser, _: parser._become("aside"),
    "title": lambda parser, _: parser._become("title"),
}
