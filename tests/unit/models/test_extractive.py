"""Without weights: whole sentences of the sources, word for word, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writings import Granted

from models.errors import Revocation, WritingRevokedError
from models.extractive import ExtractiveGenerator
from models.ports import Language, Prompt, Source, Usage

LEAVE = Source(
    1,
    "Congés payés",
    "Durée des congés\n"
    "Chaque salarié acquiert 2,5 jours de congés payés par mois travaillé. "
    "Les congés se posent sur l’intranet.\n"
    "Type : congé d’ancienneté ; Durée : 2 jours après dix ans",
)
REMOTE = Source(
    2, "Télétravail", "Le télétravail est possible deux jours par semaine. L’accord est écrit."
)
ENGLISH = Source(3, "Laptops", "Every employee returns the laptop on the last day.")


class Stopped:
    def check(self) -> None:
        raise WritingRevokedError(Revocation.STOPPED)


def answer(question: str, *sources: Source, language: Language = Language.FRENCH) -> list[str]:
    prompt = Prompt("charte", sources, question, language)
    return list(ExtractiveGenerator().write(prompt, Granted()))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Combien de jours de congés payés par mois ?",
            "Chaque salarié acquiert 2,5 jours de congés payés par mois travaillé. [1]\n",
        ),
        (
            "jours de teletravail par semaine",
            "Le télétravail est possible deux jours par semaine. [2]\n",
        ),
        (
            "durée du congé d'ancienneté",
            "Type : congé d’ancienneté ; Durée : 2 jours après dix ans [1]\n",
        ),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, expected: str) -> None:
    written = answer(question, LEAVE, REMOTE)

    assert written[0] == expected


def test_an_english_question_is_answered_in_english() -> None:
    written = answer("When do I return my laptop?", REMOTE, ENGLISH, language=Language.ENGLISH)

    assert written == ["Every employee returns the laptop on the last day. [3]\n"]


@pytest.mark.parametrize(
    "question", ["Qui a gagné la coupe du monde ?", "Quelle est la capitale ?", "?", "", "de la"]
)
def test_a_question_that_the_sources_do_not_touch_gets_nothing(question: str) -> None:
    assert answer(question, LEAVE, REMOTE) == []


def test_what_was_masked_in_a_question_does_not_keep_it_from_an_answer() -> None:
    pieces = answer("[PHONE_1] et [EMAIL_1] : le télétravail, combien de jours ?", REMOTE)

    assert pieces == ["Le télétravail est possible deux jours par semaine. [2]\n"]


def test_a_heading_is_never_an_answer() -> None:
    written = answer("Quelle est la durée des congés ?", LEAVE)

    assert not any(piece.startswith("Durée des congés") for piece in written)


def test_a_sentence_is_quoted_once_however_many_sources_say_it() -> None:
    twin = Source(2, LEAVE.title, LEAVE.text)

    written = answer("jours de congés payés par mois travaillé", LEAVE, twin)

    assert len({piece.rsplit(" [", 1)[0] for piece in written}) == len(written)


def test_a_stop_is_obeyed() -> None:
    prompt = Prompt("charte", (LEAVE,), "congés payés par mois ?", Language.FRENCH)

    with pytest.raises(WritingRevokedError):
        next(ExtractiveGenerator().write(prompt, Stopped()))


def test_the_usage_comes_with_the_end() -> None:
    prompt = Prompt("charte", (LEAVE, REMOTE), "Il neige ?", Language.FRENCH)

    with pytest.raises(StopIteration) as end:
        next(ExtractiveGenerator().write(prompt, Granted()))

    usage: Usage = end.value.value
    assert usage.sources_read == 2


texts = st.lists(
    st.sampled_from(
        ["Les congés payés sont dus.", "Titre", "Oui ?", "a : b", "jours", "\n", "[1]"]
    ),
    max_size=12,
).map(" ".join)


@given(st.lists(texts, max_size=4), texts)
def test_every_piece_is_verbatim_in_the_source_it_cites(bodies: list[str], question: str) -> None:
    sources = tuple(Source(n, "Titre", text) for n, text in enumerate(bodies, start=1))

    written = answer(question, *sources)

    assert len(written) <= 3
    for piece in written:
        sentence, _, number = piece.removesuffix("]\n").rpartition(" [")
        assert sentence in sources[int(number) - 1].text
