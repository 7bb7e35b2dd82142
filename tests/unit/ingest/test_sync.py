"""Syncing again costs little, forgets nothing, and asks before it removes much."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from syncing import House, later, many

from ingest.collections import Collection as Described
from ingest.documents import Document, EmbeddedChunks
from ingest.errors import UnreadableFileError
from ingest.folders import Folder, SingleFile
from ingest.ingestion import Ingestion
from ingest.jsonl import Lines
from ingest.ledger import FileNote, FileState, Ledger
from ingest.memory import MemoryIndex, MemoryLedger
from ingest.patience import Patience
from ingest.readers import reasons
from ingest.reading import InProcessReader
from ingest.report import RunOptions
from ingest.sources import Offered, Source
from models.errors import WritingRevokedError
from models.wording import Wording
from server.store import Store
from server.store.files import Files


class Watched(Source):
    """A folder, with the ids of the documents that were opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder, later)
        self.opened: list[str] = []

    @property
    def origin(self) -> str:
        return self._folder.origin

    @property
    def total(self) -> int:
        return self._folder.total

    @property
    def listed(self) -> Sequence[str]:
        return self._folder.listed

    def entries(self, known: Mapping[str, FileNote] = {}) -> Iterator[Offered]:
        for offer in self._folder.entries(known):
            if type(offer).__name__ == "Entry":
                self.opened.append(offer.id)  # type: ignore[union-attr]
            yield offer

    def answers_for(self, id_: str, origin: str) -> bool:
        return self._folder.answers_for(id_, origin)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    folder.mkdir()
    for n in range(3):
        (folder / f"note-{n}.md").write_text(f"Un texte numéro {n}.", encoding="utf-8")
    return folder


def test_an_untouched_file_is_not_opened_again(house: House, folder: Path) -> None:
    house.ingest(folder)
    again = Watched(folder)

    report = house.ingest(again)

    assert report.unchanged == 3
    assert again.opened == []


def test_a_change_that_hides_its_time_is_noticed(house: House, folder: Path) -> None:
    note = folder / "note-1.md"
    house.ingest(folder)
    before = note.stat()
    note.write_text("Un texte numéro 9.", encoding="utf-8")
    os.utime(note, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = Watched(folder)

    report = house.ingest(again)

    assert note.stat().st_mtime_ns == before.st_mtime_ns
    assert note.stat().st_size == before.st_size
    assert again.opened == ["note-1.md"]
    assert report.updated == 1
    assert house.found()["note-1.md"] == "Un texte numéro 9."


def test_what_changed_a_moment_ago_is_not_trusted_by_its_looks(house: House, folder: Path) -> None:
    house.ingest(Folder(folder))

    again = Watched(folder)
    house.ingest(again)

    assert sorted(again.opened) == ["note-0.md", "note-1.md", "note-2.md"]
    assert all(note.stamp for note in house.notes(folder).values())


def test_a_checksum_opens_everything(house: House, folder: Path) -> None:
    house.ingest(folder)
    again = Watched(folder)

    report = house.ingest(again, RunOptions(checksum=True))

    assert len(again.opened) == report.unchanged == 3


def test_new_readers_reach_files_that_nobody_touched(house: House, folder: Path) -> None:
    house.ingest(folder)
    ingestion = Ingestion(
        house.index, house.catalogue, house.embedder, InProcessReader(), house.ledger
    )
    closed = Described.undescribed("rh", "Camille", frozenset({"paie"}))

    report = ingestion.run(Folder(folder, later), closed, lambda _done, _of: None)

    assert report.updated == 3
    assert house.found() == {}


def test_a_file_that_failed_three_times_is_left_alone_until_it_changes(
    house: House, folder: Path
) -> None:
    bad = folder / "plan.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")

    told = [house.ingest(folder).failed[0].reason for _ in range(4)]
    note = house.notes(folder)["plan.pdf"]
    bad.write_bytes(b"%PDF-1.7 something else")
    changed = house.ingest(folder)

    assert told[:2] == [reasons.DAMAGED] * 2
    assert told[2:] == [reasons.quarantined(reasons.DAMAGED, 3)] * 2
    assert (note.state, note.attempts) == (FileState.QUARANTINED, 3)
    assert changed.failed[0].reason == reasons.DAMAGED
    assert house.notes(folder)["plan.pdf"].attempts == 1


