"""Relevance: whether what was found is about what was asked, or is only what was nearest.

A search always finds something. Four measures, all of them relative to the house that was
searched, tell a passage that was found for a reason from the nearest of those that were not; their
weights are in `relevance.toml`, which `deploy/relevance.py` makes from questions to the demo
company. Nothing here depends on how large a house is, or on where an embedder's cosines lie.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from statistics import fmean
from typing import Self

from ingest.index import Hit, Nearness
from ingest.lexicon import Term
from models.ports import Language
from models.words import content_words

READ = 6
"""The best passages, among which one must be about the question."""

RULE = Path(__file__).with_name("relevance.toml")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the best passages have in common with a question."""

    missing: float  # nats told by the question's words that no single passage holds
    margin: float  # cosine of the nearest above that of the usual passage found
    words: float  # BM25 of the best above the usual one's, by what the question's words tell
    agreement: float  # share of the passages that were found by meaning and by words

    def __iter__(self) -> Iterator[float]:
        return iter((self.missing, self.margin, self.words, self.agreement))


@dataclass(frozen=True, slots=True)
class Rule:
    """Logistic regression on the evidence, and how likely relevance must be."""

    intercept: float
    weights: Evidence
    least: float

    @classmethod
    def read(cls, path: Path = RULE) -> Self:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(found["intercept"], Evidence(**found["weights"]), found["least"])

    def likelihood(self, evidence: Evidence) -> float:
        """In [0, 1]; even chances where as many questions have an answer as have none."""
        pairs = zip(self.weights, evidence, strict=True)
        odds = self.intercept + sum(weight * measure for weight, measure in pairs)
        return 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))


def evidence(terms: Sequence[Term], hits: Sequence[Hit], language: Language) -> Evidence | None:
    """Of the best passages; None where they were not looked for by meaning and by words both."""
    best = hits[:READ]
    near = [hit.nearness for hit in best]
    told = sum(term.weight for term in terms)
    if not told or not any(one.usual_cosine is not None for one in near):
        return None
    return Evidence(
        missing=min(_missing(terms, hit, language) for hit in best),
        margin=max(_above(one.cosine, one.usual_cosine) for one in near),
        words=max(_above(one.bm25, one.usual_bm25) for one in near) / told,
        agreement=fmean(map(_agreed, near)),
    )


def _missing(terms: Sequence[Term], hit: Hit, language: Language) -> float:
    chunk = hit.chunk
    held = set(content_words(f"{chunk.title} {chunk.section} {chunk.text}", language))
    return sum(term.weight for term in terms if not term.stems & held)


def _above(measure: float | None, usual: float | None) -> float:
    return 0.0 if measure is None or usual is None else measure - usual


def _agreed(near: Nearness) -> bool:
    return near.cosine is not None and near.bm25 is not None
