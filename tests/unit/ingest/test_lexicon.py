"""Questions are mended with the words of the documents, and of those their asker may read."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.index import Audience
from ingest.lexicon import Lexicon, Text, Texts, Understood
from models.ports import Language

EVERYONE = Audience(frozenset({"everyone"}))
TWENTY = "ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo fu".split()
LEAVE = "Les congés payés de l’employé. Le compte épargne-temps (CET) les conserve. Télétravail."


class Shelf(Texts):
    """Texts in memory, by their ids."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], Text] = {}
        self._changes = 0
        self.read = 0

    @property
    def changes(self) -> int:
        return self._changes

    def put(
        self,
        id_: str,
        text: str,
        readers: str = "everyone",
        language: Language = Language.FRENCH,
    ) -> None:
        self._changes += 1
        mark = str(self._changes)
        self._texts["rh", id_] = Text(mark, frozenset({readers}), language, text)

    def drop(self, id_: str) -> None:
        self._changes += 1
        del self._texts["rh", id_]

    def text_marks(self) -> Mapping[tuple[str, str], str]:
        return {key: text.mark for key, text in self._texts.items()}

    def text(self, collection: str, document: str) -> Text | None:
        self.read += 1
        return self._texts.get((collection, document))


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.put("conges", LEAVE)
    return shelf


def understood(
    shelf: Shelf, question: str, audience: Audience = EVERYONE, language: Language = Language.FRENCH
) -> Understood:
    return Lexicon(shelf).understand(question, language, audience)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("conges", None),
        ("CONGÉS", None),
        ("congse", "conges"),
        ("teletravial", "teletravail"),
        ("emplyé", "employe"),
        ("télétravil", "teletravail"),
        ("été", None),
        ("xylophone", None),
    ],
)
def test_a_word_that_no_document_holds_becomes_the_nearest_that_one_does(
    shelf: Shelf, typed: str, meant: str | None
) -> None:
    assert understood(shelf, f"mes {typed} ?").mended == ({typed: meant} if meant else {})


def test_what_was_typed_is_looked_for_as_well(shelf: Shelf) -> None:
    found = understood(shelf, "mes congse ?")

    assert found.words == "mes congse ?"
    assert found.also == ("conges",)
    assert found.meaning == "mes conges ?"


def test_where_most_words_are_known_an_unknown_one_is_a_mistake(shelf: Shelf) -> None:
    shelf.put(
        "mots",
        " ".join(map("".join, product(TWENTY, repeat=3))),
    )

    found = understood(shelf, "mes congse ?")

    assert found.words == "mes congse ? conges"
    assert found.also == ()


def test_an_acronym_is_spelt_out_and_its_words_are_abbreviated(shelf: Shelf) -> None:
    assert understood(shelf, "Que devient mon CET ?").also == ("compte epargne temps",)
    assert understood(shelf, "mon compte épargne temps").also == ("CET",)
    assert understood(shelf, "Que devient mon cet ?").also == ()


@pytest.mark.parametrize("asked", ["Que devient mon CET ?", "mon compte épargne temps"])
def test_an_acronym_is_told_in_the_words_of_the_documents(shelf: Shelf, asked: str) -> None:
    assert understood(shelf, asked).acronyms == {"CET": "compte épargne-temps"}


def test_a_question_taken_literally_is_neither_mended_nor_spelt_out() -> None:
    literal = Understood.literally("mon CET et mes congse")

    assert literal.words == literal.meaning == "mon CET et mes congse"
    assert literal.also == ()
    assert not literal.correction(["congés"])


def test_a_question_in_another_language_is_not_mended_with_these_words(shelf: Shelf) -> None:
    assert understood(shelf, "my congse", language=Language.ENGLISH).mended == {}


def test_what_an_asker_may_not_read_teaches_nothing(shelf: Shelf) -> None:
    shelf.put("secret", "Le projet Hélianthe. Le plan de départs volontaires (PDV).", "direction")
    management = Audience(frozenset({"direction"}))

    outside = understood(shelf, "Où en est Hélianhte, et le PDV ?")
    inside = understood(shelf, "Où en est Hélianhte, et le PDV ?", management)

    assert (outside.mended, outside.named) == ({}, ())
    assert not outside.correction(["Un texte de tous."])
    assert inside.mended == {"Hélianhte": "helianthe"}
    assert inside.named == ("plan de departs volontaires",)


def test_what_is_withdrawn_or_changes_its_readers_is_unlearnt(shelf: Shelf) -> None:
    shelf.put("projet", "Le projet Hélianthe.")
    lexicon = Lexicon(shelf)

    def mended() -> Mapping[str, str]:
        return lexicon.understand("Hélianhte", Language.FRENCH, EVERYONE).mended

    assert mended()
    shelf.put("projet", "Le projet Hélianthe.", "direction")
    assert not mended()
    shelf.put("projet", "Le projet Hélianthe.")
    assert mended()
    shelf.drop("projet")
    assert not mended()


def test_only_what_changed_is_read_again(shelf: Shelf) -> None:
    shelf.put("projet", "Le projet Hélianthe.")
    lexicon = Lexicon(shelf)
    lexicon.refresh()
    shelf.put("autre", "Une autre note.")

    lexicon.refresh()
    lexicon.refresh()

    assert shelf.read == 3


@given(st.text(max_size=80))
def test_a_question_keeps_its_words(question: str) -> None:
    shelf = Shelf()
    shelf.put("conges", LEAVE)

    found = understood(shelf, question)

    assert found.words.startswith(question)
    assert set(found.mended.values()) <= {
        "employe",
        "conges",
        "payes",
        "compte",
        "epargne",
        "temps",
        "conserve",
        "teletravail",
    }
