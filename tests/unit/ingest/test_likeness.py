"""Documents that say nearly the same, and versions of one rule."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.likeness import Kind, Likeness, Sketch, alike, edition_of, signature, similarity

WORDS = [f"mot{n}" for n in range(3_000)]


def text(seed: int, words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def sketch(document: str, said: str, title: str = "") -> Sketch:
    return Sketch(document, title, signature(said))


def edited(said: str, share: float) -> str:
    """The same text with one stretch of it said otherwise."""
    words = said.split()
    n = int(len(words) * share)
    return " ".join([*words[:50], *text(99, n).split(), *words[50 + n :]])


def test_an_edited_copy_is_found_and_a_stranger_is_not() -> None:
    found = alike(
        [
            sketch("note", text(1)),
            sketch("copie", edited(text(1), 0.15)),
            sketch("autre", text(2)),
            sketch("vide", ""),
        ]
    )

    assert [(one.document, one.other, one.kind) for one in found] == [
        ("copie", "note", Kind.DUPLICATE)
    ]


def test_accents_case_and_layout_make_no_difference() -> None:
    one, other = "Le Congé payé est dû. " * 9, "LE CONGE\nPAYE  est du ! " * 9

    assert similarity(signature(one), signature(other)) == 1.0


@given(st.text(min_size=1, max_size=300))
def test_a_text_is_like_itself(said: str) -> None:
    signed = signature(said)

    assert signed == signature(said)
    assert not signed or similarity(signed, signed) == 1.0


def test_of_two_versions_of_a_rule_the_later_wins() -> None:
    found = alike(
        [
            sketch("regles/teletravail-2026.md", edited(text(1), 0.3)),
            sketch("regles/teletravail-2023.docx", text(1)),
            sketch("regles/teletravail-2024.md", edited(text(1), 0.1)),
            sketch("regles/budget-2025.md", text(5)),
            sketch("regles/budget-2026.md", text(6)),
        ]
    )

    versions = {(one.document, one.other) for one in found if one.kind is Kind.VERSION}
    assert versions == {
        ("regles/teletravail-2023.docx", "regles/teletravail-2026.md"),
        ("regles/teletravail-2024.md", "regles/teletravail-2026.md"),
    }


def test_a_title_tells_a_version_where_the_name_does_not() -> None:
    found = alike(
        [
            sketch("a", text(1), "Charte informatique v1.9"),
            sketch("b", edited(text(1), 0.1), "Charte informatique V1.10"),
        ]
    )

    assert found == [Likeness("a", "b", found[0].similarity, Kind.VERSION)]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Note 2023", "Note 2024"),
        ("note_2024-03-01", "note_2024-11-30"),
        ("Note du 01/12/2023", "Note du 15/01/2024"),
        ("note-20240301", "note-20240302"),
        ("Charte v2", "Charte v10"),
        ("Révision 3 du plan", "révision 4 du plan"),
        ("2023/teletravail", "2026/teletravail"),
        ("Télétravail 2023", "teletravail-2026"),
    ],
)
def test_a_name_tells_when_its_version_is_from(older: str, newer: str) -> None:
    one, other = edition_of(older), edition_of(newer)

    assert one
    assert other
    assert (one.name, one.shape) == (other.name, other.shape)
    assert one.key < other.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Annexe 1", "Annexe 2"),  # parts, and no versions
        ("2023", "2024"),
        ("Article 12", "Article 13"),
        ("note", "note"),
    ],
)
def test_a_number_is_not_always_a_version(one: str, other: str) -> None:
    assert edition_of(one) is None
    assert edition_of(other) is None


def test_a_crowd_of_copies_costs_little_and_says_little() -> None:
    copies = [Sketch(f"formulaire {n}", "", signature(text(1))) for n in range(300)]

    found = alike(copies)

    assert {one.document for one in found} | {found[0].other} == {one.document for one in copies}
    assert len(found) <= 10 * len(copies)
