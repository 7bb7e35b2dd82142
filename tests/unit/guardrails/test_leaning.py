"""A sentence that leans on the one before it is told by its first words."""

from __future__ import annotations

import pytest

from guardrails.leaning import bears, leans
from models.ports import Language

FR, EN = Language.FRENCH, Language.ENGLISH


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Sauf dans ce cas [1].", FR),
        ("Toutefois, la demande reste possible [1].", FR),
        ("Elle est valable cinq ans.", FR),
        ("« Cette durée est doublée. »", FR),
        ("C’est le cas du lundi.", FR),
        ("À défaut, le contrat est rompu.", FR),
        ("Dans le cas contraire, il est refusé.", FR),
        ("- Ils sont remboursés.", FR),
        ("Il est valable cinq ans.", FR),
        ("However, it may be carried over [2].", EN),
        ("Except on Mondays.", EN),
        ("They are refunded.", EN),
        ("In this case, ask your manager.", EN),
        ("It is valid for five years.", EN),
    ],
)
def test_a_pronoun_or_a_connective_leans(sentence: str, language: Language) -> None:
    assert leans(sentence, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Le préavis est de trois mois [1].", FR),
        ("Il est interdit de fumer dans les bureaux.", FR),
        ("Il faut prévenir son responsable.", FR),
        ("Si vous êtes malade, prévenez votre responsable.", FR),
        ("Cent euros sont remboursés.", FR),
        ("Employees may work from home.", EN),
        ("It is forbidden to smoke.", EN),
        ("Italy is not concerned.", EN),
        ("", FR),
    ],
)
def test_a_sentence_with_its_own_subject_does_not(sentence: str, language: Language) -> None:
    assert not leans(sentence, language)


def test_nothing_leans_on_a_remark() -> None:
    assert not bears("Voici la réponse :")
    assert bears("Le préavis est de trois mois [1].")
    assert bears("Le préavis d’un cadre est de trois mois pleins.")
