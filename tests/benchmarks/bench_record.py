"""The record: what a durable, chained entry costs beside a bare durable write."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.verify import verify
from server.benching import Figure

ENTRIES = 1_000
BYTES = 1_024


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        with AuditLog.open(path, lambda: datetime.now(UTC)) as log:
            chained = timed(lambda: log.append(_event()))
        plain = _bare_writes(Path(folder) / "bare")
        peer = "bare write + fdatasync, same disk, same run"
        yield Figure("record: append p50", median(chained), "ms", peer, median(plain))
        yield Figure("record: append p99", nth(chained, 99), "ms", peer, nth(plain, 99), "≤ 5")

        started = time.perf_counter()
        report = verify(path)
        taken = time.perf_counter() - started
        assert report.ok
        yield Figure("record: verified", round(report.entries / taken), "entries/s")


def timed(act: Callable[[], object], times: int = ENTRIES) -> list[float]:
    """Milliseconds of each call."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(round((time.perf_counter() - started) * 1000, 4))
    return taken


def nth(taken: list[float], percent: int) -> float:
    return sorted(taken)[min(len(taken) - 1, len(taken) * percent // 100)]


def _event() -> Event:
    return Event(
        EventKind.SENTENCE_RELEASED, "r", "bench", {"cited": [1]}, {"text": "x" * BYTES}, "bench"
    )


def _bare_writes(path: Path) -> list[float]:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write() -> None:
        os.write(file, b"x" * BYTES)
        os.fdatasync(file)

    taken = timed(write)
    os.close(file)
    return taken
