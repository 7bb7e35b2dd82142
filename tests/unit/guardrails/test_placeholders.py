"""Placeholders: one value, one mark; no value kept; no mark mistaken for another's."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from guardrails.pii import IdentifiersAndNames, Placeholders, StructuredIdentifiers
from models.ports import Language


def masked(placeholders: Placeholders, text: str) -> str:
    return placeholders.mask(text, StructuredIdentifiers().find(text, Language.FRENCH))


@pytest.fixture
def placeholders() -> Placeholders:
    return Placeholders(b"a key of this test")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Camille@Exemple.fr", "camille@exemple.fr"),
        ("06 39 98 12 34", "+33 6 39 98 12 34"),
        ("06.39.98.12.34", "0033 6 39 98 12 34"),
        ("+33 (0)6 39 98 12 34", "0639981234"),
        ("020 7946 0958", "+44 20 7946 0958"),
        ("FR76 3000 6000 0112 3456 7890 189", "fr7630006000011234567890189"),
        ("1 85 05 78 006 084 91", "1850578006084"),
        ("4539 1488 0343 6467", "4539148803436467"),
        ("4539\t1488\t0343\t6467", "4539  1488  0343  6467"),
        ("1 85 05 78 006 084 clé 91", "185057800608491"),
        ("0612-345-678", "(+33)6 12 34 56 78"),
        ("2001:db8:0:0:0:0:0:1", "2001:DB8::1"),
        ("jean@exemple.fr", "jean [at] exemple [point] fr"),
        ("jean@exemple.fr", "Jean(a)exemple.fr"),
    ],
)
def test_the_same_value_reads_as_the_same_mark(
    placeholders: Placeholders, first: str, second: str
) -> None:
    left, right = masked(placeholders, f"A {first} ."), masked(placeholders, f"A {second} .")

    assert left == right
    assert "_1]" in left


def test_another_value_gets_another_number(placeholders: Placeholders) -> None:
    text = masked(placeholders, "a@exemple.fr, b@exemple.fr, a@exemple.fr")

    assert text == "[EMAIL_1], [EMAIL_2], [EMAIL_1]"


def test_masking_twice_changes_nothing(placeholders: Placeholders) -> None:
    once = masked(placeholders, "a@exemple.fr et 06 39 98 12 34")

    assert masked(placeholders, once) == once


def test_a_mark_that_nobody_gave_out_is_rewritten(placeholders: Placeholders) -> None:
    text = masked(placeholders, "[EMAIL_1] puis a@exemple.fr")

    assert text == "(EMAIL_1) puis [EMAIL_1]"


def test_a_mark_of_this_conversation_may_be_quoted(placeholders: Placeholders) -> None:
    masked(placeholders, "a@exemple.fr")

    assert masked(placeholders, "Qui est [EMAIL_1] ?") == "Qui est [EMAIL_1] ?"


def test_no_value_is_kept(placeholders: Placeholders) -> None:
    masked(placeholders, "secret.personne@exemple.fr, 4539 1488 0343 6467")

    gc.collect()
    held = repr([getattr(placeholders, name) for name in vars(placeholders)])

    assert "secret" not in held
    assert "4539" not in held


def test_two_conversations_keep_different_fingerprints_of_one_value() -> None:
    one, other = Placeholders(b"one"), Placeholders(b"other")

    masked(one, "a@exemple.fr")
    masked(other, "a@exemple.fr")

    assert vars(one)["_marks"].keys().isdisjoint(vars(other)["_marks"].keys())


def test_threads_agree_on_the_numbers(placeholders: Placeholders) -> None:
    texts = [f"personne{n % 50}@exemple.fr" for n in range(1000)]

    with ThreadPoolExecutor(8) as pool:
        marks = list(pool.map(lambda text: masked(placeholders, text), texts))

    assert len(set(marks)) == 50
    assert all(mark == marks[n % 50] for n, mark in enumerate(marks))


@pytest.mark.parametrize(
    "text",
    [
        "Voir Mme [PERSON_1] ou M. [PERSON_2].",
        "Signé : [PERSON_1]",
        "Titulaire du compte : [HOLDER_1]",
        "Je m'appelle [PERSON_1·k7q2mx9wdf3h], né à [BIRTH_PLACE_1].",
        "Voir Mme [PERSON].",
    ],
)
def test_a_mark_is_no_name_whatever_announces_it(text: str) -> None:
    assert IdentifiersAndNames().find(text, Language.FRENCH) == ()
