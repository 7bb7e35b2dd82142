"""What is in an archive is kept in step like any file: noted, left alone, moved, removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hostile.zips import zipped
from syncing import HeldStore, House, many, opened

from ingest.archives import Member, RefusedMember
from ingest.errors import RemoteUnavailableError
from ingest.folders import Folder
from ingest.ledger import FileState
from ingest.readers import reasons
from ingest.reading import InProcessReader
from ingest.report import RunOptions
from models.errors import WritingRevokedError

BAD = b"%PDF-1.7 nothing"


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    folder.mkdir()
    pack(folder, a="Un texte du lot.", b="Un autre texte.")
    return folder


def pack(folder: Path, name: str = "lot.zip", **pages: str) -> None:
    content = zipped(*((f"{page}.md", text.encode()) for page, text in pages.items()))
    (folder / name).write_bytes(content)


def test_each_file_of_an_archive_has_its_note_and_the_archive_none(
    house: House, folder: Path
) -> None:
    house.ingest(folder)
    read = house.embedder.read

    report = house.ingest(folder)

    assert report.unchanged == 2
    assert house.embedder.read == read
    assert house.states(folder) == dict.fromkeys(
        ("lot.zip/a.md", "lot.zip/b.md"), FileState.INDEXED
    )


def test_a_file_of_an_archive_is_left_alone_after_three_failures_and_the_others_are_not(
    house: House, folder: Path
) -> None:
    (folder / "lot.zip").write_bytes(zipped(("a.md", b"Un texte."), ("plan.pdf", BAD)))

    told = [house.ingest(folder).failed[0].reason for _ in range(4)]
    pack(folder, a="Un texte.", plan="Un plan.")
    mended = house.ingest(folder)

    assert told[:2] == [reasons.DAMAGED] * 2
    assert told[2:] == [reasons.quarantined(reasons.DAMAGED, 3)] * 2
    assert (mended.added, mended.unchanged, mended.failed) == (1, 1, ())
    assert set(house.states(folder)) == {"lot.zip/a.md", "lot.zip/plan.md"}


def test_what_is_gone_from_an_archive_leaves_with_its_note(house: House, folder: Path) -> None:
    house.ingest(folder)
    pack(folder, a="Un texte du lot.")
    house.ingest(folder)
    inside = house.states(folder)
    (folder / "lot.zip").unlink()

    report = house.ingest(folder)

    assert set(inside) == {"lot.zip/a.md"}
    assert (report.removed, house.found(), house.states(folder)) == (1, {}, {})


def test_a_copy_of_what_an_archive_holds_is_no_move(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "copie.md").write_text("Un texte du lot.", encoding="utf-8")

    report = house.ingest(folder)

    assert (report.added, report.removed, report.unchanged) == (1, 0, 2)
    assert set(house.found()) == {"copie.md", "lot.zip/a.md", "lot.zip/b.md"}


def test_what_is_taken_out_of_a_vanished_archive_has_moved(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "lot.zip").unlink()
    (folder / "a.md").write_text("Un texte du lot.", encoding="utf-8")
    (folder / "b.md").write_text("Un autre texte.", encoding="utf-8")

    report = house.ingest(folder)

    assert (report.added, report.removed) == (2, 2)
    assert set(house.found()) == set(house.states(folder)) == {"a.md", "b.md"}


@pytest.mark.parametrize("stopped", [False, True])
def test_a_renamed_archive_is_no_removal_to_ask_about(
    house: House, folder: Path, *, stopped: bool
) -> None:
    pages = {f"page{n}": f"Un texte de la page {n}." for n in range(12)}
    pack(folder, **pages)
    house.ingest(folder, RunOptions(allow_removals=True))
    before = set(house.found())
    (folder / "lot.zip").rename(folder / "avis.zip")
    house.embedder.stopped = stopped

    if stopped:
        with pytest.raises(WritingRevokedError):
            house.ingest(folder)
        assert set(house.found()) == before
    house.embedder.stopped = False
    report = house.ingest(folder)

    assert report.held_back == 0
    assert set(house.found()) == {f"avis.zip/{page}.md" for page in pages}


def test_an_archive_that_broke_does_not_empty_a_collection(house: House, folder: Path) -> None:
    pack(folder, **{f"page{n}": f"Un texte de la page {n}." for n in range(12)})
    house.ingest(folder, RunOptions(allow_removals=True))
    (folder / "lot.zip").write_bytes(b"PK\x03\x04 damaged")

    report = house.ingest(folder)

    assert (report.removed, report.held_back) == (0, 12)
    assert house.states(folder)["lot.zip"] is FileState.FAILED
    assert len(house.found()) == 12


def test_a_second_file_of_the_same_name_does_not_spoil_the_note_of_the_first(
    house: House, folder: Path
) -> None:
    (folder / "lot.zip").write_bytes(zipped(("a.md", b"Un texte."), ("a.md", b"Un autre.")))

    reports = [house.ingest(folder) for _ in range(2)]

    assert [len(report.failed) for report in reports] == [1, 1]
    assert house.states(folder) == {"lot.zip/a.md": FileState.INDEXED}


def test_more_renames_than_one_write_takes_are_all_followed(house: House, folder: Path) -> None:
    many(folder, 70)
    house.ingest(folder)
    for page in sorted(folder.glob("page-*.md")):
        page.rename(folder / f"avis-{page.name}")

    report = house.ingest(folder)

    assert (report.added, report.removed, report.held_back) == (70, 70, 0)
    assert sum(name.startswith("avis-") for name in house.found()) == 70


class CountedReader(InProcessReader):
    """Counts the archives that it opens."""

    opened = 0

    def members(self, data: bytes) -> tuple[Member | RefusedMember, ...]:
        self.opened += 1
        return super().members(data)


@pytest.fixture
def counted(house: House) -> CountedReader:
    house.reader = reader = CountedReader()
    return reader


def test_an_archive_that_nobody_touched_is_not_opened(
    house: House, folder: Path, counted: CountedReader
) -> None:
    inner = zipped(("c.md", b"Un texte dedans."))
    (folder / "poupee.zip").write_bytes(zipped(("interne.zip", inner), ("d.md", b"Un texte.")))
    house.ingest(folder)
    before, read = house.found(), counted.opened

    report = house.ingest(folder)

    assert counted.opened == read
    assert (report.unchanged, report.added, report.removed) == (4, 0, 0)
    assert house.found() == before
    assert set(house.states(folder).values()) == {FileState.INDEXED}
    assert house.ingest(folder, RunOptions(checksum=True)).unchanged == 4
    assert counted.opened == read + 2


def test_one_that_changed_is_opened_and_the_others_are_not(
    house: House, folder: Path, counted: CountedReader
) -> None:
    pack(folder, "autre.zip", c="Un texte d’un autre lot.")
    house.ingest(folder)
    read = counted.opened
    pack(folder, a="Un texte du lot, revu.")

    report = house.ingest(folder)

    assert counted.opened == read + 1
    assert (report.updated, report.removed, report.unchanged) == (1, 1, 1)
    assert set(house.found()) == {"lot.zip/a.md", "autre.zip/c.md"}


def test_one_of_which_a_member_failed_or_is_held_back_is_opened_again(
    house: House, folder: Path, counted: CountedReader
) -> None:
    (folder / "lot.zip").write_bytes(zipped(("a.md", b"Un texte."), ("plan.pdf", BAD)))

    told = [house.ingest(folder).failed[0].reason for _ in range(2)]

    assert told == [reasons.DAMAGED] * 2
    assert counted.opened == 2


def test_new_readers_of_an_untouched_archive_open_it_once(
    house: House, folder: Path, counted: CountedReader
) -> None:
    house.ingest(folder)
    read = counted.opened
    house.collection = replace(house.collection, readers=frozenset({"paie"}))

    report = house.ingest(folder)

    assert (report.updated, counted.opened) == (2, read + 1)
    assert house.found() == {}


def test_an_untouched_archive_that_has_to_be_opened_and_cannot_be_keeps_what_it_held(
    house: House,
) -> None:
    store = HeldStore()
    house.ingest(opened(store))
    store.failing["rh/lot.zip"] = RemoteUnavailableError("not now")
    house.collection = replace(house.collection, readers=frozenset({"paie"}))

    report = house.ingest(opened(store), RunOptions(allow_removals=True))

    assert report.removed == 0
    assert [one.reason for one in report.failed] == [reasons.UNREACHABLE]


def test_a_run_that_was_cut_off_within_an_archive_opens_it_again(
    house: House, folder: Path, counted: CountedReader
) -> None:
    house.ingest(folder)
    house.ledger.strike("rh", Folder(folder).origin, ["lot.zip/b.md"])
    read = counted.opened

    report = house.ingest(folder)

    assert (report.unchanged, counted.opened) == (2, read + 1)
