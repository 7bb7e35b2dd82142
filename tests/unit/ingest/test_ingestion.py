"""A collection holds what its source holds, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from passages import WordsEmbedder

from ingest.catalogue import Catalogue, Indexed, Mark
from ingest.chunking import SIZE
from ingest.collections import Collection, Override
from ingest.documents import Document, EmbeddedChunks, Hidden, Hiding
from ingest.errors import CollectionError, UnreadableFileError
from ingest.index import Audience, Hit, Index, Query
from ingest.ingestion import Ingestion
from ingest.memory import MemoryCatalogue, MemoryIndex
from ingest.opening import open_source
from ingest.readers import reasons
from ingest.reading import InProcessReader
from ingest.report import IngestionReport, Remark
from ingest.sources import Entry
from models.ports import Language

RH = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))


class House:
    """An index, a catalogue and an embedder, and what can be found in them."""

    def __init__(self) -> None:
        self.index = MemoryIndex()
        self.catalogue = MemoryCatalogue()
        self.embedder = WordsEmbedder()
        self.reader = InProcessReader()

    def ingest(self, source: Path, collection: Collection = RH) -> IngestionReport:
        ingestion = Ingestion(self.index, self.catalogue, self.embedder, self.reader)
        return ingestion.run(source, collection, lambda _done, _total: None)

    def found(self, *groups: str) -> dict[str, str]:
        """The text of each document that these groups find, by its id."""
        query = Query("texte", self.embedder.embed(["texte"]), Language.FRENCH)
        hits = self.index.search(query, Audience(frozenset(groups or {"everyone"})), 100)
        return {hit.chunk.document: hit.chunk.text for hit in hits}

    def indexed(self) -> set[str]:
        return {id_ for id_, mark in self.catalogue.marks("rh").items() if mark.fingerprint}


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    (folder / "sous").mkdir(parents=True)
    (folder / "note.md").write_text("# Note\n\nUn texte.", encoding="utf-8")
    (folder / "sous" / "page.html").write_text("<p>Une page.</p>", encoding="utf-8")
    (folder / "collection.toml").write_text('owner = "Camille"', encoding="utf-8")
    (folder / ".cache.md").write_text("caché", encoding="utf-8")
    return folder


def test_what_a_file_hides_is_remarked_once_and_the_rest_is_found(
    house: House, folder: Path, tmp_path: Path
) -> None:
    (folder / "note.md").write_text("Un texte.\n\n<p hidden>ordre</p>", encoding="utf-8")
    lines = tmp_path / "lignes.jsonl"
    lines.write_text('{"id": "a", "text": "te\u200bxte"}', encoding="utf-8")

    first = house.ingest(folder)
    second = house.ingest(lines)

    assert first.remarks == (Remark("note.md", Hidden(Hiding.TEXT, 1)),)
    assert second.remarks == (Remark("lignes.jsonl:1", Hidden(Hiding.ZERO_WIDTH, 1)),)
    assert house.ingest(folder).remarks == ()
    assert house.found()["a"] == "texte"
    assert "ordre" not in house.found()["note.md"]


def test_a_folder_is_indexed_and_a_second_run_changes_nothing(house: House, folder: Path) -> None:
    first = house.ingest(folder)
    read = house.embedder.read

    second = house.ingest(folder)

    assert (first.added, first.updated, first.removed, first.unchanged) == (2, 0, 0, 0)
    assert first.chunks == house.index.count() == 2
    assert (second.added, second.updated, second.removed, second.unchanged) == (0, 0, 0, 2)
    assert second.chunks == 0
    assert house.embedder.read == read
    assert house.found() == {"note.md": "Note\nUn texte.", "sous/page.html": "Une page."}


def test_a_changed_file_is_replaced_and_a_removed_one_leaves(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "note.md").write_text("Autre texte.", encoding="utf-8")
    (folder / "sous" / "page.html").unlink()

    report = house.ingest(folder)

    assert (report.added, report.updated, report.removed, report.unchanged) == (0, 1, 1, 0)
    assert house.found() == {"note.md": "Autre texte."}
    assert house.indexed() == {"note.md"}


@pytest.mark.parametrize(
    "collection",
    [
        replace(RH, readers=frozenset({"paie"})),
        replace(RH, documents=(Override("note.md", readers=frozenset({"paie"})),)),
    ],
)
def test_new_readers_take_effect_though_no_file_changed(
    house: House, folder: Path, collection: Collection
) -> None:
    house.ingest(folder)

    house.ingest(folder, collection)

    assert "note.md" not in house.found("everyone")
    assert "note.md" in house.found("paie")


def test_another_language_or_another_embedder_indexes_anew(house: House, folder: Path) -> None:
    house.ingest(folder)

    english = house.ingest(folder, replace(RH, language=Language.ENGLISH))
    house.embedder = WordsEmbedder("other")
    other = house.ingest(folder, replace(RH, language=Language.ENGLISH))

    assert english.updated == other.updated == 2


def test_one_bad_file_is_told_and_does_not_stop_the_rest(house: House, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "b.xyz").write_bytes(b"?")

    report = house.ingest(folder)

    assert report.added == 2
    assert [(one.path, one.reason) for one in report.failed] == [
        ("a.pdf", reasons.DAMAGED),
        ("b.xyz", reasons.UNKNOWN),
    ]


def test_a_file_that_became_unreadable_is_no_longer_found(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "note.md").write_bytes(b"")

    report = house.ingest(folder)

    assert [one.path for one in report.failed] == ["note.md"]
    assert report.removed == 1
    assert "note.md" not in house.found()


def test_a_link_out_of_the_folder_is_not_followed(house: House, folder: Path) -> None:
    secret = folder.parent / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    (folder / "lien.md").symlink_to(secret)
    (folder / "dehors").symlink_to(folder.parent)
    (folder / "boucle.md").symlink_to(folder / "boucle.md")
    (folder / "dedans.md").symlink_to(folder / "note.md")

    report = house.ingest(folder)

    assert set(house.found()) == {"note.md", "sous/page.html", "dedans.md"}
    assert {one.path: one.reason for one in report.failed} == {
        "lien.md": reasons.OUTSIDE,
        "dehors": reasons.OUTSIDE,
        "boucle.md": reasons.UNREACHABLE,
    }


def test_a_pipe_is_not_waited_for(house: House, folder: Path) -> None:
    os.mkfifo(folder / "tuyau.txt")

    report = house.ingest(folder)

    assert [one.reason for one in report.failed] == [reasons.NOT_A_FILE]


def test_one_file_is_added_and_nothing_is_removed(house: House, folder: Path) -> None:
    house.ingest(folder)
    alone = folder.parent / "seul.md"
    alone.write_text("Seul.", encoding="utf-8")

    report = house.ingest(alone)

    assert (report.added, report.removed) == (1, 0)
    assert set(house.found()) == {"note.md", "sous/page.html", "seul.md"}


def test_a_run_removes_only_what_came_from_its_own_source(house: House, folder: Path) -> None:
    other = folder.parent / "autre"
    other.mkdir()
    (other / "ailleurs.md").write_text("Ailleurs.", encoding="utf-8")
    house.ingest(folder)

    house.ingest(other)
    report = house.ingest(folder)

    assert report.unchanged == 2
    assert set(house.found()) == {"note.md", "sous/page.html", "ailleurs.md"}


def test_lines_are_documents_and_bad_ones_are_named(house: House, tmp_path: Path) -> None:
    source = tmp_path / "pages.jsonl"
    lines = [
        {"id": "1", "title": "Titre", "text": "Un texte.", "url": "https://phares.example/1"},
        {"id": "2", "text": "Sans titre. " * 40},
        {"id": "1", "text": "Le même."},
        {"id": "3"},
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n\nnot json\n"
    source.write_text(text, encoding="utf-8")

    report = house.ingest(source)

    assert (report.added, report.unchanged) == (2, 0)
    assert [(one.path, one.reason) for one in report.failed] == [
        ("pages.jsonl:3", reasons.DUPLICATE),
        ("pages.jsonl:4", reasons.BAD_LINE),
        ("pages.jsonl:6", reasons.BAD_LINE),
    ]
    first = house.catalogue.document("rh", "1")
    second = house.catalogue.document("rh", "2")
    assert first is not None
    assert second is not None
    assert (first.title, first.url) == ("Titre", "https://phares.example/1")
    assert second.title.startswith("Sans titre. Sans titre.")
    assert second.title.endswith("…")


def test_a_line_with_an_absurd_id_is_named(house: House, tmp_path: Path) -> None:
    source = tmp_path / "pages.jsonl"
    source.write_text(json.dumps({"id": "x" * 5_000, "text": "Un texte."}), encoding="utf-8")

    report = house.ingest(source)

    assert [one.reason for one in report.failed] == [reasons.BAD_LINE]


def test_a_line_that_is_gone_leaves(house: House, tmp_path: Path) -> None:
    source = tmp_path / "pages.jsonl"
    source.write_text('{"id":"1","text":"un"}\n{"id":"2","text":"deux"}', encoding="utf-8")
    house.ingest(source)
    source.write_text('{"id":"2","text":"deux"}', encoding="utf-8")

    report = house.ingest(source)

    assert (report.removed, report.unchanged) == (1, 1)
    assert set(house.found()) == {"2"}


def test_a_source_that_is_not_there_is_no_reason_to_remove(house: House, folder: Path) -> None:
    house.ingest(folder)
    loop = folder.with_name("boucle")
    loop.symlink_to(loop)

    for source in (folder.with_name("absent"), loop):
        with pytest.raises(UnreadableFileError):
            house.ingest(source)

    assert len(house.found()) == 2


def test_a_file_that_changes_while_it_is_ingested_is_kept_under_the_version_that_was_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "note.md"
    file.write_text("Un texte.", encoding="utf-8")
    (entry,) = open_source(file).entries()
    assert isinstance(entry, Entry)

    file.write_text("Un autre texte.", encoding="utf-8")

    assert [block.text for block in entry.read(InProcessReader()).blocks] == ["Un texte."]
    assert entry.version == hashlib.sha256(b"Un texte.").hexdigest()


def test_a_folder_in_a_folder_that_is_a_collection_of_its_own_is_left_to_itself(
    house: House, folder: Path
) -> None:
    house.ingest(folder)
    (folder / "sous" / "plus").mkdir()
    (folder / "sous" / "plus" / "loin.md").write_text("Un secret.", encoding="utf-8")
    (folder / "lien.md").symlink_to(folder / "sous" / "plus" / "loin.md")
    (folder / "sous" / "collection.toml").write_text(
        'owner = "Paul"\nreaders = ["direction"]', encoding="utf-8"
    )

    report = house.ingest(folder)

    assert {one.path: one.reason for one in report.failed} == {
        "sous/page.html": reasons.OWN_COLLECTION,
        "sous/plus/loin.md": reasons.OWN_COLLECTION,
        "lien.md": reasons.OWN_COLLECTION,
    }
    assert set(house.found()) == {"note.md"}
    assert house.ingest(folder / "sous").added == 2


@pytest.mark.parametrize("part", ["note.md", "sous", "sous/page.html", "sous/pages.jsonl"])
def test_a_part_of_a_described_folder_is_not_ingested_by_itself(
    house: House, folder: Path, part: str
) -> None:
    (folder / "sous" / "pages.jsonl").write_text('{"id":"1","text":"un"}', encoding="utf-8")

    with pytest.raises(CollectionError, match=f"{folder}"):
        house.ingest(folder / part)

    assert house.index.count() == 0


def test_a_byte_order_mark_is_not_part_of_a_line(house: House, tmp_path: Path) -> None:
    source = tmp_path / "pages.jsonl"
    source.write_text('{"id":"1","text":"un"}', encoding="utf-8")
    house.ingest(source)
    source.write_text('{"id":"1","text":"un"}', encoding="utf-8-sig")

    report = house.ingest(source)

    assert (report.unchanged, report.failed) == (1, ())


@pytest.mark.parametrize("id_", ["a\0", "a\nb", "\x1b[31m", "a\x85"])
def test_an_id_with_control_characters_is_a_bad_line(
    house: House, tmp_path: Path, id_: str
) -> None:
    source = tmp_path / "pages.jsonl"
    source.write_text(json.dumps({"id": id_, "text": "un"}), encoding="utf-8")

    report = house.ingest(source)

    assert [one.reason for one in report.failed] == [reasons.BAD_LINE]
    assert house.index.count() == 0


def test_lines_cut_short_are_no_reason_to_remove(house: House, tmp_path: Path) -> None:
    source = tmp_path / "pages.jsonl"
    lines = [json.dumps({"id": str(n), "text": f"Page {n}."}) for n in range(5)]
    source.write_text("\n".join(lines), encoding="utf-8")
    house.ingest(source)
    source.write_text("\n".join(lines)[:60], encoding="utf-8")

    short = house.ingest(source)
    source.write_text("\n".join(lines[:2]), encoding="utf-8")
    whole = house.ingest(source)

    assert [one.path for one in short.failed] == ["pages.jsonl:2"]
    assert (short.removed, whole.removed) == (0, 3)


def test_what_is_under_a_folder_out_of_reach_stays(house: House, folder: Path) -> None:
    (folder / "sous-titre.md").write_text("Un texte de plus.", encoding="utf-8")
    house.ingest(folder)
    shutil.rmtree(folder / "sous")
    (folder / "sous").symlink_to("x" * 300)  # a name no system resolves, not even for root
    (folder / "sous-titre.md").unlink()
    (folder / "note.md").unlink()
    (folder / "note.md").symlink_to("x" * 300)

    report = house.ingest(folder)

    assert {one.path: one.reason for one in report.failed} == {
        "sous": reasons.UNREACHABLE,
        "note.md": reasons.UNREACHABLE,
    }
    assert report.removed == 1
    assert set(house.found()) == {"note.md", "sous/page.html"}


def test_a_link_that_leads_nowhere_any_more_leaves(house: House, folder: Path) -> None:
    (folder / "lien.md").symlink_to(folder / "note.md")
    house.ingest(folder)
    (folder / "note.md").unlink()

    report = house.ingest(folder)

    assert [(one.path, one.reason) for one in report.failed] == [("lien.md", reasons.GONE)]
    assert set(house.found()) == {"sous/page.html"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root opens everything")
@pytest.mark.parametrize("closed", ["sous", "sous/page.html"])
def test_what_may_not_be_opened_stays(house: House, folder: Path, closed: str) -> None:
    house.ingest(folder)
    (folder / closed).chmod(0)

    report = house.ingest(folder)
    (folder / closed).chmod(0o700)

    assert [(one.path, one.reason) for one in report.failed] == [(closed, reasons.UNREACHABLE)]
    assert report.removed == 0
    assert house.ingest(folder).unchanged == 2


def test_a_text_or_a_title_without_end_gives_a_short_title(house: House, folder: Path) -> None:
    (folder / "note.md").write_text(f"# {'titre ' * 10_000}\n\nUn texte.", encoding="utf-8")
    (folder / "bloc.txt").write_text("x" * 1000, encoding="utf-8")

    house.ingest(folder)

    titled, untitled = (house.catalogue.document("rh", id_) for id_ in ("note.md", "bloc.txt"))
    assert titled is not None
    assert untitled is not None
    assert titled.title.startswith("titre titre")
    assert len(titled.title) <= SIZE
    assert untitled.title


def test_progress_counts_to_the_end(house: House, folder: Path) -> None:
    (folder / "vide.md").touch()
    seen: list[tuple[int, int]] = []

    ingestion = Ingestion(house.index, house.catalogue, house.embedder, house.reader)
    ingestion.run(folder, RH, lambda done, total: seen.append((done, total)))

    assert seen[-1] == (3, 3)
    assert seen == sorted(seen)


def test_the_text_that_citations_open_is_kept(house: House, folder: Path) -> None:
    house.ingest(folder)

    document = house.catalogue.document("rh", "note.md")

    assert document is not None
    assert (document.title, document.text) == ("Note", "Note\nUn texte.")


class Killed(BaseException):
    """What a test raises where the power would go."""


class Fuse:
    """Burns at the nth step, before or after it is done."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def burn(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Killed


