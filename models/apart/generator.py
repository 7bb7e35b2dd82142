"""The generator whose model runs in a process of its own."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from models.apart.patience import Patience
from models.apart.started import Started
from models.apart.wire import Load
from models.errors import ModelUnavailableError
from models.llama.settings import LlamaSettings
from models.ports import Generator, ModelIdentity, Permit, Prompt, Usage, Writing
from models.ports import Load as Burden


class ApartGenerator(Generator):
    """Starts its process at the first answer, or at `start`, and another one after a crash."""

    def __init__(
        self,
        path: Path,
        identity: ModelIdentity,
        settings: LlamaSettings,
        patience: Patience | None = None,
    ) -> None:
        self._identity = identity
        self._order = Load(path.resolve(), settings)
        self._patience = patience or Patience()
        self._started: Started | None = None
        self._closed = False
        self._changing = Lock()

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def pid(self) -> int | None:
        """Of the process, while one runs."""
        started = self._started
        return None if started is None or started.is_gone else started.pid

    def start(self) -> None:
        """Start the process now and wait for it. Raises ModelUnavailableError."""
        self._living().await_loaded()

    @property
    def load(self) -> Burden | None:
        """Who is being served now, by the process's own account; None while none has loaded."""
        started = self._started
        return None if started is None else started.burden()

    def close(self) -> None:
        """End the process for good; what it was writing raises ModelUnavailableError."""
        with self._changing:
            self._closed = True
            started, self._started = self._started, None
        if started is not None:
            started.end()

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        started = self._living()
        text = started.ask(prompt, permit)
        try:
            while True:
                said = text.said.get()
                permit.check()
                match said:
                    case str():
                        yield said
                    case Usage():
                        self._patience.served()
                        return said
                    case Exception():
                        raise said
        finally:
            started.leave(text)

    def _living(self) -> Started:
        with self._changing:
            if self._closed:
                raise ModelUnavailableError("the model was closed")
            if self._started is None or self._started.is_gone:
                self._patience.check()
                self._started = Started.start(self._order, self._patience.crashed)
            return self._started
