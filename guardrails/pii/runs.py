"""Runs of digits, however people group them: one pass finds them, numbers are cut from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

GAP = r"[ \t\n\r.\-/_:·()]{0,3}"
FEWEST = 9  # digits; shorter numbers say nothing without a word that names them

# "O6" and "l2" are typed, and read by machines, for "06" and "12"; "2A" and "2B" are Corsica.
_RUN = re.compile(
    rf"(?:\d|(?<![a-z])[oil](?=[oil]?{GAP}\d))"
    rf"(?:{GAP}(?:\d|[oil](?=[oil]?{GAP}\d)|(?<=[\doil])[oil](?![a-hj-kmnp-z'])|(?<=2)[ab](?={GAP}\d)))"
    rf"{{{FEWEST - 1},}}"
)
_AS_DIGITS = str.maketrans("oil", "011")
_LABEL = re.compile(r"[a-z]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Run:
    """Digits in a row: each with its place, and where groups of them begin."""

    low: str
    digits: str
    places: tuple[int, ...]
    heads: bytes  # 1 where a group begins

    def breaks_behind(self, first: int) -> int:
        """Bit n is set where a group begins n + 1 digits behind this one."""
        behind = self.heads[first + 1 : first + LONGEST]
        return int(behind[::-1].translate(_BINARY) or b"0", 2)


LONGEST = 23  # digits of a RIB
_BINARY = bytes.maketrans(b"\x00\x01", b"01")


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it stands in a text. Bit n of `breaks`: something stands before digit n + 1."""

    low: str
    digits: str
    start: int
    end: int
    breaks: int
    glued: str  # the letters that it is glued to

    @property
    def spaced_out(self) -> bool:
        """Whether each digit stands alone."""
        return self.breaks == (1 << (len(self.digits) - 1)) - 1


def runs(low: str) -> Iterator[Run]:
    """The runs of a folded shadow."""
    for match in _RUN.finditer(low):
        start, written = match.start(), match.group()
        places = tuple(start + n for n, one in enumerate(written) if one.isalnum())
        heads = bytearray(len(places))
        heads[0] = 1
        for n in range(1, len(places)):
            heads[n] = places[n] - places[n - 1] != 1
        digits = "".join(filter(str.isalnum, written)).translate(_AS_DIGITS)
        yield Run(low, digits, places, bytes(heads))


def cut(run: Run, first: int, end: int, breaks: int) -> Written | None:
    """The number of digits [first, end), whose groups have this shape."""
    apart = breaks == (1 << (end - first - 1)) - 1
    if apart and (first or end < len(run.digits)):
        return None  # digits that each stand alone are a number when nothing else is around
    start, stop = run.places[first], run.places[end - 1] + 1
    return Written(run.low, run.digits[first:end], start, stop, breaks, label(run.low, start))


def label(low: str, start: int) -> str:
    """The letters that a number is glued to."""
    if not start or not low[start - 1].isalpha():
        return ""
    found = _LABEL.search(low, max(0, start - 20), start)
    return found.group() if found else ""


def shapes(length: int, *groupings: tuple[int, ...]) -> frozenset[int]:
    """The breaks of these groupings, each also with one break too many: a line may end there.

    And of digits that each stand alone.
    """
    known = {_breaks(sizes) for sizes in groupings}
    more = {breaks | 1 << n for breaks in known | {0} for n in range(length - 1)}
    return frozenset(known | more | {(1 << (length - 1)) - 1})


def _breaks(sizes: tuple[int, ...]) -> int:
    breaks = position = 0
    for size in sizes[:-1]:
        position += size
        breaks |= 1 << (position - 1)
    return breaks
