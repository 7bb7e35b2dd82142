"""Fusion: how the rankings of the same passages by meaning and by words become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median

from ingest.index import Nearness

DEPTH = 100
"""How deep each ranking is read before they are fused."""

IN_TITLE = 0.15
"""What a word of the title counts beside the same one in the text, which holds the title too."""

LEAST = 0.01
"""What the last passage of a ranking is worth: it was found, unlike all those that were not."""

Ranking = Mapping[str, float]
"""Passages by their ids, with the scores of one search: they compare with no other search's."""


EXACT = 2.0
"""What it is worth to hold the very identifier that was asked for: as much as both rankings."""


def fused(
    rankings: Iterable[Ranking], limit: int, exact: Ranking | None = None
) -> list[tuple[str, float]]:
    """The best ids and their scores: each ranking from nearly 0 (its last) to 1, summed.

    Those of `exact` come first, and those that hold most of what was asked for before the others.

    Equal weights: on the questions this was tried on, no others did better on both halves.
    Source: the convex combination of Bruch, Gai & Ingber 2023, which keeps how much better one
    passage is than the next; ranks alone (reciprocal rank fusion) forget it.
    """
    total: dict[str, float] = {}
    for ranking in rankings:
        for id_, share in _shares(ranking):
            total[id_] = total.get(id_, 0.0) + share
    most = max(exact.values(), default=1.0) if exact else 1.0
    for id_, score in (exact or {}).items():
        total[id_] = total.get(id_, 0.0) + EXACT * score / most
    return sorted(total.items(), key=lambda found: (-found[1], found[0]))[: max(limit, 0)]


def nearness(meaning: Ranking, terms: Ranking) -> Callable[[str], Nearness]:
    """What each of the two searches measured of a passage, by the passage's id."""
    usual_cosine, usual_bm25 = _usual(meaning), _usual(terms)

    def of(id_: str) -> Nearness:
        return Nearness(meaning.get(id_), terms.get(id_), usual_cosine, usual_bm25)

    return of


def _usual(ranking: Ranking) -> float | None:
    return median(ranking.values()) if ranking else None


def _shares(scores: Ranking) -> Iterator[tuple[str, float]]:
    """Where equal scores are all there is, all are the best."""
    worst, best = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    spread = best - worst
    for id_, score in scores.items():
        yield id_, LEAST + (1 - LEAST) * (score - worst) / spread if spread else 1.0
