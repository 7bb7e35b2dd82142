"""Each way of altering a record is found, and named where it happened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from server.audit.canonical import commitment, digest
from server.audit.checkpoint import CheckpointSigner
from server.audit.errors import RecordUnavailableError
from server.audit.events import Event, EventKind
from server.audit.findings import Flaw, Problem
from server.audit.log import AuditLog
from server.audit.verify import StoredRow, verify

Ask = Callable[..., str]
ROWS = """SELECT header, hash, owner, body, key FROM entries
LEFT JOIN contents USING (seq) ORDER BY seq"""


@contextmanager
def unfenced(path: Path) -> Iterator[sqlite3.Connection]:
    """The file in the hands of someone who can do anything with it."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        connection.commit()


def rows_of(path: Path) -> list[StoredRow]:
    with closing(sqlite3.connect(path)) as connection:
        return [StoredRow(*row) for row in connection.execute(ROWS)]


def rewritten(row: StoredRow, **fields: object) -> StoredRow:
    """The row with other header fields and a hash to match."""
    header = json.dumps({**json.loads(row.header), **fields}, sort_keys=True, separators=(",", ":"))
    return replace(row, header=header, hash=digest(header))


def rechained(rows: list[StoredRow]) -> list[StoredRow]:
    """The rows renumbered and linked anew, as a forger with the whole file would."""
    done: list[StoredRow] = []
    for seq, row in enumerate(rows):
        previous = done[-1].hash if done else "0" * 64
        done.append(rewritten(row, seq=seq, previous=previous))
    return done


def found(rows: list[StoredRow], note: str | None = None) -> set[tuple[int | None, Flaw]]:
    return {(problem.seq, problem.what) for problem in verify(rows, note).problems}


@pytest.fixture
def rows(log: AuditLog, ask: Ask, path: Path) -> list[StoredRow]:
    """Ten entries: three answers of three entries, and a sign-in."""
    for asker in ("alice", "bob", "alice"):
        ask(asker)
    log.append(Event(EventKind.LOGIN, "alice", "alice"))
    return rows_of(path)


@pytest.fixture
def note(tmp_path: Path, log: AuditLog, rows: list[StoredRow]) -> str:
    signer = CheckpointSigner.load(tmp_path / "checkpoint.key", "vigie.example")
    return log.checkpoint(signer, "auditor")


def test_an_honest_record_has_no_problem(
    log: AuditLog, rows: list[StoredRow], note: str, path: Path
) -> None:
    report = verify(path, note)

    assert report.ok
    assert report.entries == len(rows) + 1
    assert not report.signature_checked
    assert report.root != verify(rows).root


def test_an_empty_record_has_no_problem(log: AuditLog, path: Path) -> None:
    report = verify(path)

    assert (report.ok, report.entries) == (True, 0)


def test_an_edited_header_is_named(rows: list[StoredRow]) -> None:
    rows[4] = replace(rows[4], header=rows[4].header.replace("bob", "eve"))

    assert found(rows) == {(4, Flaw.EDITED)}


def test_an_edited_header_with_a_new_hash_is_named(rows: list[StoredRow]) -> None:
    rows[4] = rewritten(rows[4], actor="eve")

    assert found(rows) == {(4, Flaw.EDITED)}


def test_an_edited_link_is_named_once(rows: list[StoredRow]) -> None:
    rows[4] = rewritten(rows[4], previous="f" * 64)

    assert found(rows) == {(4, Flaw.EDITED)}


def test_a_header_that_is_no_json_is_named(rows: list[StoredRow]) -> None:
    rows[4] = replace(rows[4], header="{", hash=digest("{"))

    assert found(rows) == {(4, Flaw.EDITED)}


@pytest.mark.parametrize(
    "change",
    [
        {"body": '{"text":"90 jours"}'},
        {"owner": "eve"},
        {"key": b"0" * 32},
        {"body": None},
        {"key": "text"},
    ],
)
def test_edited_content_is_named(rows: list[StoredRow], change: dict[str, object]) -> None:
    rows[4] = replace(rows[4], **change)  # type: ignore[arg-type]

    assert found(rows) == {(4, Flaw.CONTENT_EDITED)}


def test_edited_content_with_a_key_to_match_is_named(rows: list[StoredRow]) -> None:
    key, body = b"0" * 32, '{"text":"90 jours"}'
    assert commitment(key, "bob", body)
    rows[4] = replace(rows[4], key=key, body=body)

    assert found(rows) == {(4, Flaw.CONTENT_EDITED)}


def test_content_put_where_there_was_none_is_named(rows: list[StoredRow]) -> None:
    rows[9] = replace(rows[9], owner="alice", body="{}", key=b"0" * 32)

    assert found(rows) == {(9, Flaw.CONTENT_EDITED)}


def test_content_that_vanished_without_an_erasure_is_named(rows: list[StoredRow]) -> None:
    rows[4] = StoredRow(rows[4].header, rows[4].hash)

    assert found(rows) == {(4, Flaw.CONTENT_MISSING)}


