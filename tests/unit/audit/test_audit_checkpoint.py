"""A checkpoint is a C2SP note that only the installation's key can sign."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from server.audit import tree
from server.audit.checkpoint import Checkpoint, CheckpointSigner, parse_note, verify_note
from server.audit.errors import CheckpointError, RecordAlteredError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog

STARTED = Event(EventKind.SERVER_STARTED, "server", "system")


@pytest.fixture
def signer(tmp_path: Path) -> CheckpointSigner:
    return CheckpointSigner.load(tmp_path / "checkpoint.key", "vigie.example/record")


def test_a_checkpoint_is_three_lines_and_a_signature(signer: CheckpointSigner) -> None:
    note = signer.sign(3, b"\x01" * 32)

    assert note.startswith(
        "vigie.example/record\n3\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n"
        "— vigie.example/record "
    )
    assert note.endswith("\n")


def test_a_signed_checkpoint_is_verified_with_the_public_key(signer: CheckpointSigner) -> None:
    note = signer.sign(3, b"\x01" * 32)

    assert verify_note(note, signer.verifier_key) == Checkpoint(signer.name, 3, b"\x01" * 32)


def test_a_witness_signature_is_passed_over(signer: CheckpointSigner, tmp_path: Path) -> None:
    witness = CheckpointSigner.load(tmp_path / "witness.key", "witness.example")
    note = signer.sign(3, b"\x01" * 32)
    cosigned = note + witness.sign(9, b"\x02" * 32).rpartition("\n\n")[2]

    assert verify_note(cosigned, signer.verifier_key).size == 3


def test_a_changed_checkpoint_is_refused(signer: CheckpointSigner) -> None:
    note = signer.sign(30, b"\x01" * 32)

    with pytest.raises(CheckpointError, match="wrong"):
        verify_note(note.replace("\n30\n", "\n3\n"), signer.verifier_key)


def test_another_key_of_the_same_name_is_refused(signer: CheckpointSigner, tmp_path: Path) -> None:
    other = CheckpointSigner.load(tmp_path / "other.key", signer.name)

    with pytest.raises(CheckpointError, match="not signed"):
        verify_note(other.sign(3, b"\x01" * 32), signer.verifier_key)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "a\n3\nAQ==\n",
        "a\n3\nAQ==\n\n— a AAAAAAAA\n",
        "a\n03\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n",
        "a\nmany\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n",
        "a\n3\n" + "A" * 43 + "=\n\n- a AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(CheckpointError):
        parse_note(note)


def test_the_key_file_belongs_to_its_owner_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.key"
    first = CheckpointSigner.load(path, "vigie.example")

    second = CheckpointSigner.load(path, "vigie.example")

    assert path.stat().st_mode & 0o777 == 0o600
    assert first.verifier_key == second.verifier_key


@pytest.mark.parametrize("name", ["", "two words", "a+b", " a"])
def test_an_origin_that_notes_cannot_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError):
        CheckpointSigner.load(tmp_path / "checkpoint.key", name)


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.key"
    path.write_text("nonsense")

    with pytest.raises(CheckpointError):
        CheckpointSigner.load(path, "vigie.example")


def test_the_record_signs_itself_and_says_so(log: AuditLog, signer: CheckpointSigner) -> None:
    log.append(STARTED)

    note = log.checkpoint(signer, "auditor")

    assert parse_note(note).size == 1
    assert parse_note(note).root == tree.root(log.leaves()[:1])
    assert log.entries(after=0)[0].kind is EventKind.CHECKPOINT_SIGNED


def test_a_rewritten_record_is_not_signed_again(
    log: AuditLog, signer: CheckpointSigner, path: Path
) -> None:
    log.append(STARTED)
    log.checkpoint(signer, "auditor")
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER entries_never_change")
        other.execute("UPDATE entries SET header = replace(header, 'system', 'nobody')")

    with pytest.raises(RecordAlteredError):
        log.checkpoint(signer, "auditor")
