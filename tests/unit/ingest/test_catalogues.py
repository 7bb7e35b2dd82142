"""Every catalogue remembers the same of a document, whatever happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue, Mark
from ingest.documents import Document
from ingest.memory import MemoryCatalogue
from models.ports import Language
from server.store import Store
from server.store.shelves import Shelves

NOTE = Document("rh", "note.md", "Note", "Un texte.", Language.FRENCH, frozenset(), "v1")


@pytest.fixture(params=["memory", "store"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    if request.param == "memory":
        yield MemoryCatalogue()
        return
    store = Store.open(tmp_path / "vigie.db")
    yield Shelves(store)
    store.close()


def test_a_document_begun_anew_is_still_its_source_s(catalogue: Catalogue) -> None:
    catalogue.begin(NOTE, "here")
    catalogue.finish(NOTE, "indexed")
    finished = catalogue.marks("rh")

    catalogue.begin(NOTE, "here")

    assert finished == {"note.md": Mark("here", "indexed")}
    assert catalogue.marks("rh") == {"note.md": Mark("here", "")}


def test_a_document_belongs_to_the_source_it_was_last_read_from(catalogue: Catalogue) -> None:
    catalogue.begin(NOTE, "here")

    catalogue.begin(NOTE, "there")
    catalogue.finish(NOTE, "indexed")

    assert catalogue.marks("rh") == {"note.md": Mark("there", "indexed")}


def test_what_is_forgotten_leaves_no_mark(catalogue: Catalogue) -> None:
    catalogue.begin(NOTE, "here")

    catalogue.forget("rh", ["note.md"])

    assert catalogue.marks("rh") == {}