def test_erased_content_that_comes_back_is_named(
    log: AuditLog, rows: list[StoredRow], path: Path
) -> None:
    log.erase("bob", "admin", "gdpr-17")
    after = rows_of(path)
    assert found(after) == set()
    after[4] = rows[4]

    assert found(after) == {(4, Flaw.CONTENT_BACK)}


def test_a_dropped_entry_is_named(rows: list[StoredRow]) -> None:
    assert found(rows[:4] + rows[5:]) == {(4, Flaw.DROPPED)}
    assert found(rows[1:]) == {(0, Flaw.DROPPED)}
    assert found(rows[:2] + rows[5:]) == {(2, Flaw.DROPPED)}


def test_a_dropped_entry_whose_place_was_taken_is_named(rows: list[StoredRow]) -> None:
    followers = [rewritten(row, seq=seq) for seq, row in enumerate(rows[5:], start=4)]

    flaws = found(rows[:4] + followers)

    # The entry before the gap is not the one that the next was chained to.
    assert min(seq for seq, _ in flaws if seq is not None) == 3
    assert {flaw for _, flaw in flaws} == {Flaw.EDITED}


def test_reordered_entries_are_named(rows: list[StoredRow]) -> None:
    rows[3], rows[6] = rows[6], rows[3]

    assert found(rows) == {(3, Flaw.REORDERED), (6, Flaw.REORDERED)}


def test_a_repeated_entry_is_named(rows: list[StoredRow]) -> None:
    assert (3, Flaw.REORDERED) in found(rows[:4] + rows[3:])


def test_a_truncated_record_is_noticed_against_a_checkpoint(
    rows: list[StoredRow], note: str
) -> None:
    assert found(rows[:7]) == set()
    assert found(rows[:7], note) == {(7, Flaw.TRUNCATED)}


def test_a_forked_record_is_noticed_against_a_checkpoint(rows: list[StoredRow], note: str) -> None:
    rows[4] = replace(rewritten(rows[4], commitment=None), owner=None, body=None, key=None)
    forged = rechained(rows)

    assert found(forged) == set()
    assert found(forged, note) == {(None, Flaw.FORKED)}


def test_a_dropped_entry_in_a_rechained_record_is_a_fork_or_a_truncation(
    rows: list[StoredRow], note: str
) -> None:
    assert found(rechained(rows[:4] + rows[5:]), note) == {(9, Flaw.TRUNCATED)}


def test_a_checkpoint_of_another_key_is_noticed(
    tmp_path: Path, rows: list[StoredRow], note: str
) -> None:
    stranger = CheckpointSigner.load(tmp_path / "other.key", "vigie.example")

    report = verify(rows, note, stranger.verifier_key)

    assert report.problems == (Problem(None, Flaw.CHECKPOINT),)


def test_a_signed_checkpoint_is_checked_with_its_key(
    tmp_path: Path, rows: list[StoredRow], note: str
) -> None:
    signer = CheckpointSigner.load(tmp_path / "checkpoint.key", "vigie.example")

    report = verify(rows, note, signer.verifier_key)

    assert report.ok
    assert report.signature_checked


def test_what_is_found_is_said_in_both_languages() -> None:
    for flaw in Flaw:
        sentence = Problem(4, flaw).sentence
        assert sentence.fr != sentence.en
        assert "{" not in sentence.fr + sentence.en


def test_an_edited_file_is_noticed(log: AuditLog, rows: list[StoredRow], path: Path) -> None:
    with unfenced(path) as file:
        file.execute("UPDATE entries SET header = replace(header, 'bob', 'eve') WHERE seq = 4")
        file.execute("DELETE FROM entries WHERE seq = 6")
        file.execute("UPDATE contents SET body = '{}' WHERE seq = 1")

    problems = {(problem.seq, problem.what) for problem in verify(path).problems}

    assert problems == {(1, Flaw.CONTENT_EDITED), (4, Flaw.EDITED), (6, Flaw.DROPPED)}


def test_bytes_that_are_no_text_are_noticed(
    log: AuditLog, rows: list[StoredRow], path: Path
) -> None:
    with unfenced(path) as file:
        file.execute("UPDATE entries SET hash = CAST(x'ff00' AS TEXT) WHERE seq = 4")
        file.execute("UPDATE contents SET body = CAST(x'ff' AS TEXT), owner = 7 WHERE seq = 1")

    problems = {(problem.seq, problem.what) for problem in verify(path).problems}

    assert problems == {(1, Flaw.CONTENT_EDITED), (4, Flaw.EDITED)}


def test_verifying_writes_nothing(log: AuditLog, rows: list[StoredRow], path: Path) -> None:
    before = path.read_bytes()

    verify(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000, None])
def test_what_is_no_record_cannot_be_verified(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(RecordUnavailableError):
        verify(path)
