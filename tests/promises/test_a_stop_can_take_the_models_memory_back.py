"""Promise 5: a stop that demands it also gives back the memory of the model, in every process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import shaped_gguf
from patience import within

from models import catalog
from server.audit.events import EventKind
from server.audit.log import AuditLog
from server.commands.switch import move
from server.outcomes import Mode
from server.settings import load
from server.switch import Switch
from server.wiring import now

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0
MOST = 0.8  # of the model's size
TESTS = Path(__file__).parents[1]
SMALL = shaped_gguf.Size(layers=2, width=512, heads=8, key_heads=2, inner=1_024)
ISOLATIONS = ("none", "process")


class Worker:
    """A process that may hold the model of a home."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def says(self, word: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def resident_mb(self) -> float:
        """Of the process and those that it started, pages of mapped files included."""
        pids = [self._process.pid, *children(self._process.pid)]
        return sum(map(resident_kb, pids)) / 1024


@contextmanager
def worker(home: Path, isolation: str, loading: str = "eager") -> Iterator[Worker]:
    command = [sys.executable, str(TESTS / "unloading.py"), str(home), isolation, loading]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
    ) as process:
        yield Worker(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough to be seen: 80 MB that are mapped from the file."""
    return shaped_gguf.build(tmp_path_factory.mktemp("models") / "shaped.gguf", SMALL, "Q8_0")


@pytest.fixture
def home(gguf: Path, tmp_path: Path) -> Path:
    catalog.add(tmp_path, gguf)
    move(load(tmp_path), None, "", None)
    return tmp_path


def stopped(home: Path, *, unload: bool) -> None:
    """As `vigie switch stop` does it, from another process than those that hold the model."""
    move(load(home), Mode.OFF, "essai", None, unload=unload)


def restarted(home: Path) -> None:
    switch = Switch(home, now)
    switch.restart("vérifié", "adele")
    assert switch.restart("confirmé", "anatole").mode is Mode.ON


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_most_of_the_models_memory_is_free_after_the_stop_and_a_restart_answers_again(
    isolation: str, home: Path, gguf: Path
) -> None:
    size_mb = gguf.stat().st_size / 2**20
    with worker(home, isolation) as one:
        text = one.says("write")
        before = one.resident_mb()

        stopped(home, unload=True)

        assert within(PATIENCE_S, lambda: one.says("load") == "None")
        assert before - one.resident_mb() > MOST * size_mb
        restarted(home)
        assert one.says("write") == text
        assert one.says("load").startswith("Load(")


def test_every_process_that_holds_the_model_obeys(home: Path) -> None:
    with worker(home, "none") as one:
        one.says("write")  # the home is made: another may open it
        with worker(home, "process") as other:
            other.says("write")

            stopped(home, unload=True)

            assert within(PATIENCE_S, lambda: one.says("load") == "None")
            assert within(PATIENCE_S, lambda: other.says("load") == "None")


def test_what_was_freed_is_on_the_record(home: Path) -> None:
    with worker(home, "none") as one:
        one.says("write")
        stopped(home, unload=True)
        assert within(PATIENCE_S, lambda: one.says("load") == "None")

    with AuditLog.open(home / "record.db", now) as record:
        (stop,) = record.entries(kinds=(EventKind.SWITCHED,))
        (freed,) = record.entries(kinds=(EventKind.MODEL_UNLOADED,))
    assert stop.facts == {"mode": "off", "unload": True}
    assert freed.facts["weights_mb"] > 50
    assert freed.seq > stop.seq


def test_a_stop_that_does_not_demand_it_keeps_the_model(home: Path) -> None:
    with worker(home, "none") as one:
        one.says("write")
        stopped(home, unload=False)

        assert not within(1.5, lambda: one.says("load") == "None")


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in found for child in one.read_text().split()]


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
