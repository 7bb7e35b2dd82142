"""Remote archives are opened and remote sidecars obeyed; what cannot be read opens nothing."""

from __future__ import annotations

import pytest
from hostile.zips import zipped
from syncing import HeldStore, House, opened

from ingest.errors import RemoteRefusedError, RemoteUnavailableError
from ingest.readers import reasons
from ingest.report import RunOptions


@pytest.fixture
def store() -> HeldStore:
    return HeldStore()


def test_a_remote_archive_is_opened_and_kept_in_step(store: HeldStore) -> None:
    house = House()
    house.ingest(opened(store))
    store.held["rh/lot.zip"] = zipped(("a.md", b"Un texte du lot."), ("b.md", b"Neuf."))

    report = house.ingest(opened(store))

    assert (report.added, report.unchanged) == (1, 2)
    assert set(house.found()) == {"note.md", "lot.zip/a.md", "lot.zip/b.md"}


@pytest.mark.parametrize(
    "error", [RemoteUnavailableError("It stumbles."), RemoteRefusedError("Not yours.")]
)
def test_what_is_in_an_archive_out_of_reach_stays(store: HeldStore, error: Exception) -> None:
    house = House()
    house.ingest(opened(store))
    store.held["rh/lot.zip"] += b"changed"
    store.failing["rh/lot.zip"] = error

    report = house.ingest(opened(store), RunOptions(allow_removals=True))

    assert (report.removed, report.failed[0].reason) == (0, reasons.UNREACHABLE)
    assert set(house.found()) == {"note.md", "lot.zip/a.md"}


def test_a_remote_sidecar_says_who_reads_the_document_beside_it(store: HeldStore) -> None:
    store.held["rh/note.md.vigie.toml"] = b'readers = ["paie"]'

    (said,) = opened(store).sidecars()
    report = House().ingest(opened(store))

    assert (said.document, said.readers) == ("note.md", frozenset({"paie"}))
    assert said.origin == opened(store).origin
    assert (report.added, report.failed) == (2, ())


@pytest.mark.parametrize("wrong", [b"readers = 7", b"not toml", b"\xff", b"#" * 70_000])
def test_beside_a_remote_sidecar_that_cannot_be_read_nothing_is_read(
    store: HeldStore, wrong: bytes
) -> None:
    store.held["rh/note.md.vigie.toml"] = wrong

    (said,) = opened(store).sidecars()
    house = House()
    report = house.ingest(opened(store))

    assert said.readers == frozenset()
    assert [one.reason for one in report.failed] == [reasons.SIDECAR]
    assert set(house.found()) == {"lot.zip/a.md"}


def test_a_remote_sidecar_that_is_not_ours_to_read_closes_its_document(store: HeldStore) -> None:
    store.held["rh/note.md.vigie.toml"] = b""
    store.failing["rh/note.md.vigie.toml"] = RemoteRefusedError("Not yours.")

    (said,) = opened(store).sidecars()

    assert said.readers == frozenset()


def test_while_a_remote_sidecar_does_not_answer_nothing_changes(store: HeldStore) -> None:
    house = House()
    house.ingest(opened(store))
    store.held["rh/note.md.vigie.toml"] = b""
    store.failing["rh/note.md.vigie.toml"] = RemoteUnavailableError("It stumbles.")

    with pytest.raises(RemoteUnavailableError):
        house.ingest(opened(store))

    assert set(house.found()) == {"note.md", "lot.zip/a.md"}


def test_a_remote_sidecar_of_nothing_is_listed(store: HeldStore) -> None:
    store.held["rh/notte.md.vigie.toml"] = b'readers = ["paie"]'

    report = House().ingest(opened(store))

    assert [(one.path, one.reason) for one in report.failed] == [
        ("notte.md.vigie.toml", reasons.SIDECAR_OF_NOTHING)
    ]


def test_a_remote_name_that_is_no_name_is_refused(store: HeldStore) -> None:
    store.held["rh/no\nte.md"] = b"Un texte."

    report = House().ingest(opened(store))

    assert [(one.path, one.reason) for one in report.failed] == [("no?te.md", reasons.BAD_NAME)]