class Refusing(Watched):
    """Fails when a quarantined file is read."""

    def entries(self, known: Mapping[str, FileNote] = {}) -> Iterator[Offered]:
        for offer in super().entries(known):
            assert type(offer).__name__ != "Entry", offer
            yield offer


def test_a_quarantined_file_is_not_even_opened(house: House, folder: Path) -> None:
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7 nothing")
    for _ in range(3):
        house.ingest(folder)

    report = house.ingest(Refusing(folder))

    assert [one.path for one in report.failed] == ["plan.pdf"]


def test_a_file_that_was_mended_is_indexed_and_its_failures_forgotten(
    house: House, folder: Path
) -> None:
    (folder / "note.md").write_bytes(b"")
    house.ingest(folder)
    house.ingest(folder)
    (folder / "note.md").write_text("Un texte.", encoding="utf-8")

    house.ingest(folder)

    note = house.notes(folder)["note.md"]
    assert (note.state, note.attempts, note.reason) == (FileState.INDEXED, 0, None)


def test_files_are_noted_as_they_are(house: House, folder: Path) -> None:
    (folder / "vide.md").touch()
    house.ingest(folder)
    (folder / "note-2.md").unlink()

    house.ingest(folder)

    assert house.states(folder) == {
        "note-0.md": FileState.INDEXED,
        "note-1.md": FileState.INDEXED,
        "vide.md": FileState.FAILED,
    }


def test_what_is_listed_waits_and_what_is_read_is_said(house: House, folder: Path) -> None:
    seen: list[dict[str, FileState]] = []

    class Telling(MemoryLedger):
        def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
            super().note(collection, origin, notes)
            seen.append({path: note.state for path, note in self.notes(collection, origin).items()})

    house.ledger = Telling()
    house.ingest(folder)

    assert set(seen[0].values()) == {FileState.WAITING}
    assert [sum(s is FileState.READING for s in states.values()) for states in seen] == [
        0, 1, 1, 1, 0,
    ]  # fmt: skip
    assert set(seen[-1].values()) == {FileState.INDEXED}


