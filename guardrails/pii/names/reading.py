"""A text read as words, and which of them could be of a person's name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from guardrails.pii.names.likelihood import Part, Word
from guardrails.pii.names.words import CIVILITIES, NAMED_PLACES, PARTICLES, RANKS, TOKEN

OUTSIDE = Word("\n", "\n", "\n")
SENTENCE_ENDS = frozenset({"\n", ".", "!", "?", ":", ";", "•", "-", "*", "#", "(", "|"})
BEFORE, BEHIND = 2, 1  # words that say something of the one between them


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text in order, and the places of titles and of what could be of a name."""

    text: str
    tokens: Sequence[re.Match[str]]
    candidates: Sequence[int]
    titles: Sequence[int]
    word: Callable[[str], Word]

    def written(self, place: int) -> str:
        return self.tokens[place].group()

    def at(self, place: int) -> Word:
        if 0 <= place < len(self.tokens):
            return self.word(self.tokens[place].group())
        return OUTSIDE

    def is_candidate(self, place: int) -> bool:
        return self.at(place).part is Part.NAME

    def around(self, place: int) -> tuple[Word, ...]:
        return tuple([self.at(one) for one in range(place - BEFORE, place + BEHIND + 1)])

    def between(self, place: int, later: int) -> str:
        """What stands between the ends of two words."""
        if later >= len(self.tokens):
            return "\n"
        return self.text[self.tokens[place].end() : self.tokens[later].start()]

    def beside(self, place: int, later: int) -> bool:
        """Whether nothing but a space stands between them."""
        return self.between(place, later) in (" ", "  ", "")

    def after_a_place(self, place: int) -> bool:
        """Whether a street, a school or a law bears the name that begins here.

        "rue Paul Bert", "avenue du Général Leclerc", "la loi Veil".
        """
        for before in range(place - 1, max(-1, place - 5), -1):
            low = self.at(before).low
            if low in NAMED_PLACES:
                return True
            if low not in PARTICLES and low not in CIVILITIES and low not in RANKS:
                return False
        return False

    def places_from(self, position: int) -> Iterator[int]:
        """Words behind a position, to the end of the line or the first mark."""
        first = bisect_left(self.tokens, position, key=lambda one: one.start())
        for place in range(first, len(self.tokens)):
            if not self.written(place)[0].isalpha():
                return
            yield place

    def places_within(self, start: int, end: int) -> range:
        first = bisect_left(self.tokens, start, key=lambda one: one.start())
        return range(first, bisect_left(self.tokens, end, key=lambda one: one.start()))


def read(text: str, word: Callable[[str], Word]) -> Reading:
    tokens = list(TOKEN.finditer(text))
    candidates, titles = [], []
    for place, one in enumerate(tokens):
        part = word(one.group()).part
        if part is Part.NAME:
            candidates.append(place)
        elif part is Part.TITLE:
            titles.append(place)
    return Reading(text, tokens, candidates, titles, word)
