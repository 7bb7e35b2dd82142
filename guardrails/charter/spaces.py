"""All that a sentence can tell some clauses: their facts, few enough to try every way at once.

A set of combinations of facts is a number with a bit for each of them, so that a condition is
tried on all of them in a few operations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_, or_

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf, leaves
from guardrails.charter.rules import Clause

WIDEST = 12
"""Kinds of facts up to which every combination is tried: 4 096. Beyond, those of up to five."""

NOTHING = 1
"""The combination without a fact."""

_BEYOND = 5


@dataclass(frozen=True, slots=True)
class Space:
    """The combinations that can make a difference to some clauses, a fact of a kind.

    Facts that stand in the same places of every condition are of one kind.
    """

    everything: int
    telling: Mapping[str, int]  # by fact: the combinations that hold it

    @classmethod
    def of(cls, *clauses: Clause) -> Space:
        conditions = (one for clause in clauses for one in (clause.when, clause.unless))
        asked = (leaves(condition) for condition in conditions if condition is not None)
        kinds = _kinds(frozenset[frozenset[str]]().union(*asked))
        most = len(kinds) if len(kinds) <= WIDEST else _BEYOND
        count, holding = _combinations(len(kinds), most)
        return cls((1 << count) - 1, dict(zip(kinds, holding, strict=True)))

    def where(self, condition: Condition) -> int:
        """The combinations in which it holds."""
        match condition:
            case Fact(names):
                return reduce(or_, (self.telling.get(name, 0) for name in names), 0)
            case All(parts):
                return reduce(and_, map(self.where, parts), self.everything)
            case AnyOf(parts):
                return reduce(or_, map(self.where, parts), 0)
            case NoneOf(parts):
                return self.everything & ~reduce(or_, map(self.where, parts), 0)

    def decided_by(self, clause: Clause) -> int:
        """Those of a single sentence on which the clause decides."""
        excused = 0 if clause.unless is None else self.where(clause.unless)
        return self.where(clause.when) & ~excused & ~NOTHING


@lru_cache(maxsize=256)
def _combinations(kinds: int, most: int) -> tuple[int, tuple[int, ...]]:
    """How many there are of at most so many facts, and in which of them each fact is.

    Those without the last fact come first, as there are without it at all.
    """
    if not kinds or not most:
        return 1, (0,) * kinds
    without, before = _combinations(kinds - 1, most)
    beside, after = _combinations(kinds - 1, most - 1)
    others = (one | more << without for one, more in zip(before, after, strict=True))
    return without + beside, (*others, (1 << beside) - 1 << without)


def _kinds(asked: Iterable[frozenset[str]]) -> list[str]:
    """One fact of each kind."""
    places: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for names in sorted(asked, key=sorted):
        for name in names:
            places[name].append(names)
    first: dict[tuple[frozenset[str], ...], str] = {}
    for name in sorted(places):
        first.setdefault(tuple(places[name]), name)
    return list(first.values())
