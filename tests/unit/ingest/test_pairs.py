"""Pairs come from the documents alone, and the examination from documents nobody learnt from."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from ingest.documents import Document
from ingest.pairs import Text, examination, lesson, pairs
from models.ports import Language

BODY = (
    "Le badge est rendu à l’accueil le dernier jour du contrat. "
    "Le matériel informatique est rendu au même moment. "
    "Un reçu est remis à la personne qui part."
)


def document(n: int, title: str = "Départ d’un salarié", text: str = BODY) -> Document:
    return Document(
        collection="rh",
        id=f"{n}.md",
        title=f"{title} {n}" if title else "",
        text=text,
        language=Language.FRENCH,
        readers=frozenset({"everyone"}),
        version="0",
    )


def text(title: str, *passages: str) -> Text:
    return Text("rh/départ.md", title, passages)


def test_the_same_seed_gives_the_same_pairs() -> None:
    texts = lesson([document(n) for n in range(40)], 0).learnt

    first, second, other = (list(islice(pairs(texts, seed), 50)) for seed in (1, 1, 2))

    assert first == second != other


def test_a_title_is_set_against_a_passage_that_does_not_begin_with_it() -> None:
    opening = "Départ d’un salarié : ce qu’il rend, et à qui."
    made = text("Départ d’un salarié…", opening, BODY)

    found = [
        pair for pair in islice(pairs([made], 0), 100) if pair.question == "Départ d’un salarié"
    ]

    assert {pair.passage for pair in found} == {BODY}


def test_a_sentence_is_set_against_its_passage_without_it() -> None:
    found = list(islice(pairs([text("", BODY)], 0), 50))

    assert len({pair.question for pair in found}) == 3
    assert not [pair for pair in found if pair.question in pair.passage]
    assert all("badge" in pair.passage or "badge" in pair.question for pair in found)


def test_a_document_that_says_one_thing_only_is_left_out() -> None:
    mute = [document(n, title="", text="Le badge est rendu à l’accueil.") for n in range(9)]

    taught = lesson([*mute, document(9)], 0)

    assert [one.document for one in (*taught.learnt, *taught.held)] == ["rh/9.md"]


def test_no_document_is_both_learnt_and_examined() -> None:
    taught = lesson([document(n) for n in range(40)], 0)

    learnt = {one.document for one in taught.learnt}
    held = {one.document for one in taught.held}
    assert len(held) == 6
    assert len(learnt) == 34
    assert not learnt & held
    assert {asked.document for asked in examination(taught, 0).questions} == held


def test_the_examination_does_not_show_what_it_asks() -> None:
    asked = examination(lesson([document(n) for n in range(40)], 0), 0)

    assert len(asked.questions) == 12  # a title and a sentence of each document held apart
    for question in asked.questions:
        own = [one.text for one in asked.passages if one.document == question.document]
        assert own
        assert not [passage for passage in own if question.text in passage]


def test_a_title_made_from_the_text_is_not_shown_either() -> None:
    opening = "Le badge est rendu à l’accueil le dernier jour du contrat"
    long = [document(n, title="", text=f"{BODY}\n" + BODY * 6) for n in range(40)]
    titled = [replace(one, title=f"{opening}…") for one in long]

    asked = examination(lesson(titled, 0), 0)

    assert opening in {question.text for question in asked.questions}
    held = {question.document for question in asked.questions}
    assert not [one for one in asked.passages if one.document in held and opening in one.text]
