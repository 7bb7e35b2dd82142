"""A name found once is known: from there on, each of its words is masked, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from guardrails.pii.names.knowledge import COMMON, GIVEN, THING
from guardrails.pii.names.likelihood import NAMES, Word
from guardrails.pii.names.reading import SENTENCE_ENDS, Reading
from guardrails.pii.names.words import CIVILITIES, PARTICLES, TOKEN
from guardrails.pii.ports import Kind, tells_a_name
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_SHORTEST = 3  # letters of a word that stands for its bearer
_SCORE = 0.3  # it only widens what other findings name
_LOCAL = re.compile(r"([^\W\d_]{2,30})[._\-]([^\W\d_]{2,30})[^\w.\-]{0,3}(?:@|at\b|arobase\b)")


def echoes(reading: Reading, found: Iterable[Finding], said: Iterable[str]) -> Iterator[Finding]:
    """Words of names that were said, or found before in this text."""
    telling = [one for one in found if tells_a_name(one)]
    if not telling and not said:
        return
    known = {word for value in said for word in _words(Shadow(value).text, reading)}
    places = list(_places(reading, telling, known))
    start = 0
    for at, place in enumerate(places):
        alone = at + 1 == len(places) or not _one_name(reading, place, places[at + 1])
        if alone:
            first, last = reading.tokens[places[start]], reading.tokens[place]
            yield Finding(Kind.PERSON, first.start(), last.end(), _SCORE)
            start = at + 1


def _places(reading: Reading, telling: list[Finding], known: set[str]) -> Iterator[int]:
    waiting = iter(telling)
    coming = next(waiting, None)
    for place, token in enumerate(reading.tokens):
        while coming and coming.end <= token.start():
            known.update(_words(reading.text[coming.start : coming.end], reading))
            coming = next(waiting, None)
        if coming and coming.start <= token.start():
            continue
        if known and reading.at(place).low in known and _meant(reading, place):
            yield place


def _one_name(reading: Reading, place: int, later: int) -> bool:
    both = reading.is_candidate(place) and reading.is_candidate(later)
    return later == place + 1 and both and reading.beside(place, later)


def _meant(reading: Reading, place: int) -> bool:
    """Not the ordinary word that is also a name, nor the street that bears it."""
    one, before = reading.at(place), reading.at(place - 1)
    common = one.facts >> COMMON & 3
    if reading.after_a_place(place):
        return False
    if one.shape in ("X", "A"):
        return common <= 1 or before.low not in SENTENCE_ENDS
    return common == 0 and one.shape == "x"


def _words(value: str, reading: Reading) -> Iterator[str]:
    """The words of a name, or those that an address of e-mail is made of."""
    if local := _LOCAL.search(value):
        pair = [reading.word(part) for part in local.groups()]
        if any(one.facts >> GIVEN & 3 for one in pair) and not any(map(_ordinary, pair)):
            yield from (one.low for one in pair if len(one.low) >= _SHORTEST)
        return
    if "@" in value:
        return
    for token in TOKEN.finditer(value):
        one = reading.word(token.group())
        if len(one.low) >= _SHORTEST and one.shape in ("X", "A", "x", "C") and not _ordinary(one):
            yield one.low


def _ordinary(one: Word) -> bool:
    if one.low in CIVILITIES or one.low in PARTICLES or one.facts >> THING & 1:
        return True
    return bool(one.facts >> COMMON & 3) and not one.facts & NAMES
