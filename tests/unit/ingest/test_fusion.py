"""Scores of several searches become one, and what is best everywhere stays best."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.fusion import fused

scores = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-5, 50), max_size=8)


def test_how_much_better_counts_and_not_the_rank_alone() -> None:
    meaning = {"a": 0.90, "b": 0.89, "c": 0.10}
    words = {"b": 12.0, "a": 2.0, "c": 1.0}

    assert [id_ for id_, _ in fused([meaning, words], 3)] == ["b", "a", "c"]


def test_equal_scores_are_all_the_best() -> None:
    assert fused([{"a": 3.0, "b": 3.0}], 5) == [("a", 1.0), ("b", 1.0)]


def test_nothing_is_found_where_nothing_was_searched() -> None:
    assert fused([], 5) == []
    assert fused([{"a": 1.0}], 0) == []


@given(st.lists(scores, max_size=3), st.integers(0, 10))
def test_the_best_come_first_each_once(rankings: list[dict[str, float]], limit: int) -> None:
    found = fused(rankings, limit)

    ids = [id_ for id_, _ in found]
    assert len(ids) == len(set(ids)) <= limit
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(0 < score <= len(rankings) for _, score in found)


@given(st.lists(scores, min_size=1, max_size=3), st.sampled_from("abcdefgh"))
def test_what_is_best_everywhere_is_best(rankings: list[dict[str, float]], best: str) -> None:
    raised = [{**ranking, best: 100.0} for ranking in rankings]

    assert fused(raised, 1)[0][0] == best
