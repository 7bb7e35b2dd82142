"""Reading ahead: the next files are read while the last ones are embedded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Files read or being read for each lane: enough to keep it busy, few enough to hold."""


def read_ahead(
    things: Iterable[T], read: Callable[[T], R], lanes: int
) -> Generator[tuple[T, Callable[[], R]], None, None]:
    """Each thing in order, with what gives its reading or raises what reading it raised.

    `things` is drawn from in the caller's thread. Closed early, it begins no more of them
    and does not wait for those that were begun.
    """
    executor = ThreadPoolExecutor(lanes, "reading")
    begun: deque[tuple[T, Callable[[], R]]] = deque()
    try:
        for thing in things:
            begun.append((thing, executor.submit(read, thing).result))
            if len(begun) >= lanes * AHEAD:
                yield begun.popleft()
        while begun:
            yield begun.popleft()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
