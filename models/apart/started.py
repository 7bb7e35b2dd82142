"""The parent's end of the model's process: how it is started, asked, stopped and mourned."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from threading import Condition, Event, Lock, Thread

from pydantic import ValidationError

from models.apart import wire
from models.apart.spawning import COMMAND, spawned
from models.apart.wire import (
    AnyWord,
    Channel,
    Ended,
    Failed,
    GoingOn,
    Load,
    Piece,
    Ready,
    Stop,
    Tell,
    Told,
    Write,
)
from models.errors import (
    ModelBusyError,
    ModelsError,
    ModelUnavailableError,
    Revocation,
    WritingRevokedError,
)
from models.ports import Charged, Permit, Prompt, Usage
from models.ports import Load as Burden

_LOOK_S = 0.05  # how often permits are asked while nothing is said: a prompt is being read
_TELL_S = 0.5  # how long one waits to hear how busy it is; then what was last heard counts
_GRACE_S = 5.0
HUNG_S = 300.0
"""After which a process that has not obeyed a stop is ended: longer than any pass takes."""


@dataclass(slots=True, eq=False)
class Text:
    """An answer on its way: its pieces, and last its usage or what ended it."""

    id: int
    permit: Permit
    charged: Charged | None = None
    said: SimpleQueue[str | Usage | Exception] = field(default_factory=SimpleQueue)
    cpu_s: float = 0.0  # that it took over there

    def took(self, cpu_s: float) -> None:
        """So much in all: what is new is charged."""
        if self.charged is not None:
            self.charged.charge(cpu_s - self.cpu_s)
        self.cpu_s = cpu_s


class Started:
    """Any thread may ask it for answers, also while the model is loaded.

    `mourn` is called once, from another thread, if the process ends unasked.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        channel: Channel,
        mourn: Callable[[], None],
        hung_s: float,
    ) -> None:
        self._process = process
        self._channel = channel
        self._mourn = mourn
        self._hung_s = hung_s
        self._texts: dict[int, Text] = {}
        self._stopped: dict[int, float] = {}  # when each was told, until it has obeyed
        self._numbers = count(1)
        self._changing = Lock()
        self._burden: Burden | None = None
        self._telling = False  # asked, and not told yet
        self._told = Condition()
        self._loaded = Event()  # or gone
        self._ending = False
        self._refusal: str | None = None
        self._gone: ModelUnavailableError | None = None
        self._listener = Thread(target=self._listen, name="model process", daemon=True)

    @classmethod
    def start(
        cls,
        load: Load,
        mourn: Callable[[], None],
        command: tuple[str, ...] = COMMAND,
        hung_s: float = HUNG_S,
    ) -> Started:
        """Returns while the model is being loaded. Raises ModelUnavailableError."""
        order = wire.ordered(load)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = spawned(command, theirs.fileno())
            except OSError as error:
                ours.close()
                raise ModelUnavailableError(
                    f"The model's process cannot be started ({error.strerror})."
                ) from error
        started = cls(process, Channel(ours), mourn, hung_s)
        started._send(order)
        started._listener.start()
        return started

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        return self._gone is not None

    def ask(self, prompt: Prompt, permit: Permit) -> Text:
        """Raises ModelUnavailableError when the process is gone."""
        with self._changing:
            if self._gone is not None:
                raise self._gone
            charged = permit if isinstance(permit, Charged) else None
            text = Text(next(self._numbers), permit, charged)
            self._texts[text.id] = text
        self._send(wire.ordered(Write(text.id, prompt)))
        return text

    def burden(self) -> Burden | None:
        """How busy it is, or was when it last said so; None unless it runs and has loaded."""
        if self.is_gone or not self._loaded.is_set():
            return None
        with self._told:
            if not self._telling:  # one question at a time: one that hangs is not flooded
                self._telling = True
                self._send(wire.ordered(Tell()))
            self._told.wait_for(lambda: not self._telling or self.is_gone, _TELL_S)
            return None if self.is_gone else self._burden

    def leave(self, text: Text) -> None:
        """Nobody reads it any more: no token more is written of it."""
        if self._taken(text.id) is not None:
            self._stop(text.id)

    def await_loaded(self) -> None:
        """Raises ModelUnavailableError."""
        self._loaded.wait()
        if self._gone is not None:
            raise self._gone

    def end(self) -> None:
        """End the process; what it was writing fails."""
        self._ending = True
        self._channel.end()
        self._listener.join()

    def _listen(self) -> None:
        try:
            while True:
                said = self._channel.receive(_LOOK_S)
                if said is None:
                    self._check_it_obeys()
                    self._look_at_permits()
                else:
                    self._hear(wire.words().validate_json(said))
        except (EOFError, OSError, ValidationError):
            self._bury()

    def _hear(self, word: AnyWord) -> None:
        match word:
            case Ready():
                self._loaded.set()
            case Failed(id=None):
                self._refusal = word.said
            case GoingOn():
                if (text := self._texts.get(word.id)) is not None:
                    text.took(word.cpu_s)
                    self._look_at(text)
            case Piece():
                if (text := self._texts.get(word.id)) is not None:
                    text.said.put(word.text)
            case Ended():
                self._stopped.pop(word.id, None)
                self._tell(word.id, word.usage)
            case Failed(id=int(number)):
                self._stopped.pop(number, None)
                self._tell(number, _error(word))
            case Told():
                with self._told:
                    self._burden, self._telling = word.burden, False
                    self._told.notify_all()

    def _check_it_obeys(self) -> None:
        """Raises TimeoutError where nothing is said, and what was stopped long ago goes on."""
        oldest = min(self._stopped.copy().values(), default=None)
        if self._loaded.is_set() and oldest and time.monotonic() - oldest > self._hung_s:
            raise TimeoutError

    def _look_at_permits(self) -> None:
        with self._changing:
            texts = tuple(self._texts.values())
        for text in texts:
            self._look_at(text)

    def _look_at(self, text: Text) -> None:
        """A permit that was withdrawn ends the text here, and in the child at its next token."""
        try:
            text.permit.check()
        except Exception as error:  # noqa: BLE001  (raised again where the text is read)
            self._tell(text.id, error)
            self._stop(text.id)

    def _tell(self, number: int, last: Usage | Exception) -> None:
        if (text := self._taken(number)) is not None:
            text.said.put(last)

    def _taken(self, number: int) -> Text | None:
        with self._changing:
            return self._texts.pop(number, None)

    def _stop(self, number: int) -> None:
        self._stopped[number] = time.monotonic()
        self._send(wire.ordered(Stop(number)))

    def _send(self, message: bytes) -> None:
        with contextlib.suppress(OSError):  # the listener sees the end, and says so to everyone
            self._channel.send(message)

    def _bury(self) -> None:
        status = self._how_it_ended()
        with self._changing:
            self._gone = ModelUnavailableError(self._epitaph(status))
            left = tuple(self._texts.values())
            self._texts.clear()
        self._channel.close()
        if not self._ending:
            self._mourn()
        self._loaded.set()
        with self._told:
            self._told.notify_all()
        for text in left:
            text.said.put(self._gone)

    def _epitaph(self, status: str) -> str:
        if self._ending:
            return "the model was closed"
        if self._refusal is not None:
            return self._refusal
        if not self._loaded.is_set():
            return f"The model's process ended while it was loaded ({status}): vigie models doctor"
        return (
            f"The model's process ended in the middle of the answer ({status}). "
            "Ask again: it is started anew."
        )

    def _how_it_ended(self) -> str:
        """Waits for its end, and sees to it."""
        self._channel.end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        self._process.kill()
        status = self._process.wait()
        return signal.Signals(-status).name if status < 0 else f"status {status}"


def _error(failed: Failed) -> ModelsError:
    match failed.cause:
        case "busy":
            return ModelBusyError(failed.said)
        case "unavailable":
            return ModelUnavailableError(failed.said)
        case Revocation():
            return WritingRevokedError(failed.cause)
