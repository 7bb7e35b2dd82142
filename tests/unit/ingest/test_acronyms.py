"""What acronyms stand for is read where the documents say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.acronyms import meanings, mentions


def said(*texts: str) -> dict[str, str]:
    return meanings(mention for text in texts for mention in mentions(text))


@pytest.mark.parametrize(
    ("text", "acronym", "words"),
    [
        ("Le compte épargne-temps (CET) est ouvert.", "CET", "compte epargne temps"),
        ("Le CET (compte épargne-temps) est ouvert.", "CET", "compte epargne temps"),
        (
            "Voir l’allocation d’aide au retour à l’emploi (ARE).",
            "ARE",
            "aide au retour a l emploi",
        ),
        (
            "Les équipements de protection individuelle (EPI)",
            "EPI",
            "equipements de protection individuelle",
        ),
        ("The works council (WC) meets monthly.", "WC", "works council"),
    ],
)
def test_a_bracket_says_what_an_acronym_stands_for(text: str, acronym: str, words: str) -> None:
    assert said(text)[acronym].endswith(words)


def test_letters_of_another_language_count_when_several_brackets_agree() -> None:
    one = "Écrivez aux ressources humaines (HR)."
    two = "Les ressources humaines (HR) répondent."

    assert said(one) == {}
    assert said(one, two) == {"HR": "ressources humaines"}


@pytest.mark.parametrize(
    "text",
    [
        "Le coût (HT) est dû.",
        "Voir www.cet.fr (CET).",
        "Payé en euros (EUR) hier.",
        "(CET)",
        "CET ()",
    ],
)
def test_a_bracket_beside_other_words_says_nothing(text: str) -> None:
    assert said(text) == {}


def test_the_phrase_that_is_said_most_often_wins() -> None:
    usual = "Le plan de sauvegarde de l’emploi (PSE)."
    rare = "Le plan social d’entreprise (PSE)."

    assert said(usual, rare, usual)["PSE"] == "plan de sauvegarde de l emploi"


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for acronym, words in said(text, f"{text} (ABC)", f"ABC ({text})").items():
        assert acronym.isascii()
        assert len(words.split()) > 1
