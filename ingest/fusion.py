"""Reciprocal rank fusion: how three rankings of the same passages become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each ranking counts: meaning of the passage, of the title, and its words."""

    body: float
    title: float
    terms: float


WEIGHTS = Weights(body=1.0, title=1.0, terms=2.0)
K = 10
DEPTH = 100
"""How deep each ranking is read before they are fused."""


def fused(rankings: Sequence[tuple[Sequence[str], float]]) -> dict[str, float]:
    """Score by id; 1 / (k + rank/weight - 1) summed over the rankings, ranks from 1.

    Source: Cormack, Clarke & Büttcher 2009, with Qdrant's weights: a ranking of weight 2 falls
    off half as fast.
    """
    scores: dict[str, float] = {}
    for ranking, weight in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1.0 / (K + rank / weight - 1.0)
    return scores
