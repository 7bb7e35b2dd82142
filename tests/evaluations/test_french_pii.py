"""Structured identifiers in French texts: what is masked whole, in thirteen spellings."""

from __future__ import annotations

from pathlib import Path

import pytest
from evaluations.french_pii.corpus import documents
from evaluations.french_pii.peers import TOOLS, vigie
from evaluations.french_pii.scoring import Score, scored, table

DATA = Path(__file__).parents[3] / "shared" / "data"
SEED, EACH = 2_026, 300
RECALL, RECALL_ATTACKED, CONFUSED = 0.999, 0.995, 0.001

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def score() -> Score:
    find, made = vigie(), list(documents(SEED, EACH, DATA))
    return scored(made, {one.id: find(one.text) for one in made})


def test_identifiers_are_masked_whole(score: Score) -> None:
    print(f"\n{table({'Vigie': score})}")
    whole, asked = score.recall(canonical=True)
    whole_attacked, asked_attacked = score.recall(canonical=False)

    assert whole / asked >= RECALL, score.missed[:5]
    assert whole_attacked / asked_attacked >= RECALL_ATTACKED, score.missed[:5]


def test_no_social_security_number_account_or_card_leaks(score: Score) -> None:
    assert [one for one in score.missed if one[0] in ("NIR", "IBAN", "CARD")] == []


def test_companies_cards_and_people_are_not_confused(score: Score) -> None:
    whole = sum(n for (kind, _), n in score.whole.items() if kind in ("SIRET", "CARD", "NIR"))

    assert sum(score.confused.values()) / whole <= CONFUSED


def test_what_only_looks_like_personal_data_is_left_alone(score: Score) -> None:
    assert len(score.trapped) / score.traps <= 0.002, score.trapped[:5]


@pytest.mark.parametrize("kind", ["ADDRESS", "BIRTH_DATE"])
def test_addresses_and_dates_of_birth(score: Score, kind: str) -> None:
    assert score.f1(kind) >= 0.95


def test_presidio_is_measured_on_the_same_texts() -> None:
    made = list(documents(SEED, 15, DATA))

    scores = {}
    for name, make in TOOLS.items():
        find = make()
        scores[name] = scored(made, {one.id: find(one.text) for one in made})

    print(f"\n{table(scores)}")
    assert scores["Vigie"].weighted_leak() < scores["Presidio well configured"].weighted_leak()
