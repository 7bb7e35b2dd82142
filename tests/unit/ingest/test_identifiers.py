"""References that name one thing are one however they are typed, and amounts are none."""

from __future__ import annotations

import pytest

from ingest.identifiers import identifiers


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("article L1132-1", "L. 1132-1"),
        ("art. l 1132-1", "l’article L.1132-1 du code du travail"),
        ("prc-2024-017", "Procédure PRC-2024-017"),
        ("PRC 2024", "PRC-2024"),
        ("RH030", "Référence : RH-030, version 2"),
        ("le cerfa 12345", "formulaire cerfa n° 12345*01"),
        ("cerfa n°12345*01", "12345 * 01"),
        ("loi 78-17", "la loi n° 78-17 du 6 janvier 1978"),
        ("règlement 2016/679", "le règlement (UE) 2016/679"),
        ("article 9", "les Articles 9 et 10"),
        ("le G29", "G29"),
    ],
)
def test_a_reference_is_one_however_it_is_typed(typed: str, written: str) -> None:
    assert identifiers(typed) & identifiers(written)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("L1132-1", "L1132-10"),
        ("PRC-2024-017", "PRC-2024-018"),
        ("cerfa 12345*01", "cerfa 54321*01"),
        ("article 9", "le 9 mai"),
    ],
)
def test_another_reference_is_another(typed: str, written: str) -> None:
    assert not identifiers(typed) & identifiers(written)


@pytest.mark.parametrize(
    "text",
    [
        "12 000 euros",
        "le 10 janvier 2026",
        "2-3 jours",
        "à 21 h 30",
        "peut-être",
        "il y a 15 ans",
        "",
    ],
)
def test_what_names_nothing_is_no_reference(text: str) -> None:
    assert identifiers(text) == frozenset()
