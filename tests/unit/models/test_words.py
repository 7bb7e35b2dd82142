"""Words that mean the same compare as the same; words that mean nothing are gone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ports import Language
from models.words import content_words, folded, guess_language, stem

FAMILIES = [
    (Language.FRENCH, "remboursement remboursements rembourser remboursé remboursées rembourse"),
    (Language.FRENCH, "congé congés"),
    (Language.FRENCH, "employé employés employée employer"),
    (Language.FRENCH, "journal journaux"),
    (Language.FRENCH, "déclaration déclarations déclarer déclarent déclaré"),
    (Language.FRENCH, "télétravail télétravailler télétravaille"),
    (Language.FRENCH, "poser pose posent posé"),
    (Language.ENGLISH, "reimbursement reimburse reimbursed reimburses reimbursing"),
    (Language.ENGLISH, "policy policies"),
    (Language.ENGLISH, "claim claims claimed claiming"),
]
STRANGERS = [
    (Language.FRENCH, "congé", "congrès"),
    (Language.FRENCH, "travail", "travers"),
    (Language.ENGLISH, "leave", "level"),
    (Language.ENGLISH, "form", "from"),
]


@pytest.mark.parametrize(("language", "family"), FAMILIES)
def test_words_of_one_family_have_one_stem(language: Language, family: str) -> None:
    stems = {stem(folded(word), language) for word in family.split()}

    assert len(stems) == 1


@pytest.mark.parametrize(("language", "one", "other"), STRANGERS)
def test_words_of_different_meaning_keep_different_stems(
    language: Language, one: str, other: str
) -> None:
    assert stem(folded(one), language) != stem(folded(other), language)


def test_only_the_words_that_carry_meaning_remain() -> None:
    question = "Combien de jours de congés payés l'employé peut-il poser en 1,5 an ?"

    words = content_words(question, Language.FRENCH)

    assert words == ["jour", "cong", "pay", "employ", "pos", "1.5", "an"]


@pytest.mark.parametrize(
    "question",
    [
        "Suis-je ?",
        "Qui es-tu ?",
        "Êtes-vous ?",
        "Ai-je ?",
        "As-tu ?",
        "A-t-il ?",
        "Avons-nous ?",
        "Aurai-je, serai-je ?",
        "Où vas-tu, où allons-nous, où allez-vous ?",
    ],
)
def test_to_be_to_have_and_to_go_carry_nothing(question: str) -> None:
    assert content_words(question, Language.FRENCH) == []


def test_english_questions_lose_their_question_words() -> None:
    words = content_words("How many days of leave do I have?", Language.ENGLISH)

    assert words == ["dai", "leav"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Combien de jours de congés ai-je ?", Language.FRENCH),
        ("conges payes du salarie", Language.FRENCH),
        ("How many days off do I have?", Language.ENGLISH),
        ("What is the policy on travel expenses", Language.ENGLISH),
        ("Where are the RTT listed?", Language.ENGLISH),
        ("RTT", Language.FRENCH),
        ("", Language.FRENCH),
        ("travel expenses to France", Language.ENGLISH),
    ],
)
def test_the_language_of_a_question_is_told_by_its_small_words(
    text: str, language: Language
) -> None:
    assert guess_language(text) is language


@given(st.text(alphabet="éèêàçùœaebs '’-", max_size=30))
def test_composed_and_decomposed_accents_are_the_same_words(text: str) -> None:
    composed = content_words(unicodedata.normalize("NFC", text), Language.FRENCH)
    decomposed = content_words(unicodedata.normalize("NFD", text), Language.FRENCH)

    assert composed == decomposed
