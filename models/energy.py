"""The energy of an answer, estimated from the CPU time it took: an estimate, always labelled so.

Nothing here reads a power counter: watts are seconds of CPU times what one busy core draws.
An answer whose time is not known has no energy rather than none at all.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SECONDS_PER_HOUR = 3600
_TIMES = slice(11, 15)  # utime, stime, cutime, cstime: proc(5), counted behind the name


def estimate_wh(cpu_seconds: float | None, watts_per_core: float) -> float | None:
    """Watt-hours of so many CPU seconds; None where the seconds are not known."""
    if cpu_seconds is None:
        return None
    return cpu_seconds * watts_per_core / _SECONDS_PER_HOUR


def cpu_seconds() -> float:
    """Of this process, the ones that it started, and theirs once they ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_spent, _children()))


def _children() -> list[str]:
    """The processes that this one started, where the kernel says."""
    found: list[str] = []
    for thread in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            found += thread.read_text(encoding="ascii").split()
    return found


def _spent(pid: str) -> float:
    """Its own seconds and those of its ended children; none of a process that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    fields = stat.rpartition(") ")[2].split()
    return sum(map(int, fields[_TIMES])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class CpuMeter:
    """CPU seconds of this process and those it started, all threads, since the meter was started.

    Answers given at the same time are each charged with the others' work: an upper bound.
    """

    started: float
    clock: Callable[[], float]

    @classmethod
    def start(cls, clock: Callable[[], float] | None = None) -> Self:
        clock = clock or cpu_seconds
        return cls(clock(), clock)

    def seconds(self) -> float | None:
        """None where the clock has no resolution fine enough to have seen any work."""
        spent = self.clock() - self.started
        return spent if spent > 0 else None
