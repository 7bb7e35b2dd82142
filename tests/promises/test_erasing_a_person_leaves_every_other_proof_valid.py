"""Promise 7: a person's words leave every file, and every other proof still holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from demo import asked_by, employee

from models.ports import Language
from server.access import anyone
from server.audit import tree
from server.audit.checkpoint import CheckpointSigner, verify_note
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.verify import verify
from server.commands import Call, run
from server.errors import InvalidInputError
from server.outcomes import Answered, Citation
from server.wiring import Vigie

CANARY = "Hippolyte-canari-été"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with AuditLog.open(tmp_path / "record.db", lambda: datetime.now(UTC)) as log:
        yield log


def ask(log: AuditLog, asker: str, words: str, length: int) -> str:
    """A whole answer of which every part repeats the words; its record id."""
    text = f"{words} " * length
    event = Event(EventKind.ANSWER_OPENED, "", asker, {}, {"question": text}, asker)
    recording = log.open_answer(event)
    recording.release(text, (1,))
    citation = Citation(1, "rh", "conges.md", "a" * 64, "Congés", "Durée", text, 0, 9)
    recording.close(Answered(text, (citation,), "extractive"))
    return recording.record


def files_with(folder: Path, words: str) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {file.name for file in files if words.encode() in file.read_bytes()}


def test_no_byte_of_an_erased_person_is_left_in_any_file(log: AuditLog, tmp_path: Path) -> None:
    # Short and long contents side by side, so that pages split, overflow and are merged.
    for n in range(60):
        ask(log, "alice" if n % 3 else "bob", CANARY if n % 3 else "Autruche", 1 + n * n)
    assert files_with(tmp_path, CANARY)

    erased = log.erase("alice", "admin", "gdpr-17")

    assert erased == 3 * 40
    assert files_with(tmp_path, CANARY) == set()
    assert files_with(tmp_path, "Autruche")


def test_every_other_proof_still_holds_after_an_erasure(log: AuditLog, tmp_path: Path) -> None:
    signer = CheckpointSigner.load(tmp_path / "checkpoint.key", "vigie.example")
    ask(log, "alice", CANARY, 3)
    kept = ask(log, "bob", "Autruche", 3)
    note = log.checkpoint(signer, "auditor")
    signed = verify_note(note, signer.verifier_key)
    seq = log.answer(kept).opening.seq
    proof = tree.inclusion_proof(seq, log.leaves()[: signed.size])

    log.erase("alice", "admin", "gdpr-17")

    report = verify(tmp_path / "record.db", note, signer.verifier_key)
    leaf = log.leaves()[seq]
    assert report.problems == ()
    assert tree.includes(signed.root, signed.size, seq, leaf, proof)
    assert isinstance(log.answer(kept).outcome, Answered)
    later = log.leaves()
    growth = tree.consistency_proof(signed.size, later)
    assert tree.extends(signed.root, signed.size, tree.root(later), len(later), growth)


def test_an_export_made_afterwards_holds_nothing_of_the_person(log: AuditLog) -> None:
    ask(log, "alice", CANARY, 3)
    ask(log, "bob", "Autruche", 3)
    log.erase("alice", "admin", "gdpr-17")

    export = StringIO()
    log.export(export)

    assert "Hippolyte" not in export.getvalue()
    assert "Autruche" in export.getvalue()


@pytest.mark.slow
def test_an_erased_person_is_gone_from_the_store_and_from_what_a_backup_left(house: Vigie) -> None:
    asker, home = employee(house), house.settings.home
    question = house.desk.leave(f"Où trouver {CANARY} ?", asker, Language.FRENCH)
    house.desk.answer(question, f"Près de {CANARY}.", house.operator)
    left = home / ".backup-killed"
    left.mkdir()
    (left / "record.db").write_text(CANARY, encoding="utf-8")

    erase(house, asker.name)

    assert not left.exists()
    assert files_with(home, CANARY) == set()


@pytest.mark.slow
def test_who_asked_at_the_machine_without_a_name_can_be_erased_too(house: Vigie) -> None:
    list(house.answering.answer(asked_by(anyone(house.secret), f"Où trouver {CANARY} ?")))
    assert files_with(house.settings.home, CANARY) != set()

    erase(house, "anyone")

    assert files_with(house.settings.home, CANARY) == set()


@pytest.mark.slow
def test_the_ground_of_an_erasure_names_nobody(house: Vigie) -> None:
    employee(house, "hippolyte")

    with pytest.raises(InvalidInputError):
        erase(house, "hippolyte", ground="demande de M. Hippolyte")


def erase(house: Vigie, name: str, ground: str = "RGPD art. 17") -> None:
    call = Call(command="log.erase", arguments={"user": name, "ground": ground})
    run(house, call, lambda _done, _of: None)
