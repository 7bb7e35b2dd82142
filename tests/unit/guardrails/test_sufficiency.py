"""Whether what is left of an answer still answers."""

from __future__ import annotations

import pytest

from guardrails.sufficiency import still_answers
from models.ports import Language

FR, EN = Language.FRENCH, Language.ENGLISH


@pytest.mark.parametrize(
    ("language", "question", "left", "withheld"),
    [
        (
            FR,
            "Quel est le plafond des repas en déplacement ?",
            "Le plafond des repas est fixé par l’accord [1].",
            "Il est de 35 euros par jour [1].",
        ),
        (
            FR,
            "Combien de jours de télétravail par semaine ?",
            "Le télétravail est ouvert aux salariés en poste [1].",
            "Il est limité à trois jours par semaine [1].",
        ),
        (
            FR,
            "Quand faut-il remettre la note de frais ?",
            "La note de frais se remet au service comptable [1].",
            "Elle est remise avant le 5 du mois [1].",
        ),
        (
            FR,
            "Qui signe les contrats de sous-traitance informatique ?",
            "Le service des achats est au premier étage [2].",
            "Les contrats de sous-traitance informatique sont signés par le comptable [1].",
        ),
        (
            EN,
            "How many days of leave may I carry over?",
            "Leave may be carried over with the manager's agreement [1].",
            "Up to 9 days may be carried over [1].",
        ),
    ],
)
def test_an_answer_that_lost_what_was_asked_answers_no_longer(
    language: Language, question: str, left: str, withheld: str
) -> None:
    assert not still_answers(question, [left], [withheld], language)
    assert still_answers(question, [left], [], language)
    assert still_answers(question, [left, withheld], [withheld], language)


@pytest.mark.parametrize(
    ("language", "question", "left", "withheld"),
    [
        (
            FR,
            "Quel est le plafond des repas en déplacement ?",
            "Le plafond des repas en déplacement est de 21 euros [1].",
            "Il était de 19 euros en 2024 [1].",
        ),
        (
            FR,
            "Que faire quand je suis malade ?",
            "Prévenez votre responsable dès que vous êtes malade [1].",
            "Envoyez l’arrêt sous 48 heures [1].",
        ),
        (
            FR,
            "Combien de jours de télétravail par semaine ?",
            "Le télétravail est ouvert aux salariés en poste [1].",
            "Bonne question.",
        ),
        (
            FR,
            "Qui signe les contrats ?",
            "La directrice signe les contrats [1].",
            "Les contrats de plus de 10 000 euros sont signés à deux [1].",
        ),
        (
            EN,
            "Who approves a journey abroad?",
            "Your manager approves a journey abroad [1].",
            "It takes 30 days [1].",
        ),
    ],
)
def test_an_answer_that_lost_something_else_still_answers(
    language: Language, question: str, left: str, withheld: str
) -> None:
    assert still_answers(question, [left], [withheld], language)
