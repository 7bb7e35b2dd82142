"""RTF: paragraphs, headings, items and rows, without what is hidden or deleted in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from ingest.documents import Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons
from ingest.readers.rtf_controls import ASIDE, CHARACTERS, SIGNS, SPOKEN, TOKEN, charset, code_page
from ingest.readers.rtf_page import Page

_LEAST = 4  # half points: what is smaller is not seen
_WHITE = [255, 255, 255]


def read_rtf(data: bytes) -> Reading:
    parser = _Parser()
    parser.parse(data)
    return Reading(parser.title, tuple(parser.page.blocks), hidden.told(parser.left))


class _Role(Enum):
    """What the text between two braces is for."""

    PAGE = auto()
    TITLE = auto()
    FONTS = auto()
    COLOURS = auto()
    STYLES = auto()
    ASIDE = auto()


@dataclass(frozen=True, slots=True)
class _Group:
    """What is in force between two braces."""

    role: _Role = _Role.PAGE
    starred: bool = False
    hiding: Hiding | None = None
    white: bool = False
    ground: bool = False  # on a colour of its own
    tiny: bool = False
    encoding: str | None = None  # None: the document's own
    fallback: int = 1  # signs that follow \u for programs that know no Unicode


class _Parser:
    """Goes through the tokens, and writes down on the page what a reader sees."""

    def __init__(self) -> None:
        self.title = ""
        self.page = Page()
        self.left: Counter[Hiding] = Counter()
        self._group = _Group()
        self._groups: list[_Group] = []
        self._encoding = "cp1252"
        self._fonts: dict[int, str | None] = {}
        self._colours: list[list[int]] = [[]]
        self._described = 0  # the font or style whose description is being read
        self._bytes: list[bytes] = []  # not yet decoded: one letter may take several
        self._skip = 0  # bytes that repeat a letter for programs that know no Unicode
        self._before: Hiding | None = None  # why the last words were left out
        self._acts = self._vocabulary()

    def parse(self, data: bytes) -> None:
        position = 0
        while token := TOKEN.match(data, position):
            position = token.end()
            if brace := token["brace"]:
                self._open() if brace == b"{" else self._close()
            elif token["word"]:
                position += self._obey(token["word"].decode(), token["value"])
            elif token["byte"]:
                self._take(bytes.fromhex(token["byte"].decode()))
            elif token["sign"]:
                self._sign(token["sign"])
            elif token["text"]:
                self._take(token["text"])
        self._decode()
        self.page.end_paragraph()
        self.page.end_table()

    def _open(self) -> None:
        self._decode()
        if len(self._groups) > limits.NESTED:
            raise UnreadableFileError(reasons.TOO_LARGE)
        self._groups.append(self._group)

    def _close(self) -> None:
        self._decode()
        if self._group.role is _Role.TITLE:
            self.title = self.page.taken()
        self._skip = 0
        if self._groups:
            self._group = self._groups.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._set(starred=True)
        elif sign in b"\r\n":
            self._decode()
            self.page.end_paragraph()
        elif sign in SIGNS:
            self._say(SIGNS[sign])

    def _obey(self, word: str, value: bytes | None) -> int:
        """One control word; the answer is how many raw bytes after it are no text."""
        number = None if value is None else int(value)
        starred = self._group.starred
        self._set(starred=False)
        if word == "bin":
            return max(number or 0, 0)
        if word == "u":
            self._say(chr((number or 0) & 0xFFFF))
            self._skip = self._group.fallback
        elif word in CHARACTERS:
            self._say(CHARACTERS[word])
        elif word in ASIDE or (starred and word not in SPOKEN):
            self._become(_Role.ASIDE)
        elif act := self._acts.get(word):
            self._decode()
            act(number)
        return 0

    def _take(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        match self._group.role:
            case _Role.PAGE | _Role.TITLE:
                self._bytes.append(data[skipped:])
            case _Role.STYLES:
                name = data.partition(b";")[0].decode("cp1252", "replace")
                self.page.styles[self._described] = self.page.styles.get(self._described, "") + name
            case _Role.COLOURS:
                self._colours += [[] for _ in range(data.count(b";"))]
            case _Role.FONTS | _Role.ASIDE:
                pass

    def _decode(self) -> None:
        if self._bytes:
            data, self._bytes = b"".join(self._bytes), []
            self._say(data.decode(self._group.encoding or self._encoding, "replace"))

    def _say(self, text: str) -> None:
        self._decode()
        if self._group.role not in (_Role.PAGE, _Role.TITLE):
            return
        hiding = self._hiding()
        if hiding is None:
            self.page.say(text)
        if text.strip():
            self.left[hiding or Hiding.TEXT] += hiding not in (None, self._before)
            self._before = hiding

    def _hiding(self) -> Hiding | None:
        group = self._group
        white = group.white and not group.ground and not self.page.in_table
        if group.role is _Role.PAGE and (group.tiny or white):
            return Hiding.TEXT
        return group.hiding

    def _set(self, **changes: object) -> None:
        self._group = replace(self._group, **changes)  # type: ignore[arg-type]  # names of its own

    def _become(self, role: _Role) -> None:
        self._decode()
        self._set(role=role)

    def _vocabulary(self) -> dict[str, Callable[[int | None], None]]:
        """The control words that change something, and what each does with its number."""
        page = self.page
        grounds = dict.fromkeys(
            ("highlight", "chcbpat", "cb", "cbpat"), lambda n: self._set(ground=bool(n))
        )
        ends = dict.fromkeys(("par", "sect", "page", "nestcell"), lambda _: page.end_paragraph())
        lights = dict.fromkeys(("red", "green", "blue"), self._light)
        return {
            **grounds,
            **ends,
            **lights,
            "cell": lambda _: page.end_cell(),
            "row": lambda _: page.end_row(),
            "pard": lambda _: page.begin_paragraph(),
            "plain": lambda _: self._plain(),
            "intbl": lambda _: setattr(page, "in_table", True),
            "outlinelevel": lambda n: setattr(page, "level", n or 0),
            "listtext": self._list_text,
            "pntext": self._list_text,
            "s": self._style,
            "f": self._font,
            "fs": lambda n: self._set(tiny=n is not None and n <= _LEAST),
            "cf": self._colour,
            "fcharset": lambda n: self._fonts.update({self._described: charset(n or 0)}),
            "ansicpg": lambda n: setattr(self, "_encoding", code_page(n or 1252)),
            "mac": lambda _: setattr(self, "_encoding", "mac_roman"),
            "pc": lambda _: setattr(self, "_encoding", "cp437"),
            "pca": lambda _: setattr(self, "_encoding", "cp850"),
            "uc": lambda n: self._set(fallback=1 if n is None else max(n, 0)),
            "v": lambda n: self._set(hiding=None if n == 0 else Hiding.TEXT),
            "deleted": lambda n: self._set(hiding=None if n == 0 else Hiding.DELETION),
            "annotation": self._comment,
            "fonttbl": lambda _: self._set(role=_Role.FONTS),
            "colortbl": lambda _: self._set(role=_Role.COLOURS),
            "stylesheet": lambda _: self._set(role=_Role.STYLES),
            "info": lambda _: self._set(role=_Role.ASIDE),
            "title": lambda _: self._set(role=_Role.TITLE),
        }

    def _plain(self) -> None:
        kept = self._group
        self._group = _Group(kept.role, encoding=kept.encoding, fallback=kept.fallback)

    def _light(self, number: int | None) -> None:
        if self._group.role is _Role.COLOURS:
            self._colours[-1].append(number or 0)

    def _list_text(self, _: int | None) -> None:
        self.page.item = True
        self._set(role=_Role.ASIDE)

    def _comment(self, _: int | None) -> None:
        self.left[Hiding.COMMENT] += 1
        self._set(role=_Role.ASIDE)

    def _style(self, number: int | None) -> None:
        self._described = self.page.style = number or 0

    def _font(self, number: int | None) -> None:
        self._described = number or 0
        if self._group.role is not _Role.FONTS:
            self._set(encoding=self._fonts.get(self._described))

    def _colour(self, number: int | None) -> None:
        known = number is not None and 0 <= number < len(self._colours)
        self._set(white=known and self._colours[number or 0] == _WHITE)
