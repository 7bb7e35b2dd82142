"""Examination: which of two embedders finds the right document better, by more than luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ports import Embedder

DEEPEST = 10
_RESAMPLES = 10_000
_BATCH = 128

Ranks = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a document: a question about it, or a passage of it."""

    text: str
    document: str


@dataclass(frozen=True, slots=True)
class Examination:
    """Questions, and the passages of all documents among which each must find its own."""

    questions: tuple[Said, ...]
    passages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """MRR@10 of two embedders, and the 95 % interval of what the second one gains."""

    questions: int
    documents: int
    before: float
    after: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """By more than the choice of the documents explains."""
        return self.low > 0


def reciprocal_ranks(
    embedder: Embedder, examination: Examination, watch: Callable[[float], None]
) -> Ranks:
    """1/rank of each question's document among the first ten, else 0; `watch` may raise."""
    passages = _embedded(embedder, examination.passages, watch)
    questions = _embedded(embedder, examination.questions, lambda _spent: None)
    owners = [passage.document for passage in examination.passages]
    return np.array(
        [
            _reciprocal(owners, nearness, question.document)
            for question, nearness in zip(
                examination.questions, questions @ passages.T, strict=True
            )
        ]
    )


def compared(examination: Examination, before: Ranks, after: Ranks) -> Verdict:
    """A paired bootstrap that draws documents, since two questions about one are no two witnesses.

    Source: Efron & Tibshirani 1993, chapter 13.
    """
    documents, which = np.unique(
        [question.document for question in examination.questions], return_inverse=True
    )
    times = np.bincount(which).astype(float)
    gained = np.bincount(which, weights=after - before)
    drawn = np.random.default_rng(0).integers(len(documents), size=(_RESAMPLES, len(documents)))
    gains = gained[drawn].sum(axis=1) / times[drawn].sum(axis=1)
    low, high = np.quantile(gains, [0.025, 0.975])
    return Verdict(
        questions=len(before),
        documents=len(documents),
        before=float(before.mean()),
        after=float(after.mean()),
        low=float(low),
        high=float(high),
    )


def _embedded(
    embedder: Embedder, said: Sequence[Said], watch: Callable[[float], None]
) -> NDArray[np.float32]:
    rows = []
    for start in range(0, len(said), _BATCH):
        watch(start / len(said))
        rows.append(embedder.embed([one.text for one in said[start : start + _BATCH]]))
    return np.vstack(rows)


def _reciprocal(owners: Sequence[str], nearness: NDArray[np.float32], document: str) -> float:
    nearest = dict.fromkeys(owners[i] for i in np.argsort(-nearness, kind="stable"))
    for rank, found in enumerate(nearest, start=1):
        if found == document:
            return 1 / rank if rank <= DEEPEST else 0.0
    return 0.0
