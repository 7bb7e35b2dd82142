"""Whose turn it is: one writer at a time, first come first served, few enough waiting."""

from __future__ import annotations

from collections import deque
from threading import Condition

from models.errors import ModelBusyError, ModelUnavailableError
from models.ports import Permit

_LOOK_S = 0.05  # between two looks at the permit of one who waits


class Turns:
    """A fair lock whose waiting room is bounded and whose waiters may lose their permit."""

    def __init__(self, waiting: int) -> None:
        self._waiting = waiting
        self._changed = Condition()
        self._queue: deque[object] = deque()  # its head has the turn
        self._shut = False

    def __len__(self) -> int:
        """How many write or wait."""
        return len(self._queue)

    def take(self, permit: Permit) -> None:
        """Return when it is the caller's turn.

        Raises ModelBusyError at once when too many wait, WritingRevokedError while waiting,
        ModelUnavailableError once no more turns are given.
        """
        ticket = object()
        with self._changed:
            if self._shut:
                raise ModelUnavailableError("the model was closed")
            if len(self._queue) > self._waiting:
                raise ModelBusyError(f"{self._waiting} answers are waiting for the model already")
            self._queue.append(ticket)
        try:
            self._wait_for(ticket, permit)
        except BaseException:  # whatever ends the wait, the place is given up
            self._leave(ticket)
            raise

    def give_back(self) -> None:
        with self._changed:
            self._queue.popleft()
            self._changed.notify_all()

    def shut(self, timeout_s: float) -> None:
        """Give no more turns, and return when the last one is over.

        Raises ModelBusyError, and goes on giving turns, when that takes too long.
        """
        with self._changed:
            self._shut = True
            if not self._changed.wait_for(lambda: not self._queue, timeout_s):
                self._shut = False
                raise ModelBusyError("the model is still writing: stop the answers first")

    def _wait_for(self, ticket: object, permit: Permit) -> None:
        while True:
            permit.check()
            with self._changed:
                if self._queue[0] is ticket or self._changed.wait_for(
                    lambda: self._queue[0] is ticket, _LOOK_S
                ):
                    return

    def _leave(self, ticket: object) -> None:
        with self._changed:
            self._queue.remove(ticket)
            self._changed.notify_all()
