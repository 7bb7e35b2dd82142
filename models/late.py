"""A generator whose model is loaded when the first answer is asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from models.ports import Generator, ModelIdentity, Permit, Prompt, Writing


class LateGenerator(Generator):
    """`load` may raise ModelUnavailableError; then the next answer tries again."""

    def __init__(self, identity: ModelIdentity, load: Callable[[], Generator]) -> None:
        self._identity = identity
        self._load = load
        self._loaded: Generator | None = None
        self._loading = Lock()

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            loaded = self._loaded
        return (yield from loaded.write(prompt, permit))
