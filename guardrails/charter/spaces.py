"""All that a sentence can tell two clauses: their facts, few enough to try every way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations

from guardrails.charter.conditions import holds, leaves
from guardrails.charter.facts import Facts
from guardrails.charter.rules import Clause

WIDEST = 12
"""Kinds of facts up to which every combination is tried: 4 096. Beyond, those of up to five."""

_BEYOND = 5


def applies(clause: Clause, facts: Facts) -> bool:
    """Whether the clause decides on a single sentence with these facts."""
    if clause.unless is not None and holds(clause.unless, facts):
        return False
    return bool(facts) and holds(clause.when, facts)


def told(*clauses: Clause) -> Iterator[Facts]:
    """Every combination of facts that can make a difference to these clauses, a fact of a kind.

    Facts that stand in the same places of every condition are of one kind.
    """
    asked = frozenset[frozenset[str]]().union(
        *(
            leaves(condition)
            for clause in clauses
            for condition in (clause.when, clause.unless)
            if condition is not None
        )
    )
    return iter(_combinations(asked))


@lru_cache(maxsize=256)
def _combinations(asked: frozenset[frozenset[str]]) -> tuple[Facts, ...]:
    kinds = _kinds(asked)
    most = len(kinds) if len(kinds) <= WIDEST else _BEYOND
    return tuple(
        frozenset(chosen) for size in range(most + 1) for chosen in combinations(kinds, size)
    )


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
