"""What the engine's passes cost, in CPU seconds."""

from __future__ import annotations

import time
from collections.abc import Callable


class Effort:
    """Asked by the engine's thread alone, before and after each pass.

    llama.cpp's threads wait for each other without sleeping: during a pass they are as busy as
    the one that began it, whose own clock stands still while the machine does something else.
    """

    def __init__(self, threads: int, cpu_s: Callable[[], float] = time.thread_time) -> None:
        self._threads = threads
        self._cpu_s = cpu_s
        self._began = 0.0
        self._ended = 0.0  # of the pass before; a thread's clock begins at nought

    def begin(self) -> None:
        self._began = self._cpu_s()

    def end(self) -> float:
        """Of all threads during the pass, and of the engine's own since the one before."""
        alone, self._ended = self._began - self._ended, self._cpu_s()
        return alone + (self._ended - self._began) * self._threads
