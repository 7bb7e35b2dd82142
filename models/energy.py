"""The CPU time of one answer, and the energy estimated from it: an estimate, always labelled so.

Nothing here reads a power counter: watts are seconds of CPU times what one busy core draws.
An answer whose time is not known has no energy rather than none at all.
"""

from __future__ import annotations

import contextlib
import threading
import time

_SECONDS_PER_HOUR = 3600


def estimate_wh(cpu_seconds: float | None, watts_per_core: float) -> float | None:
    """Watt-hours of so many CPU seconds; None where the seconds are not known."""
    if cpu_seconds is None:
        return None
    return cpu_seconds * watts_per_core / _SECONDS_PER_HOUR


class Work:
    """What one answer took: the time of the thread that gives it, and its share of a model's.

    Made by that thread; any other may look. Nobody else's work is in it, and its own is once.
    """

    def __init__(self) -> None:
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._began = self._now = time.clock_gettime(self._clock)
        self._charged_s = 0.0

    def charge(self, cpu_s: float) -> None:
        """More, from the one thread that tells it: a model's."""
        self._charged_s += cpu_s

    @property
    def cpu_s(self) -> float:
        """Up to now, or to the end of its thread."""
        with contextlib.suppress(OSError):  # a thread that ended has no clock
            self._now = time.clock_gettime(self._clock)
        return self._charged_s + self._now - self._began

    @property
    def known_s(self) -> float | None:
        """None where the clock has no resolution fine enough to have seen any work."""
        return self.cpu_s or None
