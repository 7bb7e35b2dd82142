"""Erasing a person leaves no byte of what they wrote, and everything else as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from server.audit.errors import RecordUnavailableError, UnrecordableEventError
from server.audit.events import EventKind
from server.audit.log import AuditLog
from server.audit.verify import verify

Ask = Callable[..., str]


def test_an_erasure_says_how_much_and_on_what_ground(log: AuditLog, ask: Ask) -> None:
    ask("alice")
    ask("bob")

    erased = log.erase("alice", "admin", "gdpr-17-1-b")

    tombstone = log.entries(kinds=[EventKind.PERSON_ERASED])[0]
    assert erased == 3
    assert (tombstone.subject, tombstone.actor) == ("alice", "admin")
    assert tombstone.facts == {"count": 3, "ground": "gdpr-17-1-b", "entries": [0, 1, 2]}


def test_an_erased_answer_keeps_its_place_without_its_words(log: AuditLog, ask: Ask) -> None:
    record = ask("alice")

    log.erase("alice", "admin", "gdpr-17")

    answer = log.answer(record)
    assert (answer.opening.content, answer.opening.erased, answer.outcome) == (None, True, None)
    assert answer.closing is not None
    assert answer.closing.facts["outcome"] == "answered"


def test_erasing_someone_unknown_is_recorded_and_erases_nothing(
    log: AuditLog, ask: Ask, path: Path
) -> None:
    ask("alice")

    assert log.erase("nobody", "admin", "gdpr-17") == 0
    assert log.entries(kinds=[EventKind.PERSON_ERASED])[0].facts["count"] == 0
    assert verify(path).ok


def test_content_that_nobody_owns_cannot_be_erased(log: AuditLog) -> None:
    with pytest.raises(UnrecordableEventError):
        log.erase("", "admin", "gdpr-17")


def test_a_reader_that_keeps_the_old_file_is_told_of_and_a_second_try_finishes(
    log: AuditLog, ask: Ask, path: Path
) -> None:
    ask("alice", "Mon canari s'appelle Xylophone.")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM contents").fetchone()

    with pytest.raises(RecordUnavailableError, match=r"erase again|locked"):
        log.erase("alice", "admin", "gdpr-17")
    reader.close()
    log.erase("alice", "admin", "gdpr-17")

    assert not any(b"Xylophone" in file.read_bytes() for file in path.parent.iterdir())
    assert verify(path).ok


def test_opening_after_a_crash_finishes_the_erasure(
    log: AuditLog, ask: Ask, path: Path, tmp_path: Path, clock: Callable[[], object]
) -> None:
    ask("alice", "Mon canari s'appelle Xylophone.")
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA secure_delete=ON")
        other.execute("DELETE FROM contents")
        other.commit()
        copy = tmp_path / "crashed"
        copy.mkdir()
        for file in path.parent.glob("record.db*"):
            (copy / file.name).write_bytes(file.read_bytes())
    assert b"Xylophone" in (copy / "record.db-wal").read_bytes()

    with AuditLog.open(copy / "record.db", clock):  # type: ignore[arg-type]
        files = [file.read_bytes() for file in copy.iterdir()]

    assert not any(b"Xylophone" in file for file in files)
