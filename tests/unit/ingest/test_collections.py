"""What a folder says of itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from ingest.collections import (
    COLLECTION_FILE,
    EVERYONE,
    Collection,
    Override,
    Sensitivity,
    Trust,
    read_collection,
)
from ingest.errors import CollectionError
from models.ports import Language
from models.wording import Wording

DESCRIPTION = """
title = { fr = "Ressources humaines", en = "Human resources" }
owner = "Camille Exemplaire"
deputy = "Paul Modèle"
contact = "rh@phares.example"
readers = ["everyone", "stagiaires"]
language = "en"
review_due = 2027-06-30
[documents."sous/salaires.xlsx"]
readers = ["paie"]
language = "fr"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    (folder / "sous").mkdir(parents=True)
    (folder / "sous" / "salaires.xlsx").touch()
    return folder


def test_a_folder_describes_its_collection(folder: Path) -> None:
    (folder / COLLECTION_FILE).write_text(DESCRIPTION, encoding="utf-8")

    read = read_collection(folder)

    assert read.name == "rh"
    assert read.title == Wording("Ressources humaines", "Human resources")
    assert (read.owner, read.deputy) == ("Camille Exemplaire", "Paul Modèle")
    assert read.contact == "rh@phares.example"
    assert read.readers_of("autre.md") == {"everyone", "stagiaires"}
    assert read.language_of("autre.md") is Language.ENGLISH
    assert read.readers_of("sous/salaires.xlsx") == {"paie"}
    assert read.language_of("sous/salaires.xlsx") is Language.FRENCH
    assert read.review_due_of("sous/salaires.xlsx") == date(2027, 6, 30)


def test_another_name_may_be_given(folder: Path) -> None:
    (folder / COLLECTION_FILE).write_text('owner = "Camille"', encoding="utf-8")

    read = read_collection(folder, "personnel")

    assert read.name == "personnel"
    assert read.readers == {"everyone"}


def test_no_readers_means_nobody(folder: Path) -> None:
    text = 'owner = "Camille"\n[documents."sous/salaires.xlsx"]\nreaders = []'
    (folder / COLLECTION_FILE).write_text(text, encoding="utf-8")

    assert read_collection(folder).readers_of("sous/salaires.xlsx") == frozenset()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "owner"),
        ('owner = ""', "owner"),
        ('owner = "C"\nreaders = "everyone"', "readers"),
        ('owner = "C"\nreaders = [""]', "readers"),
        ('owner = "C"\nlanguage = "de"', "language"),
        ('owner = "C"\nreview_due = "demain"', "review_due"),
        ('owner = "C"\nreader = ["paie"]', "reader"),
        ('owner = "C"\ntitle = { fr = "RH" }', "title"),
        ('owner = "C"\n[documents."absent.pdf"]\nreaders = ["paie"]', "absent.pdf"),
        ('owner = "C"\nclass = "memo"', "class"),
        ('owner = "C"\nkind = "rule"', "kind"),
        ('owner = "C"\nsensitivity = "high"', "sensitivity"),
        ('owner = "C"\nsensitivity = "secret"', "secret"),
        ('owner = "C"\ntrust = "full"', "trust"),
        ('owner = "C"\norders = "obey"', "orders"),
        ('owner = "C"\npersonal_data = "sell"', "personal_data"),
        ('owner = "C"\n[personal_data]\nSHOE_SIZE = "keep"', "personal_data"),
        ('owner = "C"\nwarn_after = 0', "warn_after"),
        ('owner = "C"\nclass = "news"\nwarn_after = 31', "warn_after"),
        ('owner = "C', "TOML"),
    ],
)
def test_a_wrong_description_names_its_field(folder: Path, text: str, named: str) -> None:
    (folder / COLLECTION_FILE).write_text(text, encoding="utf-8")

    with pytest.raises(CollectionError, match=named):
        read_collection(folder)


def test_a_folder_without_a_description_says_so(folder: Path) -> None:
    with pytest.raises(CollectionError, match="cannot be opened"):
        read_collection(folder)


def test_a_collection_can_be_known_by_name_alone() -> None:
    known = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))

    assert known.title.fr == "rh"
    assert known.review_due_of("note.md") is None


def test_a_collection_says_how_its_documents_age_and_how_secret_they_are(folder: Path) -> None:
    text = """
    owner = "Camille"
    class = "procedure"
    error_after = 200
    legal_basis = "Code du travail, L.1222-9"
    sensitivity = "secret"
    trust = "authoritative"
    readers = ["direction"]
    [documents."sous/salaires.xlsx"]
    owner = "Paul"
    """
    (folder / COLLECTION_FILE).write_text(text, encoding="utf-8")

    read = read_collection(folder)

    assert (read.clock.warn_after, read.clock.error_after) == (150, 200)
    assert read.legal_basis == "Code du travail, L.1222-9"
    assert (read.sensitivity, read.trust) == (Sensitivity.SECRET, Trust.AUTHORITATIVE)
    assert read.owner_of("sous/salaires.xlsx") == "Paul"
    assert read.owner_of("autre.md") == "Camille"


def test_what_a_collection_says_of_a_document_is_found_in_whatever_order_it_came() -> None:
    said = [Override(f"{n}.md", readers=frozenset({str(n)})) for n in (3, 11, 1, 2)]
    known = Collection("rh", Wording("RH", "HR"), "Camille", documents=tuple(said))

    assert [known.readers_of(f"{n}.md") for n in (1, 2, 3, 11)] == [{"1"}, {"2"}, {"3"}, {"11"}]
    assert known.readers_of("12.md") == known.readers_of("") == known.readers_of("9") == {EVERYONE}
    adapter = TypeAdapter(Collection)
    assert adapter.validate_json(adapter.dump_json(known)) == known
