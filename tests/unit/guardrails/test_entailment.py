"""A model of entailment takes support back, gives none, and is not asked where rules suffice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.pii import Placeholders, StructuredIdentifiers
from models.ports import Entailment, Language, ModelIdentity, Source

CHARTER = charters.load(Path(__file__).parents[3] / "examples" / "charter.yaml")
SOURCES = [
    Source(1, "", "Le préavis est de trois mois pour un cadre."),
    Source(2, "", "Le préavis est d’un mois pour un employé."),
]


class Opinion(Entailment):
    """Has one opinion of everything, and remembers what it was asked."""

    def __init__(self, *likely: float) -> None:
        self._likely = likely
        self.asked: list[str] = []

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("opinion", "0" * 64)

    def entails(self, premises: Sequence[str], hypothesis: str) -> list[float]:
        self.asked.append(hypothesis)
        return [*self._likely, *[0.0] * len(premises)][: len(premises)]


def released(sentence: str, opinion: Opinion) -> bool:
    guards = Guards(StructuredIdentifiers(), CHARTER, entailment=opinion)
    placeholders = Placeholders(b"k")
    return guards.check_sentence(sentence, SOURCES, placeholders, Language.FRENCH).released


REWORDED = "Pour un cadre, le préavis est de trois mois [1]."


@pytest.mark.parametrize(("likely", "shown"), [(0.9, True), (0.5, True), (0.4, False)])
def test_a_model_that_disagrees_takes_support_back(likely: float, *, shown: bool) -> None:
    opinion = Opinion(likely)

    assert released(REWORDED, opinion) == shown
    assert opinion.asked == ["Pour un cadre, le préavis est de trois mois."]


def test_a_model_that_agrees_gives_no_support() -> None:
    opinion = Opinion(1.0)

    assert not released("Pour un cadre, le préavis est de quatre mois [1].", opinion)
    assert opinion.asked == []


def test_a_quotation_needs_no_model() -> None:
    opinion = Opinion(0.0)

    assert released("Le préavis est de trois mois pour un cadre. [1]", opinion)
    assert opinion.asked == []


def test_two_passages_may_entail_it_together() -> None:
    sentence = (
        "Le préavis est de trois mois pour un cadre et le préavis est d’un mois pour un employé "
        "[1][2]."
    )

    assert released(sentence, Opinion(0.1, 0.1, 0.9))
