"""Promise 6: whoever alters the record is found out, by verifiers that trust neither us nor SQL."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest

from server.audit.canonical import digest
from server.audit.checkpoint import CheckpointSigner
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.verify import verify
from server.outcomes import Abstained

File = sqlite3.Connection
Problems = set[tuple[int | None, str]]
SCRIPT = Path(__file__).parents[2] / "deploy" / "verify_record.py"


@pytest.fixture
def signer(tmp_path: Path) -> CheckpointSigner:
    return CheckpointSigner.load(tmp_path / "checkpoint.key", "vigie.example")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with AuditLog.open(tmp_path / "record.db", lambda: datetime.now(UTC)) as log:
        for asker in ("alice", "bob", "carla"):
            question = {"question": "Combien de jours de congés ?"}
            event = Event(EventKind.ANSWER_OPENED, "", asker, {}, question, asker)
            recording = log.open_answer(event)
            recording.release("25 jours [1].", (1,))
            recording.close(Abstained(()))
        yield log


def standalone_verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_record", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def edit_a_header(file: File) -> None:
    file.execute("UPDATE entries SET header = replace(header, 'bob', 'eve') WHERE seq = 4")


def edit_a_header_and_its_hash(file: File) -> None:
    edit_a_header(file)
    (header,) = file.execute("SELECT header FROM entries WHERE seq = 4").fetchone()
    file.execute("UPDATE entries SET hash = ? WHERE seq = 4", (digest(header),))


def edit_a_sentence(file: File) -> None:
    file.execute("UPDATE contents SET body = replace(body, '25', '90') WHERE seq = 4")


def give_a_question_to_someone_else(file: File) -> None:
    file.execute("UPDATE contents SET owner = 'alice' WHERE seq = 3")


def lose_a_sentence(file: File) -> None:
    file.execute("DELETE FROM contents WHERE seq = 4")


def drop_an_entry(file: File) -> None:
    file.execute("DELETE FROM entries WHERE seq = 4")
    file.execute("DELETE FROM contents WHERE seq = 4")


def swap_two_entries(file: File) -> None:
    for table in ("entries", "contents"):
        for old, new in ((4, -1), (7, 4), (-1, 7)):
            file.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (new, old))


def cut_the_end(file: File) -> None:
    file.execute("DELETE FROM entries WHERE seq > 6")
    file.execute("DELETE FROM contents WHERE seq > 6")


def rewrite_everything(file: File) -> None:
    """A forger with the whole file: another asker, every hash and every link made good."""
    previous = "0" * 64
    for seq, header in file.execute("SELECT seq, header FROM entries ORDER BY seq").fetchall():
        said = {**json.loads(header.replace("bob", "eve")), "previous": previous}
        forged = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = digest(forged)
        row = (forged, previous, seq)
        file.execute("UPDATE entries SET header = ?, hash = ? WHERE seq = ?", row)


ALTERATIONS: list[tuple[Callable[[File], None], Problems]] = [
    (edit_a_header, {(4, "edited")}),
    (edit_a_header_and_its_hash, {(4, "edited")}),
    (edit_a_sentence, {(4, "content-edited")}),
    (give_a_question_to_someone_else, {(3, "content-edited")}),
    (lose_a_sentence, {(4, "content-missing")}),
    (drop_an_entry, {(4, "dropped")}),
    (swap_two_entries, {(4, "reordered"), (7, "reordered")}),
    (cut_the_end, {(7, "truncated")}),
    (rewrite_everything, {(None, "forked")}),
]


def alter(path: Path, alteration: Callable[[File], None]) -> None:
    with closing(sqlite3.connect(path)) as file:
        fences = file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (fence,) in fences:
            file.execute(f"DROP TRIGGER {fence}")
        alteration(file)
        file.commit()


@pytest.mark.parametrize(("alteration", "expected"), ALTERATIONS)
def test_an_altered_record_is_noticed_and_the_place_is_named(
    log: AuditLog,
    signer: CheckpointSigner,
    tmp_path: Path,
    alteration: Callable[[File], None],
    expected: Problems,
) -> None:
    note = log.checkpoint(signer, "auditor")
    assert verify(tmp_path / "record.db", note, signer.verifier_key).ok

    alter(tmp_path / "record.db", alteration)

    report = verify(tmp_path / "record.db", note, signer.verifier_key)
    export = StringIO()
    log.export(export)
    lines = export.getvalue().splitlines()
    verifier, signature = standalone_verifier().verify(lines, note, signer.verifier_key)
    assert {(problem.seq, problem.what.value) for problem in report.problems} == expected
    assert {(None if seq < 0 else seq, what) for seq, what in verifier.found} == expected
    assert signature == "checked"


def test_a_forged_checkpoint_covers_up_nothing(
    log: AuditLog, signer: CheckpointSigner, tmp_path: Path
) -> None:
    forger = CheckpointSigner.load(tmp_path / "forger.key", signer.name)
    alter(tmp_path / "record.db", rewrite_everything)
    note = log.checkpoint(forger, "eve")

    report = verify(tmp_path / "record.db", note, signer.verifier_key)

    assert [problem.what.value for problem in report.problems] == ["checkpoint"]
