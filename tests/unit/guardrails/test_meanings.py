"""The word list: synonyms have one stem, the sides of a family shut one another out."""

from __future__ import annotations

import pytest

from guardrails.meanings import meaning, meanings
from guardrails.text import folded
from models.ports import Language

FR, EN = Language.FRENCH, Language.ENGLISH


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("demande", "requêtes", FR),
        ("salarié", "employés", FR),
        ("verser", "payer", FR),
        ("ensure", "guarantees", EN),
        ("paid", "payment", EN),
    ],
)
def test_synonyms_are_one_word(one: str, other: str, language: Language) -> None:
    assert meaning(folded(one), language) == meaning(folded(other), language)


def test_a_small_word_means_nothing_alone() -> None:
    assert meaning("pour", FR) == meaning("with", EN) == ""


def test_an_expression_is_one_word_with_its_own_sense() -> None:
    text = folded("Au moins deux jours, jusqu’à trois, tous les lundis.")

    said = [text[one.start : one.end] for one in meanings(FR).said(text)]

    assert said == ["au moins", "jusqu'a", "tous", "lundis"]


@pytest.mark.parametrize("language", Language)
def test_no_word_stands_on_two_sides_of_a_family(language: Language) -> None:
    for word, senses in meanings(language).senses.items():
        sides = [(sense.family, sense.side) for sense in senses]
        assert len({family for family, _ in sides}) == len(set(sides)), word
