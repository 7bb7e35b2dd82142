"""How likely a word is a part of a person's name, from itself, two words before and one behind.

A linear model: each trait has a weight. What a word says alone is summed once for each place it can
stand in, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from guardrails.pii.names.knowledge import COMMON, GIVEN, PLACE, SURNAME, THING, Knowledge
from guardrails.pii.names.words import CIVILITIES, plain, role, shape

FREQUENT, NAMES = 2, 0b1111
_OTHER_WORDS = frozenset({"m", "me", "mes", "pr", "miss", "sir"})
_REMEMBERED = 50_000


class Part(Enum):
    """What a word can be before anybody looks around it."""

    NONE = auto()
    NAME = auto()
    TITLE = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a word alone."""

    low: str
    shape: str
    kind: str  # its shape, its role and what lists say, in a few letters
    facts: int = 0
    part: Part = Part.NONE

    @property
    def ordinary(self) -> bool:
        return _ordinary(self.facts)


def word(written: str, facts: int) -> Word:
    low, form = plain(written), shape(written)
    said = "".join(
        f"{letter}{facts >> at & 3}"
        for letter, at in (("g", GIVEN), ("s", SURNAME), ("c", COMMON))
        if facts >> at & 3
    )
    place = ("p" if facts >> PLACE & 1 else "") + ("t" if facts >> THING & 1 else "")
    part = _part(written, form, low, facts)
    return Word(low, form, form + role(low.rstrip(".")) + said + place, facts, part)


def _part(written: str, form: str, low: str, facts: int) -> Part:
    """Initials are of a name only beside one; "me" and "mes" are titles with a capital alone."""
    if low.rstrip(".") in CIVILITIES:
        return Part.TITLE if written[0].isupper() or low not in _OTHER_WORDS else Part.NONE
    return Part.NAME if form in ("X", "A") and not _ordinary(facts) else Part.NONE


def _ordinary(facts: int) -> bool:
    """A frequent word that is nobody's name: with a capital it begins a sentence."""
    return facts >> COMMON & 3 >= FREQUENT and not facts & NAMES


def own_traits(place: str, one: Word) -> Iterator[str]:
    """What a word says, standing at this place: 0 itself, - before, + behind, = farther."""
    yield f"{place}{one.low}"
    yield f"{place}|{one.kind}"
    if place == "0":
        low = one.low
        yield f"0{one.shape}{low[-3:]}$"
        yield f"0{low[-4:]}$"
        yield f"0^{low[:4]}"
        yield f"0{low[-2:]}$"
        yield f"0^{low[:3]}"
        yield f"0{one.shape}{min(len(low), 12)}"
        framed = f"^{low}$"
        yield from (f"3{framed[at : at + 3]}" for at in range(min(len(low), 20)))


def shared_traits(around: Sequence[Word]) -> Iterator[str]:
    """What words say together: two before, the word itself, one behind."""
    earlier, before, itself, behind = around
    yield f"a{before.kind}~{itself.kind}"
    yield f"b{itself.kind}~{behind.kind}"
    yield f"c{before.kind}~{itself.kind}~{behind.kind}"
    yield f"d{before.low}~{itself.kind}"
    yield f"e{itself.kind}~{behind.low}"
    yield f"f{earlier.kind}~{before.kind}~{itself.kind}"
    yield f"h{earlier.low}~{before.low}~{itself.shape}"


PLACES = "=-0+"


def traits(around: Sequence[Word]) -> Iterator[str]:
    for place, one in zip(PLACES, around, strict=True):
        yield from own_traits(place, one)
    yield from shared_traits(around)


class Likelihood:
    """The model over some knowledge; it remembers words it met."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.word = lru_cache(_REMEMBERED)(self._word)
        self._own = lru_cache(_REMEMBERED)(self._summed)
        self._shared = lru_cache(_REMEMBERED)(self._weighed)

    def score(self, around: Sequence[Word]) -> float:
        """The logarithm of the odds that the third of four words is of a name."""
        weighed = sum(map(self._own, PLACES, around)) + self._shared(tuple(around))
        return weighed * self._knowledge.scale + self._knowledge.bias

    def _word(self, written: str) -> Word:
        return word(written, self.facts(written))

    def facts(self, written: str) -> int:
        """What lists say of a word; of a double one, what they say of its parts."""
        low = plain(written)
        known = self._knowledge.of(low)
        if known or "-" not in low:
            return known
        parts = [self._knowledge.of(part) for part in low.split("-") if part]
        return _common_to(parts)

    def _summed(self, place: str, one: Word) -> int:
        return sum(map(self._knowledge.weight, own_traits(place, one)))

    def _weighed(self, around: tuple[Word, ...]) -> int:
        return sum(map(self._knowledge.weight, shared_traits(around)))


def _common_to(parts: Sequence[int]) -> int:
    if not parts:
        return 0
    known = parts[0]
    for part in parts[1:]:
        given = min(known >> GIVEN & 3, part >> GIVEN & 3)
        surname = min(known >> SURNAME & 3, part >> SURNAME & 3)
        known = given << GIVEN | surname << SURNAME
    return known
