"""Promise 1, at the record: what may be shown carries a seal, and a seal means durable."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import pytest

from server.audit.errors import NotSealedError, RecordUnavailableError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.recording import SealedOutcome, SealedSentence
from server.audit.verify import verify
from server.outcomes import Abstained

QUESTION = Event(EventKind.ANSWER_OPENED, "", "alice", {}, {"question": "Où ?"}, "alice")

ANSWER_FOR_EVER = """
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.outcomes import Abstained

log = AuditLog.open(Path(sys.argv[1]), lambda: datetime.now(UTC))
for n in count():
    event = Event(EventKind.ANSWER_OPENED, "", "alice", {}, {"question": "?"}, "alice")
    recording = log.open_answer(event)
    for part in range(3):
        sealed = recording.release(f"{n}.{part}", ())
        print(sealed.record, sealed.text, flush=True)
    recording.close(Abstained(()))
    print(recording.record, "done", flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def log(path: Path) -> Iterator[AuditLog]:
    with AuditLog.open(path, lambda: datetime.now(UTC), busy_timeout_s=0.1) as log:
        yield log


def sentences_on_disk(path: Path) -> list[str]:
    """What another process would find on the record at this moment."""
    with closing(sqlite3.connect(path)) as other:
        bodies = other.execute("SELECT body FROM contents ORDER BY seq").fetchall()
    return [json.loads(body).get("text", "") for (body,) in bodies]


def test_a_sentence_is_on_the_record_when_its_seal_is_given(log: AuditLog, path: Path) -> None:
    recording = log.open_answer(QUESTION)

    sealed = recording.release("25 jours.", (1,))

    assert sentences_on_disk(path)[-1] == sealed.text == "25 jours."


def test_without_a_record_there_is_no_question_no_sentence_and_no_end(
    log: AuditLog, path: Path
) -> None:
    recording = log.open_answer(QUESTION)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(RecordUnavailableError):
            log.open_answer(QUESTION)
        with pytest.raises(RecordUnavailableError):
            recording.release("25 jours.", (1,))
        with pytest.raises(RecordUnavailableError):
            recording.close(Abstained(()))

    assert len(log.entries()) == 1


def test_nobody_but_the_record_can_make_a_seal() -> None:
    with pytest.raises(NotSealedError):
        SealedSentence("r", "90 jours.", (1,), 1, "0" * 64, object())
    with pytest.raises(NotSealedError):
        SealedOutcome("r", Abstained(()), {}, 1, "0" * 64, object())


@pytest.mark.slow
def test_a_killed_process_has_shown_nothing_that_is_missing_from_the_record(path: Path) -> None:
    chance = random.Random(7)
    shown: list[str] = []
    for _ in range(5):
        command = [sys.executable, "-c", ANSWER_FOR_EVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            shown.append(child.stdout.readline())
            sleep(chance.uniform(0.0, 0.3))
            child.kill()
            shown += child.stdout.readlines()

    with AuditLog.open(path, lambda: datetime.now(UTC)) as log:
        aborted = log.recover()
        kept = {answer.record: answer for answer in log.answers_of("alice")}

    # A line cut short by the kill never reached its reader whole.
    whole = [line.split() for line in shown if line.endswith("\n")]
    assert len(whole) > 10
    for record, words in whole:
        answer = kept[record]
        texts = [sentence.content["text"] for sentence in answer.sentences if sentence.content]
        closed = answer.closing is not None and answer.closing.kind is EventKind.ANSWER_CLOSED
        assert closed if words == "done" else words in texts
    assert all(kept[record].outcome is None for record in aborted)
    assert all(answer.closing is not None for answer in kept.values())
    assert verify(path).ok
