"""An embedder is better only where it finds more documents than luck explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.examination import Examination, Said, compared, reciprocal_ranks
from models.ports import Embedder, Matrix, ModelIdentity


class Initials(Embedder):
    """Texts are alike that begin with the same letter."""

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("initials", "0" * 64)

    @property
    def dimensions(self) -> int:
        return 26

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


def asked_of(documents: int, each: int = 1) -> Examination:
    questions = tuple(Said("a", f"{n}") for n in range(documents) for _ in range(each))
    return Examination(questions, (Said("a", "0"),))


def quiet(_spent: float) -> None:
    pass


def test_a_rank_counts_documents_and_not_passages() -> None:
    passages = (*(Said("absent", "first"),) * 3, Said("able", "second"), Said("zone", "third"))
    questions = (Said("a", "first"), Said("a", "second"), Said("a", "third"), Said("a", "none"))

    ranks = reciprocal_ranks(Initials(), Examination(questions, passages), quiet)

    assert ranks.tolist() == [1, 1 / 2, 1 / 3, 0]


def test_beyond_the_tenth_document_nothing_is_found() -> None:
    passages = tuple(Said("a", f"{n}") for n in range(11))
    questions = (Said("a", "9"), Said("a", "10"))

    ranks = reciprocal_ranks(Initials(), Examination(questions, passages), quiet)

    assert ranks.tolist() == [1 / 10, 0]


def test_a_gain_on_most_documents_is_better() -> None:
    before, after = np.full(100, 0.4), np.where(np.arange(100) % 4, 0.5, 0.35)

    verdict = compared(asked_of(100), before, after)

    assert verdict.better
    assert verdict.low < verdict.after - verdict.before < verdict.high
    assert (verdict.questions, verdict.documents) == (100, 100)


@pytest.mark.parametrize("gain", [0.0, -0.1])
def test_the_same_or_worse_is_not_better(gain: float) -> None:
    before = np.linspace(0.2, 1, 100)

    assert not compared(asked_of(100), before, before + gain).better


def test_many_questions_on_one_document_are_one_witness() -> None:
    before, after = np.full(100, 0.4), np.full(100, 0.4)
    after[:50] = 0.9

    by_question = compared(asked_of(100), before, after)
    by_document = compared(asked_of(2, each=50), before, after)

    assert by_question.better
    assert not by_document.better


def test_a_gain_that_half_the_documents_lose_is_luck() -> None:
    before = np.full(40, 0.5)
    after = before + np.where(np.arange(40) % 2, 0.31, -0.3)

    assert not compared(asked_of(40), before, after).better
