"""An identifier that a word told once is known from there on, without the word, in any groups."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from guardrails.pii.ports import Kind, Told, tells_a_name
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_SHORTEST, _FEWEST_DIGITS = 8, 2  # characters: fewer would be found where they mean something else
_LONGEST = 40
_SCORE = 0.3  # it only widens what other findings name
_SPREAD = 2  # times its length: what may stand between the characters of one
_OTHERS = (
    *(Kind.EMAIL, Kind.IP, Kind.MAC, Kind.HOLDER, Kind.BIRTH_DATE, Kind.BIRTH_PLACE),
    *(Kind.ADDRESS, Kind.HEALTH, Kind.UNION, Kind.PERSON),
)
_IDENTIFIERS = frozenset(map(str, Kind)).difference(map(str, _OTHERS))


def told(text: str, findings: Iterable[Finding]) -> set[Told]:
    """The values in a text that are known wherever they stand behind it."""
    return {
        Told(one.kind, text[one.start : one.end])
        for one in findings
        if tells_a_name(one) or one.kind in _IDENTIFIERS
    }


def repeats(shadow: Shadow, found: Sequence[Finding], said: Collection[Told]) -> Iterator[Finding]:
    """Identifiers that were said, or found before in this text."""
    known = [(value, kind, 0) for kind, value in _identifiers(said)]
    here = {
        (one.kind, value): one.end
        for one in reversed(found)
        if (value := _identifier(one.kind, shadow.low[one.start : one.end]))
    }
    known += [(value, kind, after) for (kind, value), after in here.items()]
    if known:
        packed = _Packed.of(shadow.low, 0)
        for value, kind, after in known:
            for start, end in packed.places(value, after):
                yield Finding(kind, start, end, _SCORE)


def begun(shadow: Shadow, said: Collection[Told]) -> int:
    """Where begins what more text could make one of these again; the text's length if nowhere."""
    values = [value for _, value in _identifiers(said)]
    low = shadow.low
    if values:
        packed = _Packed.of(low, max(0, len(low) - _SPREAD * _LONGEST))
        for at, place in enumerate(packed.letters):
            tail = packed.text[at:]
            if _begins_word(low, place) and any(value.startswith(tail) for value in values):
                return place
    return len(low)


@dataclass(frozen=True, slots=True)
class _Packed:
    """The letters and digits of a text without what stands between them."""

    low: str
    letters: Sequence[int]  # their places in the text
    text: str

    @classmethod
    def of(cls, low: str, start: int) -> _Packed:
        letters = [place for place in range(start, len(low)) if low[place].isalnum()]
        return cls(low, letters, "".join([low[place] for place in letters]))

    def places(self, value: str, after: int) -> Iterator[tuple[int, int]]:
        """Where the value stands by itself, from a place of the text on."""
        at = self.text.find(value, bisect_left(self.letters, after))
        while at >= 0:
            start, end = self.letters[at], self.letters[at + len(value) - 1] + 1
            alone = _begins_word(self.low, start) and not self.low[end : end + 1].isalnum()
            if alone and end - start <= _SPREAD * len(value):
                yield start, end
            at = self.text.find(value, at + 1)


def _begins_word(low: str, place: int) -> bool:
    return place == 0 or not low[place - 1].isalnum()


def _identifiers(said: Iterable[Told]) -> Iterator[tuple[str, str]]:
    for kind, value in said:
        if packed := _identifier(kind, Shadow(value).low):
            yield kind, packed


def _identifier(kind: str, low: str) -> str:
    """The value packed; nothing if it is none that could be known again."""
    if kind not in _IDENTIFIERS:
        return ""
    packed = "".join(filter(str.isalnum, low))
    long_enough = _SHORTEST <= len(packed) <= _LONGEST
    return packed if long_enough and sum(map(str.isdigit, packed)) >= _FEWEST_DIGITS else ""
