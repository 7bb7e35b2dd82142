"""What the engine's passes cost, in CPU seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

Seconds = Callable[[], float]


class Effort:
    """Asked by the engine's thread alone, before and after each pass.

    llama.cpp's threads wait for each other without sleeping: during a pass they are as busy as
    the one that began it, whose own clock stands still while the machine does something else. Now
    and then one is interrupted more than another; all passes never cost more than the process took
    during them.
    """

    def __init__(
        self,
        threads: int,
        cpu_s: Seconds = time.thread_time,
        process_s: Seconds = time.process_time,
    ) -> None:
        self._threads = threads
        self._cpu_s = cpu_s
        self._process_s = process_s
        self._began = self._process_began = 0.0
        self._ended = 0.0  # of the pass before; a thread's clock begins at nought
        self._reckoned = self._most = self._told = 0.0  # of all passes

    def begin(self) -> None:
        self._began, self._process_began = self._cpu_s(), self._process_s()

    def end(self) -> float:
        """Of all threads during the pass, and of the engine's own since the one before."""
        alone, self._ended = self._began - self._ended, self._cpu_s()
        self._reckoned += (self._ended - self._began) * self._threads
        self._most += self._process_s() - self._process_began
        before, self._told = self._told, min(self._reckoned, self._most)
        return alone + self._told - before
