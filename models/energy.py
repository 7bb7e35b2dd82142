"""The energy of an answer, estimated from the CPU time it took: an estimate, always labelled so.

Nothing here reads a power counter: watts are seconds of CPU times what one busy core draws.
An answer whose time is not known has no energy rather than none at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

_SECONDS_PER_HOUR = 3600


def estimate_wh(cpu_seconds: float | None, watts_per_core: float) -> float | None:
    """Watt-hours of so many CPU seconds; None where the seconds are not known."""
    if cpu_seconds is None:
        return None
    return cpu_seconds * watts_per_core / _SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class CpuMeter:
    """CPU seconds of this process, every thread together, since the meter was started.

    Answers given at the same time are each charged with the others' work: an upper bound.
    """

    started: float
    clock: Callable[[], float]

    @classmethod
    def start(cls, clock: Callable[[], float] = time.process_time) -> Self:
        return cls(clock(), clock)

    def seconds(self) -> float | None:
        """None where the clock has no resolution fine enough to have seen any work."""
        spent = self.clock() - self.started
        return spent if spent > 0 else None
