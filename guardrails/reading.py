"""A text as support weighs it: its sentences, figures, names and telling words, each found once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from guardrails.meanings import Said, meaning_words, meanings
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
    Everything found is given in order, with what it stands beside.
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
        return stems(self.low, self.language)

    @cached_property
    def sentences(self) -> Sequence[Place]:
        return [
            Place(self, start, end, stems(self.low[start:end], self.language))
            for start, end in split(self.text)
        ]

    @cached_property
    def figures(self) -> Sequence[tuple[Quantity, Beside]]:
        return [(one, self._beside(one.start, one.end)) for one in figures(self.low)]

    @cached_property
    def names(self) -> Sequence[tuple[Name, Beside]]:
        dated = {
            at for one, _ in self.figures if one.unit == DATE for at in range(one.start, one.end)
        }
        return [
            (one, self._beside(one.start, one.end))
            for one in names(self.text, self.language)
            if one.start not in dated
        ]

    @cached_property
    def telling(self) -> Sequence[tuple[Said, Beside]]:
        said = meanings(self.language).said(self.low)
        return [(one, self._beside(one.start, one.end)) for one in said]

    def content(self, start: int, end: int) -> Sequence[tuple[int, str]]:
        """The content words that begin in [start, end), with where."""
        return self._surroundings.content(start, end)

    def _beside(self, start: int, end: int) -> Beside:
        return self._surroundings.of(start, end)

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

    def within(self, found: Sequence[tuple[_Found, Beside]]) -> Sequence[tuple[_Found, Beside]]:
        """What of its reading's findings stands in this sentence."""
        first = bisect_left(found, self.start, key=lambda one: one[0].start)
        end = bisect_left(found, self.end, key=lambda one: one[0].start)
        return found[first:end]


def stems(text: str, language: Language) -> frozenset[str]:
    """Of content words, one for all synonyms; numbers are held to more than being there."""
    return frozenset(one for one in meaning_words(text, language) if not one[0].isdigit())


@lru_cache(maxsize=_KEPT)
def read(text: str, language: Language) -> Reading:
    """The reading of a passage: the sentences of an answer are held to the same few."""
    return Reading(text, language)
