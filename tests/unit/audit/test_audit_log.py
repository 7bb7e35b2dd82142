"""The record keeps what it was told, in order, and says so when it cannot."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from server.audit.canonical import GENESIS, digest
from server.audit.database import connect, reading
from server.audit.errors import (
    RecordUnavailableError,
    UnknownRecordError,
    UnrecordableEventError,
)
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.verify import verify
from server.outcomes import Failed, FailureCause

Ask = Callable[..., str]
STARTED = Event(EventKind.SERVER_STARTED, "server", "system", {"port": 8080})


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_an_appended_event_is_read_back(log: AuditLog) -> None:
    event = Event(EventKind.QUESTION_LEFT, "rh", "alice", {"n": 1}, {"text": "Où ? "}, "alice")

    entry = log.append(event)

    assert log.entries() == [entry]
    assert (entry.seq, entry.kind, entry.subject, entry.actor) == (0, event.kind, "rh", "alice")
    assert entry.at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert (entry.facts, entry.content, entry.erased) == ({"n": 1}, {"text": "Où ? "}, False)


def test_each_entry_names_the_hash_of_the_one_before(log: AuditLog) -> None:
    first, second, third = (log.append(STARTED) for _ in range(3))

    assert [first.previous, second.previous, third.previous] == [GENESIS, first.hash, second.hash]
    assert [first.seq, second.seq, third.seq] == [0, 1, 2]


def test_a_header_is_canonical_and_never_holds_content(log: AuditLog, path: Path) -> None:
    log.append(Event(EventKind.QUESTION_LEFT, "rh", "alice", {}, {"text": "secret"}, "alice"))

    with raw(path) as connection:
        header, stored = connection.execute("SELECT header, hash FROM entries").fetchone()

    fields = json.loads(header)
    assert header == json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert "secret" not in header
    assert fields["at"] == "2026-03-02T08:30:00.000000Z"
    assert stored == digest(header)


def test_the_same_content_twice_has_two_commitments(log: AuditLog) -> None:
    event = Event(EventKind.QUESTION_LEFT, "rh", "alice", {}, {"text": "Oui"}, "alice")

    first, second = log.append(event), log.append(event)

    assert first.commitment != second.commitment


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET hash = 'x' WHERE seq = 0",
        "DELETE FROM entries WHERE seq = 0",
        "UPDATE contents SET body = '{}'",
        "INSERT INTO entries (seq, header, hash) VALUES (7, '{}', 'x')",
        "REPLACE INTO entries (seq, header, hash) VALUES (0, '{}', 'x')",
    ],
)
def test_sqlite_itself_refuses_to_change_the_past(
    log: AuditLog, ask: Ask, path: Path, statement: str
) -> None:
    ask()

    with raw(path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)

    assert verify(path).ok


def test_the_file_is_opened_to_be_durable_and_to_forget(tmp_path: Path) -> None:
    engine = connect(tmp_path / "record.db", 1)

    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "busy_timeout")
        }
    engine.dispose()

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 1000,
    }


def test_the_file_belongs_to_its_owner_only(log: AuditLog, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_entries_are_narrowed_by_place_kind_and_subject(log: AuditLog, ask: Ask) -> None:
    log.append(STARTED)
    record = ask()
    ask()

    assert [entry.seq for entry in log.entries(after=0, limit=2)] == [1, 2]
    assert [entry.seq for entry in log.entries(kinds=[EventKind.SERVER_STARTED])] == [0]
    assert {entry.subject for entry in log.entries(subject=record)} == {record}


def test_an_answer_is_read_whole_and_in_order(log: AuditLog, ask: Ask) -> None:
    record = ask()
    other = ask("bob")
    log.append(Event(EventKind.ANSWER_REPORTED, record, "alice", {"wrong": True}))

    answer = log.answer(record)

    assert answer.opening.content == {"question": "Combien de congés ?"}
    assert [sentence.facts["cited"] for sentence in answer.sentences] == [[1]]
    assert answer.closing is not None
    assert answer.closing.facts["outcome"] == "answered"
    assert [report.actor for report in answer.reports] == ["alice"]
    assert log.answer(other).reports == ()


def test_answers_come_newest_first_and_page_by_page(log: AuditLog, ask: Ask) -> None:
    records = [ask(asker) for asker in ("alice", "bob", "alice", "alice")]

    first = log.answers(limit=2)
    rest = log.answers(limit=10, before=first[-1].opening.seq)

    assert [answer.record for answer in first + rest] == records[::-1]
    assert [a.record for a in log.answers_of("alice")] == [records[3], records[2], records[0]]
    assert [a.record for a in log.answers(limit=1, actor="bob")] == [records[1]]


def test_an_unknown_record_is_said_to_be_unknown(log: AuditLog) -> None:
    with pytest.raises(UnknownRecordError):
        log.answer("nowhere")


def test_recovery_aborts_what_has_no_end_and_only_once(log: AuditLog, ask: Ask) -> None:
    ask()
    event = Event(EventKind.ANSWER_OPENED, "", "bob", {}, {"question": "?"}, "bob")
    recording = log.open_answer(event)

    aborted, again = log.recover(), log.recover()

    assert (aborted, again) == ((recording.record,), ())
    closing = log.answer(recording.record).closing
    assert closing is not None
    assert closing.kind is EventKind.ANSWER_ABORTED
    assert log.answer(recording.record).outcome is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_not_json_is_refused_and_leaves_no_trace(log: AuditLog, value: object) -> None:
    with pytest.raises(UnrecordableEventError):
        log.append(Event(EventKind.INGESTED, "rh", "bob", {"value": value}))  # type: ignore[dict-item]

    assert log.entries() == []


def test_facts_too_long_for_a_header_are_refused(log: AuditLog) -> None:
    with pytest.raises(UnrecordableEventError):
        log.append(Event(EventKind.INGESTED, "rh", "bob", {"value": "x" * 70_000}))


def test_several_writers_make_one_chain(log: AuditLog, path: Path) -> None:
    with AuditLog.open(path, lambda: datetime.now(UTC)) as second:
        writers = [
            Thread(
                target=lambda target: [target.append(STARTED) for _ in range(20)], args=(target,)
            )
            for target in (log, log, second)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    report = verify(path)

    assert (report.entries, report.problems) == (60, ())


def test_a_locked_record_is_unavailable(log: AuditLog, path: Path) -> None:
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(RecordUnavailableError, match="locked"):
            log.append(STARTED)

        other.execute("ROLLBACK")
    assert log.append(STARTED).seq == 0


def test_a_corrupt_record_is_unavailable(path: Path, clock: Callable[[], datetime]) -> None:
    path.write_bytes(os.urandom(8192))

    with pytest.raises(RecordUnavailableError, match="not a database"):
        AuditLog.open(path, clock)


def test_a_record_corrupted_while_open_is_unavailable(log: AuditLog, ask: Ask, path: Path) -> None:
    for _ in range(20):
        ask()
    with raw(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(path.stat().st_size - 100))

    with pytest.raises(RecordUnavailableError):
        log.append(STARTED)


@pytest.mark.parametrize("place", ["missing/record.db", "."])
def test_a_place_that_cannot_hold_a_record_is_unavailable(
    tmp_path: Path, clock: Callable[[], datetime], place: str
) -> None:
    with pytest.raises(RecordUnavailableError):
        AuditLog.open(tmp_path / place, clock)


def test_an_error_never_repeats_what_people_asked(log: AuditLog, path: Path) -> None:
    with raw(path) as other:
        other.execute("DROP TABLE contents")

    with pytest.raises(RecordUnavailableError) as failure:
        log.append(Event(EventKind.QUESTION_LEFT, "rh", "alice", {}, {"text": "canari"}, "alice"))

    assert "canari" not in f"{failure.value} {failure.value.__cause__}"


FILL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from server.audit.errors import RecordUnavailableError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog

log = AuditLog.open(Path(sys.argv[1]), lambda: datetime.now(UTC))
size = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
count = 0
try:
    while True:
        log.append(Event(EventKind.QUESTION_LEFT, "rh", "a", {}, {"text": "x" * 4000}, "a"))
        count += 1
except RecordUnavailableError:
    print(count)
"""


@pytest.mark.slow
def test_a_full_disk_is_unavailable_and_loses_nothing_that_was_acknowledged(path: Path) -> None:
    # The largest size a file may reach stands for a disk that is full.
    child = subprocess.run(
        [sys.executable, "-c", FILL, str(path), str(400_000)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    report = verify(path)

    assert int(child.stdout) > 0
    assert (report.entries, report.problems) == (int(child.stdout), ())
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_failed_answer_is_on_the_record_like_any_other(log: AuditLog, ask: Ask) -> None:
    record = ask(outcome=Failed(FailureCause.MODEL))

    assert log.answer(record).outcome == Failed(FailureCause.MODEL)
