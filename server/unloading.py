"""Obeying a stop that demands the model's memory back: in each process that may hold a model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from threading import Event, Thread
from typing import Self

from models.errors import ModelBusyError
from models.ports import Load, Unloadable
from server.switch import Switch

LOOK_S = 0.25
"""How often the switch is looked at: the file of its state is what all processes share."""


class Unloading:
    """A thread of its own: neither the stop nor an answer waits for memory to be freed.

    Where someone goes on writing the model stays, and it is tried again at the next look.
    `note` is told what was freed.
    """

    def __init__(self, switch: Switch, model: Unloadable, note: Callable[[Load], None]) -> None:
        self._switch = switch
        self._model = model
        self._note = note
        self._over = Event()
        self._thread = Thread(target=self._watch, name="unloading", daemon=True)

    @classmethod
    def begin(cls, switch: Switch, model: Unloadable, note: Callable[[Load], None]) -> Self:
        unloading = cls(switch, model, note)
        unloading._thread.start()
        return unloading

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            if self._switch.state().unload:
                with contextlib.suppress(ModelBusyError):
                    self._unload()

    def _unload(self) -> None:
        freed = self._model.unload()
        if freed is not None:
            self._note(freed)
