"""Waiting for what must come true, a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable

_LOOK_S = 0.05


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether something comes true in time; how long it took is not judged."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True
