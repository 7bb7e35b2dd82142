"""The CPU time of this process and of those that it started: what a meter of answers is held to."""

from __future__ import annotations

import contextlib
import resource
import time
from pathlib import Path


def cpu_seconds() -> float:
    """Of this process, the ones that it started, and theirs once they ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_spent, _children()))


def _children() -> list[int]:
    """The processes that this one started, where the kernel says."""
    found: list[str] = []
    for thread in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            found += thread.read_text(encoding="ascii").split()
    return [int(pid) for pid in found]


def _spent(pid: int) -> float:
    """None of a process that is gone. The clock of another process: clock_getcpuclockid(3)."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0
