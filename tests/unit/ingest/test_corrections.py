"""A correction is told in words as the documents write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corrections import MOST, as_written, correction


@pytest.mark.parametrize(
    ("phrase", "texts", "written"),
    [
        ("conges", ["Congés payés : les congés se posent."], "congés"),
        ("conges", ["CONGÉS", "Congés"], "Congés"),
        ("helianthe", ["Le projet Hélianthe, dit HÉLIANTHE. Hélianthe !"], "Hélianthe"),
        ("cote", ["la côte", "le côté", "une côte"], "côte"),
        ("oeuvre", ["l’œuvre"], "œuvre"),
        ("reduction du temps", ["la Réduction du  temps (RTT)"], "Réduction du temps"),
        ("conges", ["congé"], None),
        ("", ["congé"], None),
    ],
)
def test_a_folded_phrase_is_written_as_the_texts_usually_do(
    phrase: str, texts: list[str], written: str | None
) -> None:
    assert as_written(phrase, texts) == written


def test_the_question_is_told_as_it_was_meant() -> None:
    told = correction("Congers payer ?", {"Congers": "conges"}, {}, ["Les congés"])

    assert told.question == "Congés payer ?"
    assert told.mended == {"Congers": "Congés"}


def test_what_no_passage_holds_is_told_in_plain_letters() -> None:
    assert correction("congers", {"congers": "conges"}, {}, []).mended == {"congers": "conges"}


def test_nothing_is_told_of_a_question_that_was_taken_as_it_is() -> None:
    assert not correction("congés", {}, {}, ["congés"])


def test_what_the_texts_do_not_show_is_not_told() -> None:
    told = correction("congers dupon RTT", {"congers": "conges", "dupon": "dupont"}, {}, [])

    assert told.held_by(["Les congés de [PERSONNE_1]"]).mended == {"congers": "conges"}
    assert not told.held_by([])


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_no_more_is_told_than_can_be_read(mended: dict[str, str], named: dict[str, str]) -> None:
    told = correction("question", mended, named, ["texte"])

    assert len(told.mended) <= MOST
    assert len(told.acronyms) <= MOST
