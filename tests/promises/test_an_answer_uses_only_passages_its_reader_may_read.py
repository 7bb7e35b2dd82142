"""Promise 2: default is deny, enforced inside the search itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from demo import employee
from keeping import keeping
from passages import WordsEmbedder, document, embedded

from ingest.chunking import SIZE
from ingest.edge_folder import EdgeFolder
from ingest.index import Audience, Index, Query
from ingest.memory import MemoryIndex
from models.ports import Language
from server.access import audience_of
from server.errors import NotFoundError
from server.retrieval import Wanted
from server.wiring import Vigie

SECRET = "La grille des salaires est réservée au service de la paie."


@pytest.fixture(params=["memory", "edge"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    if request.param == "memory":
        yield MemoryIndex()
        return
    edge = EdgeFolder(tmp_path / "index").open(WordsEmbedder()).index
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


@pytest.mark.slow
def test_readers_that_change_do_so_at_once_whatever_source_a_document_came_from(
    house: Vigie, tmp_path: Path
) -> None:
    asker = employee(house)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "grille.md").write_text(SECRET, encoding="utf-8")
    lines = tmp_path / "autres.jsonl"
    lines.write_text(f'{{"id": "autre", "text": "{SECRET}"}}\n', encoding="utf-8")
    for source in (tmp_path / "notes", lines):
        house.library.ingest(source, "paie", house.operator, lambda _done, _of: None)
    assert len(house.searching.search(SECRET, asker, Language.FRENCH, 9)) == 2

    narrowed = replace(house.library.collection("paie"), readers=frozenset({"paie"}))
    house.library.describe(narrowed, house.operator)

    assert house.searching.search(SECRET, asker, Language.FRENCH, 9) == []
    for document_id in ("grille.md", "autre"):
        with pytest.raises(NotFoundError):
            house.library.open("paie", document_id, asker)
    insider = employee(house, "lea", ("paie",))
    assert len(house.searching.search(SECRET, insider, Language.FRENCH, 9)) == 2


def test_narrowing_a_search_to_a_collection_opens_nothing(index: Index) -> None:
    index.replace(one := document("grille", SECRET, readers=["paie"]), embedded(one))
    query = Query(SECRET, None, Language.FRENCH, frozenset({"rh"}))

    assert index.search(query, Audience(frozenset({"everyone"})), 10) == []


def test_neighbouring_passages_are_joined_for_their_readers_alone(tmp_path: Path) -> None:
    paragraph = f"La grille des salaires. {'Elle est secrète. ' * (SIZE // 20)}"
    (tmp_path / "paie").mkdir()
    (tmp_path / "paie" / "grille.md").write_text("\n\n".join([paragraph] * 2), encoding="utf-8")

    with keeping(tmp_path) as kept:
        asker, insider = kept.person("camille"), kept.person("lea", groups=("paie",))
        kept.ingest(tmp_path / "paie")
        (both,) = kept.search("grille des salaires", asker)
        collection = kept.library.collection("paie")
        whole = range(both.chunk.start, both.chunk.end)
        shelves = kept.retrieval.standings.shelves
        kept.library.describe(replace(collection, readers=frozenset({"paie"})), kept.operator)

        assert len(both.chunk.text) > SIZE
        assert kept.search("grille des salaires", asker) == []
        assert len(kept.search("grille des salaires", insider)) == 1
        assert shelves.stretch(both.chunk, whole, audience_of(asker)) is None
        assert shelves.stretch(both.chunk, whole, audience_of(insider)) == both.chunk.text


def test_a_correction_names_no_word_of_a_document_that_is_not_ones_own(tmp_path: Path) -> None:
    (tmp_path / "direction").mkdir()
    (tmp_path / "direction" / "note.md").write_text(
        "Le projet Hélianthe. Le plan de départs volontaires (PDV).", encoding="utf-8"
    )
    wanted = Wanted("Où en est Hélianhte, et le PDV ?", Language.FRENCH)

    with keeping(tmp_path) as kept:
        asker, insider = kept.person("camille"), kept.person("lea", groups=("direction",))
        kept.ingest(tmp_path / "direction")
        collection = kept.library.collection("direction")
        kept.library.describe(replace(collection, readers=frozenset({"direction"})), kept.operator)
        outside = kept.retrieval.find(wanted, audience_of(asker), 10).correction
        inside = kept.retrieval.find(wanted, audience_of(insider), 10).correction

    assert not outside
    assert inside.mended == {"Hélianhte": "Hélianthe"}
    assert inside.acronyms == {"PDV": "plan de départs volontaires"}
