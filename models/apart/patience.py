"""Patience: how long to wait before a process that crashed is started again, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from models.errors import ModelUnavailableError

MOST = 6
"""Crashes in a row, without an answer between them, after which nothing is started any more."""

_FIRST_S, _LONGEST_S = 1.0, 60.0


class Patience:
    """Counts crashes; an answer that was written to its end makes up for all of them."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._crashes = 0
        self._not_before = 0.0
        self._counting = Lock()

    def crashed(self) -> None:
        """The first time it may be started again at once."""
        with self._counting:
            pause = min(_LONGEST_S, _FIRST_S * 2 ** (self._crashes - 1)) if self._crashes else 0.0
            self._crashes += 1
            self._not_before = self._seconds() + pause

    def served(self) -> None:
        with self._counting:
            self._crashes = 0

    def check(self) -> None:
        """Whether the process may be started now. Raises ModelUnavailableError."""
        with self._counting:
            if self._crashes >= MOST:
                raise ModelUnavailableError(
                    f"The model's process crashed {self._crashes} times in a row and is not "
                    "started again before the server is: vigie models doctor"
                )
            left = self._not_before - self._seconds()
            if self._crashes and left > 0:
                raise ModelUnavailableError(
                    f"The model's process crashed and is started again in {left:.0f} s at most."
                )