class WitnessedIndex(MemoryIndex):
    """Says what could be found after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.after: list[set[str]] = []

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        super().replace_all(batch)
        self.after.append({document for _, document in self._documents})

    def remove(self, collection: str, documents: Collection[str]) -> None:
        super().remove(collection, documents)
        self.after.append({document for _, document in self._documents})


def test_renamed_files_leave_their_former_names_as_the_new_ones_are_found(
    house: House, folder: Path
) -> None:
    house.index = index = WitnessedIndex()
    house.ingest(folder)
    for n in range(3):
        (folder / f"note-{n}.md").rename(folder / f"avis-{n}.md")
    index.after.clear()

    report = house.ingest(folder)

    assert (report.added, report.removed, report.held_back) == (3, 3, 0)
    assert [len(found) for found in index.after] == [6, 3]
    assert set(house.found()) == {"avis-0.md", "avis-1.md", "avis-2.md"}
    assert set(house.states(folder)) == {"avis-0.md", "avis-1.md", "avis-2.md"}


def test_a_copy_is_no_move(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "copie.md").write_bytes((folder / "note-0.md").read_bytes())

    report = house.ingest(folder)

    assert (report.added, report.removed, report.unchanged) == (1, 0, 3)


def test_a_run_that_would_remove_much_asks_and_keeps_what_is_new(
    house: House, folder: Path
) -> None:
    many(folder, 47)
    house.ingest(folder)
    for i in range(20):
        (folder / f"page-{i:03}.md").unlink()
    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    (folder / "note-0.md").write_text("Un texte changé.", encoding="utf-8")

    first = house.ingest(folder)
    asked = house.found()
    allowed = house.ingest(folder, RunOptions(allow_removals=True))

    assert (first.added, first.updated, first.removed, first.held_back) == (1, 1, 0, 20)
    assert {"page-000.md", "neuf.md"} <= set(asked)
    assert asked["note-0.md"] == "Un texte changé."
    assert (allowed.removed, allowed.held_back) == (20, 0)
    assert len(house.found()) == 31


@pytest.mark.parametrize(
    ("documents", "gone", "held"),
    [(12, 9, 0), (12, 10, 10), (100, 19, 0), (100, 20, 0), (100, 21, 21)],
)
def test_how_much_is_much(
    house: House, tmp_path: Path, documents: int, gone: int, held: int
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    many(folder, documents)
    house.ingest(folder)
    for i in range(gone):
        (folder / f"page-{i:03}.md").unlink()

    report = house.ingest(folder)

    assert report.held_back == held
    assert report.removed == gone - held


def test_a_reader_that_broke_does_not_empty_a_collection(house: House, folder: Path) -> None:
    many(folder, 30)
    house.ingest(folder)
    for page in folder.glob("page-*.md"):
        page.write_bytes(b"")

    report = house.ingest(folder)

    assert (report.removed, report.held_back, len(report.failed)) == (0, 30, 30)
    assert len(house.found()) == 33


def test_with_the_ai_off_what_is_gone_leaves_and_what_is_new_waits(
    house: House, folder: Path
) -> None:
    house.ingest(folder)
    (folder / "note-0.md").unlink()
    (folder / "note-1.md").rename(folder / "avis.md")
    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    house.embedder.stopped = True

    with pytest.raises(WritingRevokedError):
        house.ingest(folder)
    found, states = set(house.found()), house.states(folder)
    house.embedder.stopped = False
    house.ingest(folder)

    assert found == {"note-1.md", "note-2.md"}
    assert states["neuf.md"] is FileState.WAITING
    assert set(house.found()) == {"avis.md", "neuf.md", "note-2.md"}


@pytest.mark.parametrize("copies", [0, 1])
def test_with_the_ai_off_no_renamed_document_is_lost(
    house: House, folder: Path, copies: int
) -> None:
    for n in range(copies):
        (folder / f"copie-{n}.md").write_bytes((folder / "note-0.md").read_bytes())
    many(folder, 12)
    house.ingest(folder)
    before = set(house.found())
    for path in folder.iterdir():
        path.rename(folder / f"avis-{path.name}")
    house.embedder.stopped = True

    with pytest.raises(WritingRevokedError):
        house.ingest(folder)
    found = set(house.found())
    house.embedder.stopped = False
    report = house.ingest(folder)

    assert found == before
    assert report.held_back == 0
    assert set(house.found()) == {f"avis-{name}" for name in before}


class Killed(BaseException):
    """What a test raises where the power would go."""


class FusedLedger(Ledger):
    """Burns after so many steps."""

    def __init__(self, ledger: Ledger, steps: int) -> None:
        self._ledger = ledger
        self._steps = steps

    def notes(self, collection: str, origin: str) -> Mapping[str, FileNote]:
        return self._ledger.notes(collection, origin)

    def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
        self._ledger.note(collection, origin, notes)
        self._burn()

    def strike(self, collection: str, origin: str, paths: Collection[str]) -> None:
        self._ledger.strike(collection, origin, paths)
        self._burn()

    def _burn(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise Killed


@pytest.mark.parametrize("steps", range(7))
def test_a_run_killed_between_notes_is_mended_by_the_next(
    house: House, folder: Path, steps: int
) -> None:
    house.ingest(folder)
    (folder / "note-0.md").write_text("Un autre texte.", encoding="utf-8")
    (folder / "note-1.md").rename(folder / "avis.md")
    (folder / "note-2.md").unlink()
    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    kept, house.ledger = house.ledger, FusedLedger(house.ledger, steps)
    with pytest.raises(Killed):
        house.ingest(folder)

    house.ledger = kept
    house.ingest(folder)
    last = house.ingest(folder)

    fresh = House()
    fresh.ingest(folder)
    assert last.unchanged == 3
    assert house.found() == fresh.found()
    assert house.states(folder) == fresh.states(folder)


@pytest.fixture(params=["memory", "store"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    store = Store.open(tmp_path / "vigie.db")
    yield Files(store)
    store.close()


FAILED = FileNote(
    state=FileState.FAILED,
    version="v1",
    stamp="1:2:3",
    reader="1",
    reason=Wording("Illisible.", "Unreadable."),
    attempts=2,
    tried=datetime(2026, 11, 26, 9, 30, tzinfo=UTC),
)
WAITING = FileNote(FileState.WAITING)


def test_every_ledger_keeps_what_it_was_told(ledger: Ledger) -> None:
    ledger.note("rh", "here", {"a": FAILED, "b": WAITING})
    ledger.note("rh", "there", {"a": WAITING})
    ledger.note("rh", "here", {"b": FAILED, "c": WAITING})

    ledger.strike("rh", "here", ["c", "unknown"])

    assert ledger.notes("rh", "here") == {"a": FAILED, "b": FAILED}
    assert ledger.notes("rh", "there") == {"a": WAITING}
    assert ledger.notes("paie", "here") == {}


def unreliable(failures: int, error: Exception) -> Callable[[], str]:
    tries = iter([error] * failures)

    def work() -> str:
        if failed := next(tries, None):
            raise failed
        return "done"

    return work


def passing() -> UnreadableFileError:
    error = UnreadableFileError(reasons.UNREACHABLE)
    error.__cause__ = OSError(5, "Input/output error")
    return error


def test_what_fails_in_passing_is_tried_again_after_growing_pauses() -> None:
    slept: list[float] = []
    patience = Patience((1, 2, 4), budget_s=60, sleep=slept.append)

    assert patience.insist(unreliable(2, passing())) == "done"
    assert slept == [1, 2]


def test_patience_ends() -> None:
    slept: list[float] = []
    patience = Patience((1, 2, 4), budget_s=10, sleep=slept.append)

    for _ in range(3):
        with pytest.raises(UnreadableFileError):
            patience.insist(unreliable(9, passing()))

    assert slept == [1, 2, 4, 1, 2]
    assert patience.spent


def test_a_bad_file_is_not_tried_again() -> None:
    slept: list[float] = []

    with pytest.raises(UnreadableFileError):
        Patience((1,), sleep=slept.append).insist(
            unreliable(1, UnreadableFileError(reasons.DAMAGED))
        )

    assert slept == []


def test_lines_and_single_files_are_noted_too(house: House, tmp_path: Path) -> None:
    alone, lines = tmp_path / "seul.md", tmp_path / "pages.jsonl"
    alone.write_text("Seul texte.", encoding="utf-8")
    lines.write_text('{"id":"1","text":"un texte"}\nnot json\n', encoding="utf-8")

    for source in (SingleFile(alone), Lines(lines)):
        house.ingest(source)

    assert set(house.ledger.notes("rh", SingleFile(alone).origin)) == {"seul.md"}
    states = {
        path: note.state for path, note in house.ledger.notes("rh", Lines(lines).origin).items()
    }
    assert states == {"1": FileState.INDEXED, "pages.jsonl:2": FileState.FAILED}


def test_a_line_that_was_mended_is_no_longer_listed_as_failed(house: House, tmp_path: Path) -> None:
    lines = tmp_path / "pages.jsonl"
    lines.write_text('{"id":"1","text":"un texte"}\nnot json\n', encoding="utf-8")
    house.ingest(Lines(lines))
    lines.write_text('{"id":"1","text":"un texte"}\n', encoding="utf-8")

    house.ingest(Lines(lines))

    assert set(house.ledger.notes("rh", Lines(lines).origin)) == {"1"}
