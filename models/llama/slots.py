"""Which tokens each slot of the cache holds, so that nothing known is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WORTH_A_COPY = 32  # tokens: fewer are read again sooner than a slot is copied


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text goes: a slot, whose first `kept` tokens are right already.

    They are in the slot itself or, when `copied_from` is given, in another.
    """

    slot: int
    kept: int
    copied_from: int | None = None


class Slots:
    """What every slot holds. A slot is taken by one text, and remembers it once given back."""

    def __init__(self, count: int) -> None:
        self._held: list[list[int]] = [[] for _ in range(count)]
        self._free = list(range(count))  # the longest unused first

    def held(self, slot: int) -> Sequence[int]:
        return self._held[slot]

    def take(self, tokens: Sequence[int]) -> Place:
        """The best place for a text; its last token is always left to read.

        Raises IndexError when no slot is free.
        """
        place = self._best(tokens)
        self._free.remove(place.slot)
        self._held[place.slot] = list(tokens[: place.kept])
        return place

    def add(self, slot: int, tokens: Sequence[int]) -> None:
        """These tokens were read into a slot."""
        self._held[slot].extend(tokens)

    def cut(self, slot: int, kept: int) -> None:
        del self._held[slot][kept:]

    def give_back(self, slot: int) -> None:
        self._free.append(slot)

    def forget(self) -> None:
        """Whatever was held is lost."""
        for held in self._held:
            held.clear()

    def _best(self, tokens: Sequence[int]) -> Place:
        known = [min(common(held, tokens), len(tokens) - 1) for held in self._held]
        own = max(self._free, key=known.__getitem__)
        oldest = self._free[0]
        richest = max(range(len(known)), key=known.__getitem__)
        lost = len(self._held[own]) - known[own]
        if lost < WORTH_A_COPY and known[richest] - known[own] < WORTH_A_COPY:
            return Place(own, known[own])
        if known[richest] - known[oldest] >= WORTH_A_COPY:
            return Place(oldest, known[richest], richest)
        return Place(oldest, known[oldest])


def common(held: Sequence[int], tokens: Sequence[int]) -> int:
    """How many first tokens two texts share."""
    pairs = enumerate(zip(held, tokens, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(held), len(tokens)))
