"""A record on a temporary folder, a clock that ticks, and answers to put on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.outcomes import Answered, Citation, Outcome

ANSWERED = Answered(
    "Vous avez 25 jours [1].",
    (Citation(1, "rh", "conges.md", "a" * 64, "Congés payés", "Durée", "25 jours", 10, 18),),
    "extractive",
)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    ticks = count()
    start = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    return lambda: start + timedelta(seconds=next(ticks))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def log(path: Path, clock: Callable[[], datetime]) -> Iterator[AuditLog]:
    with AuditLog.open(path, clock, busy_timeout_s=0.2) as opened:
        yield opened


@pytest.fixture
def ask(log: AuditLog) -> Callable[..., str]:
    """Put one whole answer on the record; its record id."""

    def put(
        asker: str = "alice", question: str = "Combien de congés ?", outcome: Outcome = ANSWERED
    ) -> str:
        event = Event(
            EventKind.ANSWER_OPENED, "", asker, {"mode": "on"}, {"question": question}, asker
        )
        recording = log.open_answer(event)
        recording.release("Vous avez 25 jours [1].", (1,))
        recording.close(outcome)
        return recording.record

    return put
