"""What a figure or a word stands beside: it is held to its own place, not to its whole text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardrails.meanings import meaning
from models.ports import Language

Beside = Mapping[str, float]
"""Stems, each alone and with its side ("<cadr" stands before), and how near: 1 is next to it."""

CLOSE_ENOUGH = 0.9  # a place as good as the best, give or take another order of the same words
_REACH = 8  # words on either side
_CLAUSE, _SENTENCE = 1, 4  # words that a comma, a full stop or a new line stand for
_ON_THE_SAME_SIDE = 0.5  # what the side adds to a word; without it "3 … 1 …" reads as "1 … 3 …"
_TOKEN = re.compile(r"(?P<word>\d+(?:[.,]\d+)+|[^\W_]+)|(?P<end>[.!?\n]+)|[,;:()]")


class Surroundings:
    """The content words of a folded shadow with their places; numbers hold a place, unnamed."""

    def __init__(self, folded: str, language: Language) -> None:
        self._starts: list[int] = []
        self._places: list[int] = []
        self._stems: list[str] = []
        place = 0
        for token in _TOKEN.finditer(folded):
            if not token["word"]:
                place += _SENTENCE if token["end"] else _CLAUSE
            elif stem := meaning(token[0], language):
                place += 1
                self._starts.append(token.start())
                self._places.append(place)
                self._stems.append("" if stem[0].isdigit() else stem)

    def content(self, start: int, end: int) -> Sequence[tuple[int, str]]:
        """The content words that begin in [start, end), with where; a number has no name."""
        first, after = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return list(zip(self._starts[first:after], self._stems[first:after], strict=True))

    def of(self, start: int, end: int) -> Beside:
        """What characters [start, end) stand beside."""
        found: dict[str, float] = {}
        for side, stem, distance in self._around(start, end):
            near = 1 / max(distance, 1)
            found[stem] = max(found.get(stem, 0), near)
            found[side + stem] = max(found.get(side + stem, 0), near * _ON_THE_SAME_SIDE)
        return found

    def _around(self, start: int, end: int) -> Iterator[tuple[str, str, float]]:
        """The words around, each with its side and its distance in words."""
        first, after = bisect_left(self._starts, start), bisect_left(self._starts, end)
        here, there = self._edges(first, after)
        for index in range(max(0, first - _REACH), first):
            if stem := self._stems[index]:
                yield "<", stem, here - self._places[index]
        for index in range(after, min(len(self._stems), after + _REACH)):
            if stem := self._stems[index]:
                yield ">", stem, self._places[index] - there

    def _edges(self, first: int, after: int) -> tuple[int, int]:
        """The places of the first and the last word inside; a stop word stands on the next one."""
        if not self._places:
            return 0, 0
        here = self._places[first] if first < len(self._places) else self._places[-1] + 1
        return here, self._places[after - 1] if first < after else here


@dataclass(frozen=True, slots=True)
class Rival:
    """What may have been put in another's place: where sources say it, and the sentence itself."""

    there: Sequence[Beside]
    here: Sequence[Beside] = ()


def displaced(beside: Beside, own: Sequence[Beside], rival: Rival, slack: float) -> bool:
    """Whether the rival, rather than what is said, stands in this place of the sources.

    `own` is where the sources say what is said. Where the sentence says both, each in its place
    is weighed against both exchanged: a clause that moved takes them along, a swap does not.
    """
    against, agreed = closest(beside, rival.there), closest(beside, own)
    if not rival.here:
        return agreed < against * slack
    return any(
        agreed + closest(each, rival.there) < (against + closest(each, own)) * slack
        for each in rival.here
    )


def closest(beside: Beside, places: Iterable[Beside]) -> float:
    """The greatest likeness to any of them."""
    return max((likeness(beside, each) for each in places), default=0)


def dimmed(beside: Beside, share: float) -> Beside:
    """The same place, less telling: in a sentence that says only a share of what is said."""
    return {stem: near * share for stem, near in beside.items()}


def without(beside: Beside, stems: Container[str]) -> Beside:
    """The same place without some words."""
    return {key: near for key, near in beside.items() if key.lstrip("<>") not in stems}


def mirrored(beside: Beside) -> Beside:
    """The same place with what stands before it behind it."""
    turned = {"<": ">", ">": "<"}
    return {turned.get(key[:1], key[:1]) + key[1:]: near for key, near in beside.items()}


def likeness(one: Beside, other: Beside) -> float:
    """How much two places have around them in common; 0 is nothing."""
    return sum(min(near, other[stem]) for stem, near in one.items() if stem in other)