class FusedIndex(Index):
    def __init__(self, index: MemoryIndex, fuse: Fuse) -> None:
        self._index = index
        self._fuse = fuse

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        self._fuse.burn()
        self._index.replace_all(batch)
        self._fuse.burn()

    def remove(self, collection: str, documents: Several[str]) -> None:
        self._fuse.burn()
        self._index.remove(collection, documents)
        self._fuse.burn()

    def optimize(self) -> None:
        self._index.optimize()

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        return self._index.search(query, audience, limit)


class FusedCatalogue(Catalogue):
    def __init__(self, catalogue: MemoryCatalogue, fuse: Fuse) -> None:
        self._catalogue = catalogue
        self._fuse = fuse

    def marks(self, collection: str) -> Mapping[str, Mark]:
        return self._catalogue.marks(collection)

    def begin(self, document: Document, origin: str) -> None:
        self._catalogue.begin(document, origin)
        self._fuse.burn()

    def finish(self, document: Document, fingerprint: str) -> None:
        self._catalogue.finish(document, fingerprint)
        self._fuse.burn()

    def forget(self, collection: str, ids: Several[str]) -> None:
        self._catalogue.forget(collection, ids)
        self._fuse.burn()

    def documents(self) -> Iterable[Document]:
        return self._catalogue.documents()

    def confirm(self, indexed: Several[Indexed]) -> None:
        self._catalogue.confirm(indexed)


@pytest.mark.parametrize("then", ["stays", "comes back", "goes too"])
@pytest.mark.parametrize("steps", range(10))
def test_a_run_killed_anywhere_is_mended_by_the_next(
    house: House, folder: Path, steps: int, then: str
) -> None:
    house.ingest(folder)
    page = (folder / "sous" / "page.html").read_bytes()
    (folder / "note.md").write_text("Autre texte.", encoding="utf-8")
    (folder / "neuf.md").write_text("Neuf.", encoding="utf-8")
    (folder / "sous" / "page.html").unlink()
    fuse = Fuse(steps)
    doomed = Ingestion(
        FusedIndex(house.index, fuse),
        FusedCatalogue(house.catalogue, fuse),
        house.embedder,
        house.reader,
    )

    with pytest.raises(Killed):
        doomed.run(folder, RH, lambda _done, _total: None)
    assert house.indexed() <= set(house.found())
    match then:
        case "comes back":
            (folder / "sous" / "page.html").write_bytes(page)
        case "goes too":
            (folder / "neuf.md").unlink()
    house.ingest(folder)

    fresh = House()
    fresh.ingest(folder)
    assert house.found() == fresh.found()
    assert house.catalogue.marks("rh") == fresh.catalogue.marks("rh")
