"""A generator whose model comes with an answer that needs it, and goes when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from typing import Protocol

from models.errors import ModelBusyError
from models.ports import (
    Generator,
    Load,
    ModelIdentity,
    Permit,
    Prompt,
    Shared,
    Unloadable,
    Writing,
)

LAST_ANSWER_S = 10.0
"""How long unloading waits for whoever writes: one whose permit was withdrawn ends at a token."""


class Holding(Generator, Shared, Protocol):
    """A generator that holds its model until it is closed."""

    def close(self) -> None:
        """Free the model. Raises ModelBusyError, and keeps it, if that cannot be done now."""
        ...


class LateGenerator(Generator, Unloadable):
    """`make` may raise ModelUnavailableError; then the next answer tries again.

    `held` is a generator that was made already, where the first answer should not wait.
    """

    def __init__(
        self,
        identity: ModelIdentity,
        make: Callable[[], Holding],
        held: Holding | None = None,
        last_answer_s: float = LAST_ANSWER_S,
    ) -> None:
        self._identity = identity
        self._make = make
        self._held = held
        self._last_answer_s = last_answer_s
        self._writing = 0
        self._changed = Condition()

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def load(self) -> Load | None:
        """Waits neither for a model that is being loaded nor for one that is being freed."""
        held = self._held
        return None if held is None else held.load

    def unload(self) -> Load | None:
        with self._changed:
            if not self._changed.wait_for(lambda: not self._writing, self._last_answer_s):
                raise ModelBusyError(f"{self._writing} answers are still written: the model stays")
            held = self._held
            if held is None:
                return None
            freed = held.load
            held.close()
            self._held = None
            return freed

    def close(self) -> None:
        """Free the model for good: a later answer raises ModelUnavailableError.

        Raises ModelBusyError, and keeps it, where someone writes with a model of this process.
        """
        held = self._held
        if held is not None:
            held.close()

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        held = self._enter()
        try:
            return (yield from held.write(prompt, permit))
        finally:
            self._leave()

    def _enter(self) -> Holding:
        """From here on nobody frees the model, until `_leave`."""
        with self._changed:
            if self._held is None:
                self._held = self._make()
            self._writing += 1
            return self._held

    def _leave(self) -> None:
        with self._changed:
            self._writing -= 1
            self._changed.notify_all()
