from __future__ import annotations

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf, holds
from guardrails.charter.rules import Clause
from guardrails.charter.spaces import NOTHING, WIDEST, Space
from guardrails.verdicts import Decision
from models.wording import Wording

NAMES = [f"a.{n}" for n in range(5)]
CONDITIONS = st.recursive(
    st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3).map(Fact),
    lambda inner: st.builds(
        lambda group, parts: group(tuple(parts)),
        st.sampled_from([All, AnyOf, NoneOf]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def clause(when: Condition, unless: Condition | None = None) -> Clause:
    wording = Wording("Un titre", "A title")
    return Clause("A-1", wording, wording, (), "", (), Decision.REFUSE, when, unless)


def combined(space: Space) -> list[frozenset[str]]:
    """What each bit stands for."""
    return [
        frozenset(name for name, bits in space.telling.items() if bits >> at & 1)
        for at in range(space.everything.bit_length())
    ]


@given(CONDITIONS, st.none() | CONDITIONS)
def test_all_at_once_is_one_after_the_other(when: Condition, unless: Condition | None) -> None:
    one = clause(when, unless)
    space = Space.of(one)

    for at, facts in enumerate(combined(space)):
        excused = unless is not None and holds(unless, facts)
        assert space.where(when) >> at & 1 == holds(when, facts)
        decided = space.decided_by(one) >> at & 1
        assert decided == (bool(facts) and holds(when, facts) and not excused)


@pytest.mark.parametrize("kinds", [1, 3, WIDEST, WIDEST + 1, WIDEST + 4])
def test_every_combination_is_there_once(kinds: int) -> None:
    names = [f"b.{n:02}" for n in range(kinds)]
    space = Space.of(clause(All(tuple(Fact(frozenset({name})) for name in names))))
    most = kinds if kinds <= WIDEST else 5

    found = combined(space)
    assert len(found) == sum(comb(kinds, size) for size in range(most + 1))
    assert set(found) == {
        frozenset(chosen) for size in range(most + 1) for chosen in combinations(names, size)
    }


def test_the_first_combination_tells_nothing() -> None:
    space = Space.of(clause(NoneOf((Fact(frozenset({"a.x"})),))))

    assert combined(space)[0] == frozenset()
    assert space.where(NoneOf((Fact(frozenset({"a.x"})),))) == NOTHING


def test_facts_that_stand_in_the_same_places_are_one() -> None:
    space = Space.of(clause(Fact(frozenset({"a.x", "a.y"}))))

    assert space.everything.bit_length() == 2
