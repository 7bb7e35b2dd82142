"""How long a document holds: a pure function, tried on every shape of life."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.freshness import (
    Clock,
    DocumentClass,
    Keeper,
    Life,
    State,
    Terms,
    clock_of,
    due_of,
    state_of,
)

DAY = timedelta(days=1)
TODAY = date(2026, 6, 15)
RULE = Clock(335, 365)

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
maybe = st.none() | days
clocks = st.tuples(st.integers(1, 900), st.integers(0, 200)).map(lambda n: Clock(n[0], sum(n)))
terms = st.builds(Terms, clocks, maybe)
lives = st.builds(Life, maybe, maybe)
AGEING = (State.FRESH, State.WARN, State.STALE)


@given(terms, lives, days, st.integers(0, 3_000))
def test_nothing_gets_younger_by_waiting(terms: Terms, life: Life, today: date, wait: int) -> None:
    now = state_of(terms, life, today, Keeper.PRESENT)
    later = state_of(terms, life, today + wait * DAY, Keeper.PRESENT)

    assert AGEING.index(later) >= AGEING.index(now)


@given(terms, lives, days)
def test_a_confirmation_never_makes_a_document_worse(terms: Terms, life: Life, today: date) -> None:
    past = Life(min(life.arrived, today) if life.arrived else None, None)
    before = state_of(terms, past, today, Keeper.PRESENT)
    after = state_of(terms, Life(past.arrived, today), today, Keeper.PRESENT)

    assert AGEING.index(after) <= AGEING.index(before)
    assert after is not State.STALE


@given(terms, lives, days)
def test_the_worst_states_need_an_owner_who_is_not_there(
    terms: Terms, life: Life, today: date
) -> None:
    present, unknown, gone = (state_of(terms, life, today, keeper) for keeper in Keeper)

    assert present in AGEING
    assert unknown is State.ORPHAN
    assert gone is (State.QUARANTINED if present is State.STALE else State.ORPHAN)


@given(terms, lives)
def test_a_document_holds_on_its_last_day_and_not_on_the_next(terms: Terms, life: Life) -> None:
    due = due_of(terms, life)

    if due is None:
        assert life.last is None
        return
    assert state_of(terms, life, due, Keeper.PRESENT) is not State.STALE
    assert state_of(terms, life, due + DAY, Keeper.PRESENT) is State.STALE


@pytest.mark.parametrize(
    ("life", "review_due", "state"),
    [
        (Life(), None, State.FRESH),
        (Life(arrived=TODAY - 334 * DAY), None, State.FRESH),
        (Life(arrived=TODAY - 335 * DAY), None, State.WARN),
        (Life(arrived=TODAY - 365 * DAY), None, State.WARN),
        (Life(arrived=TODAY - 366 * DAY), None, State.STALE),
        (Life(TODAY - 400 * DAY, TODAY - 10 * DAY), None, State.FRESH),
        # A review date that is written down: coming in again is no review, a person's word is.
        (Life(arrived=TODAY), TODAY - DAY, State.STALE),
        (Life(arrived=TODAY), TODAY, State.WARN),
        (Life(TODAY, TODAY - 60 * DAY), TODAY - DAY, State.STALE),
        (Life(TODAY, TODAY - 20 * DAY), TODAY - DAY, State.FRESH),
        (Life(arrived=TODAY - 900 * DAY), TODAY + 60 * DAY, State.FRESH),
    ],
)
def test_a_rule_ages_as_its_dates_say(life: Life, review_due: date | None, state: State) -> None:
    assert state_of(Terms(RULE, review_due), life, TODAY, Keeper.PRESENT) is state


@pytest.mark.parametrize("kind", DocumentClass)
def test_every_class_warns_before_it_fails(kind: DocumentClass) -> None:
    clock = clock_of(kind)

    assert 0 < clock.warn_after < clock.error_after
