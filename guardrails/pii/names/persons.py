"""Names of persons: what announces them, what a small model says, and what belongs together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from guardrails.pii.names import unfinished
from guardrails.pii.names.announced import announced
from guardrails.pii.names.echoes import echoes
from guardrails.pii.names.knowledge import COMMON, GIVEN, THING, Knowledge, shipped
from guardrails.pii.names.likelihood import FREQUENT, NAMES, Likelihood
from guardrails.pii.names.reading import SENTENCE_ENDS, Reading, read
from guardrails.pii.names.words import BEGINNINGS, PARTICLES
from guardrails.pii.ports import TELL_NAMES, Detector, Kind, Told, tells_a_name
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_NEIGHBOUR, _LEAST, _MOST = 0.4, -3.0, 4.0  # how far a word beside speaks for this one
_TOGETHER, _UNLISTED_TOGETHER = -1.5, -1.0
# One word that no list has is doubtful in capitals, or where a sentence begins.
_WELL_KNOWN, _ALONE, _UNLISTED, _DOUBTFUL = -0.5, 0.4, 1.8, 3.0
_MAY = -1.5
_ANNOUNCED, _LEARNT, _GUESSED = 0.55, 0.5, 0.4  # a form says more; a guess is no echo's cause
_INITIALS = 2  # before a name
_LINKS = 3  # particles and initials between two words of one name


class Persons(Detector):
    """Names of persons in French and English prose, in one pass."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self._likelihood = Likelihood(knowledge or shipped())

    def find(self, shadow: Shadow) -> Iterator[Finding]:
        reading = read(shadow.text, self._likelihood.word)
        certain = set(announced(reading, shadow.low))
        if not certain and not reading.candidates:
            return
        named = certain.union(self._learnt(reading))
        for group in _groups(reading, sorted(named)):
            if certain.isdisjoint(group) and reading.after_a_place(group.start):
                continue
            first, last = reading.tokens[group[0]], reading.tokens[_last(reading, group)]
            score = _LEARNT if _listed(reading, group) else _GUESSED
            score = score if certain.isdisjoint(group) else _ANNOUNCED
            yield Finding(Kind.PERSON, first.start(), last.end(), score)

    def again(
        self, shadow: Shadow, found: Sequence[Finding], said: Collection[Told]
    ) -> Iterator[Finding]:
        """Names that this text, or what went before it, has told already."""
        names = [one for one in said if one.kind in TELL_NAMES]
        if names or any(tells_a_name(one) for one in found):
            yield from echoes(
                read(shadow.text, self._likelihood.word), found, [one.value for one in names]
            )

    def open_from(self, shadow: Shadow) -> int:
        reading = read(shadow.text, self._likelihood.word)
        return unfinished.open_from(reading, shadow.low)

    def _learnt(self, reading: Reading) -> Iterator[int]:
        likelihood = self._likelihood
        alone = {place: likelihood.score(reading.around(place)) for place in reading.candidates}
        for place, score in alone.items():
            beside = [one for one in _neighbours(reading, place, alone) if alone[one] > _MAY]
            others = sum(
                max(_LEAST, min(_MOST, alone[one])) for one in _neighbours(reading, place, alone)
            )
            if score + _NEIGHBOUR * others > _needed(reading, place, beside):
                yield place


def _last(reading: Reading, group: range) -> int:
    """A capital behind a given name is of the surname, whatever else it means: Paul Modèle."""
    last = group[-1]
    if any(not reading.at(place).facts >> GIVEN & 3 for place in group):
        return last
    behind = reading.at(last + 1)
    surname = behind.shape in ("X", "A") and not behind.facts >> THING & 1
    return last + 1 if surname and reading.between(last, last + 1) == " " else last


def _listed(reading: Reading, group: range) -> bool:
    """More than one word alone that no list has."""
    return len(group) > 1 or any(reading.at(place).facts & NAMES for place in group)


def _needed(reading: Reading, place: int, beside: Sequence[int]) -> float:
    """How sure the model must be of a word: less beside another that may be of the name."""
    one = reading.at(place)
    listed = bool(one.facts & NAMES)
    if beside:
        listed = listed or any(reading.at(other).facts & NAMES for other in beside)
        return _TOGETHER if listed else _UNLISTED_TOGETHER
    if one.facts >> GIVEN & 3 >= FREQUENT and not one.facts >> COMMON:
        return _WELL_KNOWN
    if listed:
        return _ALONE
    doubtful = one.shape == "A" or reading.at(place - 1).low in SENTENCE_ENDS
    return _DOUBTFUL if doubtful else _UNLISTED


def _neighbours(reading: Reading, place: int, candidates: Mapping[int, float]) -> Iterator[int]:
    """The candidates that stand directly before and behind."""
    if place - 1 in candidates and reading.beside(place - 1, place):
        yield place - 1
    if place + 1 in candidates and reading.beside(place, place + 1):
        yield place + 1


def _groups(reading: Reading, named: list[int]) -> Iterator[range]:
    """Words of one name: side by side, or with particles and initials between them."""
    start = last = -1
    for place in named:
        if start >= 0 and place <= last:
            continue
        if start >= 0 and _linked(reading, last, place):
            last = place
            continue
        if start >= 0:
            yield range(start, last + 1)
        start, last = _with_initials(reading, place), place
    if start >= 0:
        yield range(start, last + 1)


def _linked(reading: Reading, last: int, place: int) -> bool:
    if place - last > _LINKS + 1:
        return False
    return all(
        reading.beside(one, one + 1) and (one == last or _a_link(reading, one))
        for one in range(last, place)
    )


def _a_link(reading: Reading, place: int) -> bool:
    one = reading.at(place)
    return one.shape in ("I", "i") or one.low in PARTICLES


def _with_initials(reading: Reading, place: int) -> int:
    """Where a name begins: at its initials or its particle with a capital."""
    first = place
    while first and place - first < _INITIALS and reading.beside(first - 1, first):
        before = reading.at(first - 1)
        initials = before.shape in ("I", "i") and before.low not in ("m", "m.")
        if not initials and before.low not in BEGINNINGS:
            break
        first -= 1
    return first
