"""Fusion: how the rankings of the same passages by meaning, words and titles become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DEPTH = 100
"""How deep each ranking is read before they are fused."""

MEANING, WORDS, TITLES = 1.0, 1.0, 0.3
"""What each ranking counts: on both halves of the questions this was tried on, a title helps."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages by their ids with the scores of one search, which compare with no other search's."""

    counts: float
    scores: Mapping[str, float]


def fused(rankings: Iterable[Ranking], limit: int) -> list[tuple[str, float]]:
    """The best ids and their scores: each ranking from 0 (its last) to 1, summed as it counts.

    Source: the convex combination of Bruch, Gai & Ingber 2023, which keeps how much better one
    passage is than the next; ranks alone (reciprocal rank fusion) forget it.
    """
    total: dict[str, float] = {}
    for ranking in rankings:
        for id_, share in _shares(ranking.scores):
            total[id_] = total.get(id_, 0.0) + ranking.counts * share
    return sorted(total.items(), key=lambda found: (-found[1], found[0]))[: max(limit, 0)]


def _shares(scores: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    """Where equal scores are all there is, all are the best."""
    worst, best = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    spread = best - worst
    return ((id_, (score - worst) / spread if spread else 1.0) for id_, score in scores.items())
