"""A backup carries the index's vectors, and a restoration believes the store before them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from adapters import WatchedEmbedder
from passages import WordsEmbedder

from ingest.collections import Override
from models.ports import Embedder, Language
from server.commands import Call, run
from server.commands.backup import restore
from server.lazy import Lazy
from server.rebuilding import SNAPSHOT
from server.settings import load
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow

DOCUMENTS = 5


class Yard:
    """Where houses are opened on homes, each with an embedder that is watched."""

    def __init__(self, place: Path, parts: Parts) -> None:
        self.place = place
        self._parts = parts

    @contextmanager
    def opened(self, name: str, embedder: Embedder) -> Iterator[Vigie]:
        parts = replace(self._parts, embedder=Lazy(lambda: embedder))
        with open_vigie(load(self.place / name, generator="extractive"), parts) as house:
            yield house

    def refilled(self, copy: Path, embedder: Embedder, name: str = "restored") -> dict[str, Any]:
        """Unpack a copy into a new home, and fill its index."""
        restore(copy, self.place / name)
        with self.opened(name, embedder) as house:
            return done(house, "index.restore")


def done(house: Vigie, command: str, **arguments: object) -> dict[str, Any]:
    result = run(house, Call(command=command, arguments=arguments), lambda _done, _of: None)
    return cast("dict[str, Any]", result)


def found(house: Vigie, text: str) -> set[str]:
    hits = house.searching.search(text, house.operator, Language.FRENCH, 9)
    return {hit.chunk.document for hit in hits}


@pytest.fixture
def yard(tmp_path: Path, parts: Parts) -> Yard:
    return Yard(tmp_path, parts)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(DOCUMENTS):
        (folder / f"n{n}.md").write_text(f"Le badge {n} est rendu le jour {n}.", encoding="utf-8")
    return folder


@pytest.fixture
def copy(yard: Yard, notes: Path) -> Path:
    """A backup of a house that holds the notes."""
    with yard.opened("home", WordsEmbedder("old")) as house:
        house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
        made = done(house, "backup", file=str(yard.place / "copy.tar.gz"))
        assert SNAPSHOT in made["parts"]
        assert made["remark"] == ""
    return yard.place / "copy.tar.gz"


def altered(copy: Path, name: str, content: bytes | None) -> Path:
    """The same archive, in which one file holds something else, or is missing."""
    other = copy.with_name("altered.tar.gz")
    with tarfile.open(copy) as source, tarfile.open(other, "w:gz") as target:
        for member in source.getmembers():
            held = source.extractfile(member)
            assert held is not None
            data = held.read()
            if member.name == name:
                if content is None:
                    continue
                data = content
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    return other


def test_a_restoration_reads_no_passage_anew(yard: Yard, copy: Path) -> None:
    model = WatchedEmbedder(WordsEmbedder("old"))

    filled = yard.refilled(copy, model)

    assert filled == {
        "documents": DOCUMENTS,
        "chunks": DOCUMENTS,
        "recalled": DOCUMENTS,
        "remark": "",
    }
    assert model.read == 1  # whether the model answers at all
    with yard.opened("restored", WordsEmbedder("old")) as house:
        assert found(house, "tout autre chose") == {f"n{n}.md" for n in range(DOCUMENTS)}
    assert not (yard.place / "restored" / SNAPSHOT).exists()


def test_another_embedder_reads_everything_anew_and_it_is_said(yard: Yard, copy: Path) -> None:
    filled = yard.refilled(copy, WordsEmbedder("new"))

    assert filled["recalled"] == 0
    assert filled["chunks"] == DOCUMENTS
    assert "holds the vectors of old" in filled["remark"]
    assert "every passage was read anew" in filled["remark"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"x" * 99, "is damaged"), (None, "There is no snapshot")]
)
def test_a_snapshot_that_is_damaged_or_missing_costs_time_only(
    yard: Yard, copy: Path, content: bytes | None, said: str
) -> None:
    filled = yard.refilled(altered(copy, SNAPSHOT, content), WordsEmbedder("old"))

    assert filled["chunks"] == DOCUMENTS
    assert said in filled["remark"]


def test_what_was_withdrawn_before_the_backup_does_not_come_back(yard: Yard, notes: Path) -> None:
    with yard.opened("home", WordsEmbedder("old")) as house:
        house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
        described = house.library.collection("notes")
        closed = (Override("n1.md", readers=frozenset({"paie"})),)
        house.library.describe(replace(described, documents=closed), house.operator)
        (notes / "n0.md").unlink()
        (notes / "n2.md").unlink()
        house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
        done(house, "backup", file=str(yard.place / "copy.tar.gz"))

    yard.refilled(yard.place / "copy.tar.gz", WordsEmbedder("old"))

    with yard.opened("restored", WordsEmbedder("old")) as house:
        assert found(house, "badge") == {"n3.md", "n4.md"}


def test_a_restoration_that_was_cut_off_goes_on_with_its_snapshot(yard: Yard, copy: Path) -> None:
    restore(copy, yard.place / "restored")
    model = WatchedEmbedder(WordsEmbedder("old"))

    with yard.opened("restored", model) as house:
        rebuilt = done(house, "index.rebuild")

    assert rebuilt == {"documents": DOCUMENTS, "chunks": DOCUMENTS}
    assert model.read == 1


def test_a_backup_of_a_damaged_index_is_made_all_the_same(yard: Yard, copy: Path) -> None:
    (yard.place / "home" / "index" / "identity.json").write_text("{", encoding="utf-8")

    with yard.opened("home", WordsEmbedder("old")) as house:
        made = done(house, "backup", file=str(copy.with_name("second.tar.gz")))

    assert SNAPSHOT not in made["parts"]
    assert "is damaged" in made["remark"]
    assert yard.refilled(copy.with_name("second.tar.gz"), WordsEmbedder("old"))["chunks"]


def test_a_house_without_an_index_has_none_to_save(yard: Yard) -> None:
    with yard.opened("new", WordsEmbedder("old")) as house:
        made = done(house, "backup", file=str(yard.place / "new.tar.gz"))

    assert SNAPSHOT not in made["parts"]
    assert made["remark"] == ""
    assert yard.refilled(yard.place / "new.tar.gz", WordsEmbedder("old"))["documents"] == 0
