"""A part that is costly to make and may never be needed: made once, on first use."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """`get()` makes the part the first time and the same one ever after, or its heir."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._making = Lock()

    def get(self) -> T:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def replace(self, part: T) -> None:
        """From now on this is the part: the heir of the one that was made."""
        with self._making:
            self._made = part

    @property
    def made(self) -> T | None:
        """The part if it exists already."""
        return self._made
