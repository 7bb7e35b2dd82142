"""Who is let in next: askers in turn, each first come first served, few enough waiting."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

from models.errors import ModelBusyError

T = TypeVar("T")


class Admission(Generic[T]):
    """A bounded waiting room. An asker may fill half of it, so that others always find a place.

    The places are of those who wait and of those who were let in already.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._each = max(1, places // 2)
        self._askers: OrderedDict[str, deque[T]] = OrderedDict()  # the next one first

    def __len__(self) -> int:
        return sum(map(len, self._askers.values()))

    def everyone(self) -> tuple[T, ...]:
        return tuple(one for waiting in self._askers.values() for one in waiting)

    def enter(self, asker: str, one: T, *, running: int) -> None:
        """Raises ModelBusyError when the room is full, or full of this asker's own."""
        if len(self) + running >= self._places:
            raise ModelBusyError(f"{len(self)} answers are waiting for the model already")
        if len(self._askers.get(asker, ())) >= self._each:
            raise ModelBusyError(f"{self._each} answers for the same person are waiting already")
        self._askers.setdefault(asker, deque()).append(one)

    def next(self) -> T | None:
        """The first of the asker whose turn it is, who then goes behind the others."""
        if not self._askers:
            return None
        asker, waiting = self._askers.popitem(last=False)
        one = waiting.popleft()
        if waiting:
            self._askers[asker] = waiting
        return one

    def leave(self, asker: str, one: T) -> bool:
        """Whether it was still waiting."""
        waiting = self._askers.get(asker, deque())
        if one not in waiting:
            return False
        waiting.remove(one)
        if not waiting:
            del self._askers[asker]
        return True
