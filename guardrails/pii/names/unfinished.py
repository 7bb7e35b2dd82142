"""Where a text that is still arriving may not be let out yet, for the sake of names.

A word that could be of a name waits for the word behind it; words side by side wait for the end of
their row; the line under a closing waits for its end.
"""

from __future__ import annotations

from guardrails.pii.names.announced import CLOSING, announced
from guardrails.pii.names.reading import Reading
from guardrails.pii.names.words import BEGINNINGS, PARTICLES


def open_from(reading: Reading, low: str) -> int:
    end = len(low)
    complete = _complete(reading, low)
    held = [end]
    if complete < len(reading.tokens):
        held.append(reading.tokens[complete].start())
    said = set(announced(reading, low))
    place = complete - 1
    while place >= 0 and (_in_a_row(reading, place, said) or place in said):
        place -= 1
    place += 1
    while place < complete and not _begins(reading, place, said):
        place += 1
    if place < complete:
        held.append(reading.tokens[place].start())
    closing = CLOSING.search(low, max(0, end - 120))
    if closing and closing.end() == end:
        held.append(closing.start("line"))
    return min(held)


def _complete(reading: Reading, low: str) -> int:
    """How many words nothing can be added to any more."""
    if not low or low[-1].isspace():
        return len(reading.tokens)
    last = max(low.rfind(" "), low.rfind("\n"), low.rfind("\t")) + 1
    return len(reading.places_within(0, last))


def _in_a_row(reading: Reading, place: int, said: set[int]) -> bool:
    """Whether the word may be of a name that goes on behind it."""
    if not _begins(reading, place, said) and reading.at(place).low not in PARTICLES:
        return False
    last = place + 1 == len(reading.tokens)
    return last or reading.beside(place, place + 1)


def _begins(reading: Reading, place: int, said: set[int]) -> bool:
    one = reading.at(place)
    if place in said or one.shape in ("I", "i") or one.low in BEGINNINGS:
        return True
    return reading.is_candidate(place)
