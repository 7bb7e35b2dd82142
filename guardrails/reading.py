"""A text as support weighs it: its sentences, figures, names and telling words, each found once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import TypeVar

from guardrails.meanings import Said, meanings
from guardrails.nearness import Beside, Surroundings
from guardrails.proper_names import Name, names
from guardrails.quantities import DATE, Quantity, figures
from guardrails.text import Shadow, folded
from models.ports import Language
from models.segmentation import split
from models.words import PLACEHOLDER

_WORD = re.compile(r"\w+")
_KEPT = 64  # readings: the passages of the answers that are being written

_Found = TypeVar("_Found", Quantity, Name, Said)


class Reading:
    """A shadow in which placeholders and signs are words, and what is said in it.

    Positions are in characters of the shadow; `low` has it in small letters, one for one.
    Everything found is given in order.
    """

    def __init__(self, text: str, language: Language) -> None:
        self.text = Shadow(PLACEHOLDER.sub(r" \1 ", text).replace("€", " euros ")).text
        self.language = language
        self.low = folded(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self.low))

    @cached_property
    def stems(self) -> frozenset[str]:
        return self.stems_of(0, len(self.low))

    @cached_property
    def sentences(self) -> Sequence[Place]:
        return [
            Place(self, start, end, self.stems_of(start, end)) for start, end in split(self.text)
        ]

    @cached_property
    def figures(self) -> Sequence[Quantity]:
        return figures(self.low)

    @cached_property
    def names(self) -> Sequence[Name]:
        dates = [range(one.start, one.end) for one in self.figures if one.unit == DATE]
        dated = frozenset(chain.from_iterable(dates))
        return [one for one in names(self.text, self.language) if one.start not in dated]

    @cached_property
    def telling(self) -> Sequence[Said]:
        return list(meanings(self.language).said(self.low))

    def stems_of(self, start: int, end: int) -> frozenset[str]:
        """Of the content words in [start, end); numbers are held to more than being there."""
        return frozenset(stem for _, stem in self.content(start, end) if stem)

    def content(self, start: int, end: int) -> Sequence[tuple[int, str]]:
        """The content words that begin in [start, end), with where; a number has no name."""
        return self._surroundings.content(start, end)

    def placed(self, found: Iterable[_Found]) -> Sequence[tuple[_Found, Beside]]:
        """Each finding with what it stands beside."""
        return [(one, self._surroundings.of(one.start, one.end)) for one in found]

    @cached_property
    def _surroundings(self) -> Surroundings:
        return Surroundings(self.low, self.language)


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a reading: its characters [start, end) and the stems of its words."""

    reading: Reading
    start: int
    end: int
    stems: frozenset[str]

    @property
    def low(self) -> str:
        return self.reading.low[self.start : self.end]

    def within(self, found: Sequence[_Found]) -> Sequence[_Found]:
        """What of its reading's findings stands in this sentence."""
        first = bisect_left(found, self.start, key=_start)
        return found[first : bisect_left(found, self.end, key=_start)]

    def placed(self, found: Sequence[_Found]) -> Sequence[tuple[_Found, Beside]]:
        """What of them stands in this sentence, and what each stands beside."""
        return self.reading.placed(self.within(found))


def _start(found: Quantity | Name | Said) -> int:
    return found.start


@lru_cache(maxsize=_KEPT)
def read(text: str, language: Language) -> Reading:
    """The reading of a passage: the sentences of an answer are held to the same few."""
    return Reading(text, language)
