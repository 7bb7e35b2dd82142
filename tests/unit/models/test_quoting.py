"""The sentences of a passage that answer best are marked, by its words alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ports import Language
from models.quoting import highlights

LEAVE = (
    "Durée des congés\n"
    "Chaque salarié acquiert 2,5 jours de congés payés par mois travaillé. "
    "La cantine ouvre à midi. "
    "Les congés se posent deux semaines avant sur l’intranet."
)


def marked(question: str, *texts: str) -> list[list[str]]:
    found = highlights(question, texts, Language.FRENCH)
    return [[text[start:end] for start, end in one] for text, one in zip(texts, found, strict=True)]


@pytest.mark.parametrize(
    "question",
    ["combien de jours de congés acquis par mois", "COMBIEN DE JOURS DE CONGES PAYES PAR MOIS ?"],
)
def test_the_sentence_that_answers_is_marked_however_it_is_asked(question: str) -> None:
    ((first, *_),) = marked(question, LEAVE)

    assert first == "Chaque salarié acquiert 2,5 jours de congés payés par mois travaillé."


def test_two_sentences_that_answer_together_are_marked_in_reading_order() -> None:
    (found,) = marked("combien de semaines avant poser des jours payés par mois", LEAVE)

    assert [sentence.split()[0] for sentence in found] == ["Chaque", "Les"]


@pytest.mark.parametrize("question", ["Qui répare les phares ?", "", "de la", "[EMAIL_1]"])
def test_nothing_is_marked_where_nothing_answers(question: str) -> None:
    assert marked(question, LEAVE, "") == [[], []]


def test_each_text_has_marks_of_its_own_even_where_two_say_the_same() -> None:
    first, second = marked("jours de congés par mois", LEAVE, LEAVE)

    assert first == second != []


@given(st.text("ab é.\n«»", max_size=40), st.lists(st.text("ab é.\n«»:", max_size=200), max_size=3))
def test_marks_are_in_order_apart_and_within_their_text(question: str, texts: list[str]) -> None:
    found = highlights(question, texts, Language.FRENCH)

    assert len(found) == len(texts)
    for text, spans in zip(texts, found, strict=True):
        assert len(spans) <= 2
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
