"""An identifier that a word told once is known from there on, without the word, in any groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

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
    values = ((one, text[one.start : one.end]) for one in findings)
    return {
        Told(one.kind, value, _identifier(one.kind, Shadow(value).low))
        for one, value in values
        if tells_a_name(one) or one.kind in _IDENTIFIERS
    }


def repeats(shadow: Shadow, found: Sequence[Finding], said: Collection[Told]) -> Iterator[Finding]:
    """Identifiers that were said, or found before in this text."""
    known = {one.packed: (one.kind, 0) for one in said if one.packed}
    for one in found:
        if packed := _identifier(one.kind, shadow.low[one.start : one.end]):
            known.setdefault(packed, (one.kind, one.end))
    if not known:
        return
    packed_text, letters = _packed(shadow.low, 0)
    lengths = sorted({len(value) for value in known})
    for at, place in enumerate(letters):
        if _inside_a_word(shadow.low, place):
            continue
        for length in lengths:
            kind, after = known.get(packed_text[at : at + length], ("", 0))
            end = letters[min(at + length, len(letters)) - 1] + 1
            if kind and place >= after and _stands_alone(shadow.low, place, end, length):
                yield Finding(kind, place, end, _SCORE)


def begun(shadow: Shadow, said: Collection[Told]) -> int:
    """Where begins what more text could make one of these again; the text's length if nowhere."""
    low, values = shadow.low, [one.packed for one in said if one.packed]
    if values:
        packed_text, letters = _packed(low, max(0, len(low) - _SPREAD * _LONGEST))
        for at, place in enumerate(letters):
            tail = packed_text[at:]
            may_go_on = any(value.startswith(tail) for value in values)
            if may_go_on and not _inside_a_word(low, place):
                return place
    return len(low)


def _packed(low: str, start: int) -> tuple[str, Sequence[int]]:
    """The letters and digits of a text without what stands between them, and their places."""
    letters = [place for place in range(start, len(low)) if low[place].isalnum()]
    return "".join([low[place] for place in letters]), letters


def _inside_a_word(low: str, place: int) -> bool:
    return place > 0 and low[place - 1].isalnum()


def _stands_alone(low: str, start: int, end: int, length: int) -> bool:
    return end - start <= _SPREAD * length and not low[end : end + 1].isalnum()


def _identifier(kind: str, low: str) -> str:
    """The value packed; nothing if it is none that could be known again."""
    if kind not in _IDENTIFIERS:
        return ""
    packed, _ = _packed(low, 0)
    long_enough = _SHORTEST <= len(packed) <= _LONGEST
    return packed if long_enough and sum(map(str.isdigit, packed)) >= _FEWEST_DIGITS else ""
