"""A question that leaves something out is asked with what the one before it said."""

from __future__ import annotations

import pytest

from models.ports import Language
from server.following import follows, self_contained

FR, EN = Language.FRENCH, Language.ENGLISH


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Et pour un CDD ?", FR),
        ("et le week-end ?", FR),
        ("Mais pendant l’essai ?", FR),
        ("Qu’en est-il des stagiaires ?", FR),
        ("Est-ce que cela vaut aussi à temps partiel ?", FR),
        ("Combien de temps ?", FR),
        ("Pourquoi ?", FR),
        ("And for part-timers?", EN),
        ("What about interns?", EN),
        ("How long?", EN),
    ],
)
def test_some_questions_lean_on_the_one_before(question: str, language: Language) -> None:
    assert follows(question, language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Combien de jours de congés payés par an ?", FR),
        ("Comment déclarer un arrêt maladie ?", FR),
        ("Congés payés", FR),
        ("Étudiants : quelles aides ?", FR),
        ("Où déposer mes notes de frais ?", FR),
        ("How many days of paid leave are there?", EN),
        ("Android phones: who pays?", EN),
    ],
)
def test_others_stand_alone(question: str, language: Language) -> None:
    assert not follows(question, language)


def test_nothing_is_added_to_a_first_question() -> None:
    assert self_contained("Et pour un CDD ?", "", FR) == "Et pour un CDD ?"
    assert self_contained("Et pour un CDD ?", "Durée de l’essai ?", FR) == (
        "Durée de l’essai ? Et pour un CDD ?"
    )
