"""Turns at what serves one thread at a time: a short job goes before a long one's next piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Gives one turn at a time. A long job asks for a turn a piece, so that it can be passed."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = False
        self._short = 0  # short jobs that wait

    @contextmanager
    def short(self) -> Iterator[None]:
        """A turn before every long job that waits."""
        with self._changed:
            self._short += 1
            try:
                self._changed.wait_for(lambda: not self._taken)
                self._taken = True
            finally:
                self._short -= 1
                self._changed.notify_all()  # also when the wait was interrupted
        with self._held():
            yield

    @contextmanager
    def long(self) -> Iterator[None]:
        """A turn once no short job waits."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and not self._short)
            self._taken = True
        with self._held():
            yield

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
