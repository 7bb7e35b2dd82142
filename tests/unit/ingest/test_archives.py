"""Archives: every file in one is a document of its own, and none of them leads anywhere else."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hostile import zips
from hostile.zips import PAGE, zipped
from hypothesis import given
from hypothesis import strategies as st
from passages import WordsEmbedder

from ingest import archives
from ingest.archives import Member, RefusedMember, members
from ingest.collections import Collection, Override
from ingest.errors import UnreadableFileError
from ingest.ingestion import Ingestion
from ingest.memory import MemoryCatalogue, MemoryIndex
from ingest.readers import limits, reasons
from ingest.reading import InProcessReader
from ingest.report import IngestionReport
from models.wording import Wording

RH = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))


class House:
    """An index and a catalogue, and what is known of the documents in them."""

    def __init__(self) -> None:
        self.catalogue = MemoryCatalogue()
        self._ingestion = Ingestion(
            MemoryIndex(), self.catalogue, WordsEmbedder(), InProcessReader()
        )

    def ingest(self, source: Path, collection: Collection = RH) -> IngestionReport:
        return self._ingestion.run(source, collection, lambda _done, _total: None)

    def known(self) -> set[str]:
        return set(self.catalogue.marks("rh"))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    folder.mkdir()
    (folder / "note.md").write_bytes(PAGE)
    inner = zipped(("d.md", b"# Fond\n\nTexte."))
    pack(folder, ("a.md", PAGE), ("sous/b.txt", b"Bonjour."), ("c.zip", inner))
    return folder


def pack(folder: Path, *files: tuple[str, bytes]) -> None:
    (folder / "lot.zip").write_bytes(zipped(*files))


PACKED = {"note.md", "lot.zip/a.md", "lot.zip/sous/b.txt", "lot.zip/c.zip/d.md"}


def test_the_files_of_an_archive_are_documents_of_their_own(house: House, folder: Path) -> None:
    report = house.ingest(folder)

    assert (report.added, report.failed) == (4, ())
    assert house.known() == PACKED
    inner = house.catalogue.document("rh", "lot.zip/c.zip/d.md")
    assert inner is not None
    assert (inner.title, inner.text) == ("Fond", "Fond\nTexte.")
    assert inner.version == hashlib.sha256(b"# Fond\n\nTexte.").hexdigest()


def test_only_what_changed_in_an_archive_is_read_again(house: House, folder: Path) -> None:
    house.ingest(folder)
    pack(folder, ("neuf.md", b"Neuf."), ("sous/b.txt", b"Au revoir."), ("a.md", PAGE))

    report = house.ingest(folder)

    counted = (report.added, report.updated, report.removed, report.unchanged)
    assert counted == (1, 1, 1, 2)
    assert house.known() == {"note.md", "lot.zip/neuf.md", "lot.zip/sous/b.txt", "lot.zip/a.md"}


def test_an_archive_given_alone_answers_for_what_it_held(house: House, folder: Path) -> None:
    house.ingest(folder)
    alone = folder.parent / "seul.zip"
    alone.write_bytes(zipped(("a.md", PAGE), ("b.md", b"Deux.")))
    house.ingest(alone)
    alone.write_bytes(zipped(("a.md", PAGE)))

    report = house.ingest(alone)

    assert (report.removed, report.unchanged) == (1, 1)
    assert house.known() == PACKED | {"seul.zip/a.md"}


def test_an_archive_that_became_unreadable_takes_its_documents_along(
    house: House, folder: Path
) -> None:
    """As any file that can no longer be read."""
    house.ingest(folder)
    (folder / "lot.zip").write_bytes(b"PK\x03\x04 damaged")

    report = house.ingest(folder)

    assert [(one.path, one.reason) for one in report.failed] == [("lot.zip", reasons.DAMAGED)]
    assert report.removed == 3
    assert house.known() == {"note.md"}


def test_an_archive_out_of_reach_keeps_its_documents(house: House, folder: Path) -> None:
    house.ingest(folder)
    (folder / "lot.zip").unlink()
    (folder / "lot.zip").symlink_to("x" * 300)  # not even root can follow it

    report = house.ingest(folder)

    assert [one.reason for one in report.failed] == [reasons.UNREACHABLE]
    assert report.removed == 0
    assert house.known() == PACKED


def test_who_reads_a_file_of_an_archive_is_said_as_of_any_other(house: House, folder: Path) -> None:
    narrowed = Override("lot.zip/a.md", readers=frozenset({"paie"}))

    house.ingest(folder, replace(RH, documents=(narrowed,)))

    inner = house.catalogue.document("rh", "lot.zip/a.md")
    assert inner is not None
    assert inner.readers == frozenset({"paie"})


def test_who_reads_an_archive_reads_its_files_and_nobody_else(house: House, folder: Path) -> None:
    narrowed = Override("lot.zip", readers=frozenset({"paie"}))

    house.ingest(folder, replace(RH, documents=(narrowed,)))

    inner = house.catalogue.document("rh", "lot.zip/c.zip/d.md")
    assert inner is not None
    assert inner.readers == frozenset({"paie"})


def test_a_file_that_says_in_its_archive_who_reads_it_is_not_read() -> None:
    said = b'readers = ["paie"]'

    found = members(zipped(("a.md", PAGE), ("a.md.vigie.toml", said), ("b.md", PAGE)))

    assert [one.name for one in found if isinstance(one, Member)] == ["b.md"]
    assert [(one.name, one.reason) for one in found if isinstance(one, RefusedMember)] == [
        ("a.md", reasons.OWN_COLLECTION)
    ]


def test_progress_counts_the_files_of_archives(house: House, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    ingestion = Ingestion(MemoryIndex(), house.catalogue, WordsEmbedder(), InProcessReader())

    ingestion.run(folder, RH, lambda done, total: seen.append((done, total)))

    assert seen[-1] == (4, 4)
    assert seen == sorted(seen)


EVERY_FILE_REFUSED = {
    "flat-bomb.zip": {"zeros.txt": reasons.BOMB},
    "leading-out.zip": dict.fromkeys(
        ["../../evil.md", "/etc/evil.md", "C:\\evil.md", "a\\..\\evil.md", "a/../../evil.md"],
        reasons.LEAVES_ARCHIVE,
    ),
    "links.zip": {"passwd.txt": reasons.LINK_IN_ARCHIVE},
    "encrypted.zip": {"secret.md": reasons.ENCRYPTED},
    "wrong-sum.zip": {"wrong.md": reasons.DAMAGED},
    "elsewhere.zip": {"gone.md": reasons.DAMAGED},
    "unknown-method.zip": {"odd.md": reasons.UNKNOWN_COMPRESSION},
    "private.zip": {"paie/grille.md": reasons.OWN_COLLECTION},
}


@pytest.mark.parametrize(("name", "refused"), EVERY_FILE_REFUSED.items())
def test_a_bad_file_of_an_archive_is_told_and_the_others_are_read(
    name: str, refused: dict[str, Wording]
) -> None:
    found = members(zips.KINDS[name]())

    assert {one.name: one.reason for one in found if isinstance(one, RefusedMember)} == refused
    assert [one.name for one in found if isinstance(one, Member)] == ["note.md"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("many-megabytes.zip", reasons.BOMB),
        ("overlapping.zip", reasons.BOMB),
        ("absurd-size.zip", reasons.BOMB),
        ("countless.zip", reasons.TOO_MANY_MEMBERS),
        ("truncated.zip", reasons.DAMAGED),
        ("not-a-zip.zip", reasons.MISLABELLED),
        ("empty.zip", reasons.EMPTY),
    ],
)
def test_an_archive_that_lies_about_itself_is_refused_whole(name: str, reason: Wording) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        members(zips.KINDS[name]())

    assert refused.value.reason == reason


def test_files_that_share_their_bytes_are_refused_though_they_are_few() -> None:
    archive = zipped(("a.md", PAGE), ("b.md", PAGE))
    archive = zips.edited(archive, 1, 42, b"\0\0\0\0")  # the second one stands where the first does

    assert [one.reason for one in members(archive) if isinstance(one, RefusedMember)] == [
        reasons.BOMB,
        reasons.BOMB,
    ]


def test_archives_in_archives_are_opened_so_deep_and_no_deeper() -> None:
    found = members(zips.droste())

    assert {one.name for one in found if isinstance(one, Member)} == {
        "note.md",
        "self.zip/note.md",
        "self.zip/self.zip/note.md",
    }
    assert {one.name: one.reason for one in found if isinstance(one, RefusedMember)} == {
        "self.zip/self.zip/self.zip": reasons.TOO_DEEP
    }
    assert limits.ARCHIVES_DEEP == 3


def test_a_name_that_is_there_twice_is_read_once(house: House, folder: Path) -> None:
    (folder / "lot.zip").write_bytes(zips.twice())

    report = house.ingest(folder)

    assert [(one.path, one.reason) for one in report.failed] == [
        ("lot.zip/note.md", reasons.DUPLICATE)
    ]


def test_names_that_cannot_be_written_are_told_in_letters_that_can(
    house: House, folder: Path
) -> None:
    (folder / "lot.zip").write_bytes(zipped(("a\nb.md", PAGE), ("\x1b[2J.md", PAGE)))

    report = house.ingest(folder)

    assert [(one.path, one.reason) for one in report.failed] == [
        ("lot.zip/a?b.md", reasons.BAD_NAME),
        ("lot.zip/?[2J.md", reasons.BAD_NAME),
    ]


def test_hidden_files_are_left_aside_as_in_a_folder() -> None:
    names = [".cache.md", "__MACOSX/._a.md", "sous/.git/a.md", "a.md"]

    assert [one.name for one in members(zipped(*[(name, PAGE) for name in names]))] == ["a.md"]


@pytest.mark.parametrize("encoding", ["cp850", "utf-8"])
def test_names_of_older_tools_keep_their_accents(encoding: str) -> None:
    archive = zipped(("conge.md", PAGE))
    written = archive.replace(b"conge.md", "été.md".encode(encoding).ljust(8, b"_")[:8])

    (found,) = members(written)

    assert found.name.startswith("été")


@given(
    st.dictionaries(st.text("abc/", min_size=1).map(lambda name: f"x{name}y"), st.binary()),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_what_is_unfolded_is_what_was_put_in(files: dict[str, bytes], method: int) -> None:
    files = {name: data for name, data in files.items() if "//" not in name} or {"x": b""}
    archive = zipped(*files.items(), method=method)

    found = [one for one in members(archive) if isinstance(one, Member)]

    assert {one.name: archives.inflated(archive, one.places) for one in found} == files
    assert all(one.version == hashlib.sha256(files[one.name]).hexdigest() for one in found)


@given(st.integers(0, 400), st.integers(0, 255))
def test_an_altered_byte_is_a_reason_or_the_same_text(at: int, value: int) -> None:
    archive = zipped(("a.md", PAGE), ("b.txt", b"Bonjour."))
    at %= len(archive)
    altered = archive[:at] + bytes([value]) + archive[at + 1 :]

    try:
        found = members(altered)
    except UnreadableFileError:
        return

    texts = {archives.inflated(altered, one.places) for one in found if isinstance(one, Member)}
    assert texts <= {PAGE, b"Bonjour."}


def test_a_place_that_a_child_made_up_is_refused() -> None:
    archive = zipped(("a.md", PAGE))
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        size = opened.infolist()[0].file_size
    absurd = archives.Place(-5, 10**12, size, 0, deflated=True)

    with pytest.raises(UnreadableFileError):
        archives.inflated(archive, (absurd,))
