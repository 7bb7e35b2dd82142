"""Texts made from other texts, with the way back: every character knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

Replacement = tuple[int, int, str]
"""Characters [start, end) of the original give way to this text."""


class Rewritten:
    """A text with some stretches replaced, and an exact map back to the original."""

    __slots__ = ("_before", "_original_ends", "_original_starts", "_same", "_starts", "text")

    def __init__(
        self, original: str, replacements: Iterable[Replacement], before: Rewritten | None = None
    ) -> None:
        """The replacements come in order and do not overlap. `before` made the original."""
        self._before = before
        self._starts: list[int] = []
        self._original_starts: list[int] = []
        self._original_ends: list[int] = []
        self._same: list[bool] = []
        pieces: list[str] = []
        length = position = 0
        for start, end, new in (*replacements, (len(original), len(original), "")):
            if position < start:
                pieces.append(original[position:start])
                length += self._stretch(length, position, start, same=True)
            if new:
                pieces.append(new)
                self._stretch(length, start, end, same=False)
                length += len(new)
            position = end
        self.text = "".join(pieces)

    def _stretch(self, at: int, start: int, end: int, *, same: bool) -> int:
        self._starts.append(at)
        self._original_starts.append(start)
        self._original_ends.append(end)
        self._same.append(same)
        return end - start

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest stretch of the original that characters [start, end) were made from.

        An empty span gives the empty span before the character that stands there.
        """
        if not self._starts:
            return 0, 0
        first = self._origin(start)[0]
        span = (first, self._origin(end - 1)[1]) if start < end else (first, first)
        return self._before.original_span(*span) if self._before else span

    def then(self, replacements: Iterable[Replacement]) -> Rewritten:
        """A text rewritten once more; the way back still leads to the first original."""
        return Rewritten(self.text, replacements, self)

    def _origin(self, position: int) -> tuple[int, int]:
        stretch = bisect_right(self._starts, position) - 1
        start, end = self._original_starts[stretch], self._original_ends[stretch]
        if not self._same[stretch]:
            return start, end
        at = start + position - self._starts[stretch]
        return at, min(at + 1, end)


_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Invisible without being of category Cf: joiners, fillers, variation selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
_DASHES = frozenset("\u2212\u2043\ufe63")  # dashes that Unicode counts elsewhere
_SEEN_AS = {"Zs": " ", "Zl": "\n", "Zp": "\n", "Pd": "-", "Cf": ""}
_LONGEST_CLUSTER = 30  # the stream-safe limit of UAX #15; longer runs make normalising quadratic


class Shadow(Rewritten):
    """A text as a reader sees it, for patterns to match.

    NFKC; nothing invisible; every digit 0–9, every space U+0020, every dash U+002D, every line
    separator a new line. Detect here, act on the original.
    """

    __slots__ = ("_low",)

    def __init__(self, original: str) -> None:
        clusters = () if original.isascii() else _UNUSUAL.finditer(original)
        super().__init__(
            original, ((match.start(), match.end(), _seen(match.group())) for match in clusters)
        )
        self._low: str | None = None

    @property
    def low(self) -> str:
        """The shadow folded: small letters without accents, character for character."""
        if self._low is None:
            self._low = folded(self.text)
        return self._low


@lru_cache(maxsize=4096)
def _seen(cluster: str) -> str:
    """What a reader sees of a character with its marks; nothing of marks that stand alone."""
    if _MARK.match(cluster):
        return ""
    return "".join(_plain(character) for character in unicodedata.normalize("NFKC", cluster))


def _plain(character: str) -> str:
    if character in _UNSEEN:
        return ""
    if character == "\x85":
        return "\n"
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if character in _DASHES:
        return "-"
    return _SEEN_AS.get(category, character)


@lru_cache(maxsize=4096)
def invisible(character: str) -> bool:
    """Whether nobody sees it, whatever stands around it; an accent is seen on its letter."""
    return not _plain(character)


def _usual() -> str:
    """The characters of French and English that are their own shadow, as a regex class."""
    codes = (*range(0x20, 0x7F), *range(0xA1, 0x250), *range(0x2018, 0x2020), 0x20AC, 0x2022)
    usual = [chr(code) for code in codes if _plain(chr(code)) == chr(code)]
    stable = [one for one in usual if unicodedata.normalize("NFKC", one) == one]
    return "".join(re.escape(one) for one in stable) + "\t\n\r"


_USUAL = _usual()
_MARK = re.compile(f"[{_MARKS}]")
_UNUSUAL = re.compile(
    rf"[^{_USUAL}][{_MARKS}]{{0,{_LONGEST_CLUSTER}}}|[^\t\n\r][{_MARKS}]{{1,{_LONGEST_CLUSTER}}}"
)


def _base_letters() -> dict[int, str]:
    table = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'"}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if base.isascii():
            table[code] = base
    # Letters of other alphabets that look like ours: "іgnоrе" is read as "ignore".
    foreign = "аеорсухіѕјһԁɡαοερνкмтвнԛԝүζιτκχγАВЕКМНОРСТХІЅЈУԚԜҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    ours = "aeopcyxisjhdgaoepvkmtbhqwyzitkxyabekmhopctxisjyqwyabezhikmnoptyx"
    return table | {ord(one): other for one, other in zip(foreign, ours, strict=True)}


_BASE = _base_letters()
_FOLDED = frozenset(map(chr, _BASE))


def folded(text: str) -> str:
    """A shadow in small letters without accents, character for character."""
    if text.isascii():
        return text.lower()
    based = text
    for one in _FOLDED.intersection(text):  # a text has few letters that are not ASCII
        based = based.replace(one, _BASE[ord(one)])
    lowered = based.lower()
    if len(lowered) == len(based):
        return lowered
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in based)
