"""Promise 2: default is deny, enforced inside the search itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from passages import WordsEmbedder, document, embedded

from ingest.edge import EdgeIndex
from ingest.index import Audience, Index, Query
from ingest.memory import MemoryIndex
from models.ports import Language

SECRET = "La grille des salaires est réservée au service de la paie."


@pytest.fixture(params=["memory", "edge"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    if request.param == "memory":
        yield MemoryIndex()
        return
    edge = EdgeIndex.open(tmp_path / "index", WordsEmbedder())
    yield edge
    edge.close()


def found(index: Index, *groups: str, vector: bool = True, limit: int = 10) -> set[str]:
    """The documents that the most telling question brings up for these groups."""
    sought = WordsEmbedder().embed([SECRET]) if vector else None
    query = Query(SECRET, sought, Language.FRENCH)
    hits = index.search(query, Audience(frozenset(groups)), limit)
    return {hit.chunk.document for hit in hits}


@pytest.mark.parametrize("vector", [True, False], ids=["hybrid", "words"])
def test_the_same_question_finds_the_passage_for_its_readers_alone(
    index: Index, *, vector: bool
) -> None:
    for one in (
        document("grille", SECRET, readers=["paie"]),
        document("journal", "La grille des mots croisés est au journal."),
    ):
        index.replace(one, embedded(one))

    assert found(index, "everyone", vector=vector) == {"journal"}
    assert found(index, "everyone", "paie", vector=vector) == {"grille", "journal"}
    assert found(index, "PAIE", "paie ", "pai", "*", "", vector=vector) == set()


@pytest.mark.parametrize("vector", [True, False], ids=["hybrid", "words"])
def test_nobody_is_the_default(index: Index, *, vector: bool) -> None:
    for one in (document("grille", SECRET), document("orphelin", SECRET, readers=[])):
        index.replace(one, embedded(one))

    assert found(index, vector=vector) == set()
    assert found(index, "everyone", vector=vector) == {"grille"}


def test_passages_of_others_do_not_crowd_out_ones_own(index: Index) -> None:
    # More passages than each ranking is read deep, all nearer to the question.
    many = document("secrets", *[f"{n} {SECRET * 6}" for n in range(120)], readers=["paie"])
    index.replace(many, embedded(many))
    index.replace(mine := document("note", "La cantine ouvre à midi."), embedded(mine))

    assert found(index, "everyone", limit=1) == {"note"}


def test_narrowing_a_search_to_a_collection_opens_nothing(index: Index) -> None:
    index.replace(one := document("grille", SECRET, readers=["paie"]), embedded(one))
    query = Query(SECRET, None, Language.FRENCH, frozenset({"rh"}))

    assert index.search(query, Audience(frozenset({"everyone"})), 10) == []
