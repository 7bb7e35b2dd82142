"""The model's process: loads one file, answers what it is asked, ends with whoever asks.

`python -m models.apart.child DESCRIPTOR`, started by `started` alone. Its main thread listens,
so that a stop, or the end of the server, is heard while llama.cpp computes.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from models.apart import wire
from models.apart.wire import (
    AnyOrder,
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
    Revocation,
    WritingRevokedError,
)
from models.llama import LlamaGenerator
from models.ports import Generator, ModelIdentity, Permit, Shared

_CRASHED = 1
_NAMELESS = ModelIdentity("", "")  # who this is, the parent knows


class _Obedient(Permit):
    """Asked before each token; says so to the parent, which may have a stop to tell."""

    def __init__(self, channel: Channel, number: int) -> None:
        self._channel = channel
        self._number = number
        self._cpu_s = 0.0
        self.stopped = False

    def check(self) -> None:
        if self.stopped:
            raise WritingRevokedError(Revocation.ABANDONED)
        self.tell()

    def charge(self, cpu_s: float) -> None:
        self._cpu_s += cpu_s

    def tell(self) -> None:
        self._channel.send(wire.worded(GoingOn(self._number, self._cpu_s)))


class Child:
    """Answers over a channel, several at once."""

    def __init__(self, channel: Channel, generator: Generator) -> None:
        self._channel = channel
        self._generator = generator
        self._permits: dict[int, _Obedient] = {}

    def serve(self) -> None:
        """Raises EOFError when the parent is gone."""
        while True:
            message = self._channel.receive()
            assert message is not None
            self._obey(wire.orders().validate_json(message))

    def _obey(self, order: AnyOrder) -> None:
        match order:
            case Load():
                raise ValueError("loaded already")
            case Write():
                permit = self._permits[order.id] = _Obedient(self._channel, order.id)
                threading.Thread(target=self._answer, args=(order, permit), daemon=True).start()
            case Stop():
                if (told := self._permits.get(order.id)) is not None:
                    told.stopped = True
            case Tell():
                shared = self._generator
                _say(self._channel, Told(shared.load if isinstance(shared, Shared) else None))

    def _answer(self, order: Write, permit: _Obedient) -> None:
        """In a thread of its own, whose time is the answer's as well."""
        try:
            last = self._written(order, permit)
            permit.charge(time.thread_time())
            permit.tell()
            _say(self._channel, last)
        finally:
            del self._permits[order.id]

    def _written(self, order: Write, permit: _Obedient) -> Ended | Failed:
        writing = self._generator.write(order.prompt, permit)
        try:
            while True:
                _say(self._channel, Piece(order.id, next(writing)))
        except StopIteration as end:
            return Ended(order.id, end.value)
        except ModelsError as error:
            return _failed(order.id, error)


def _failed(number: int | None, error: ModelsError) -> Failed:
    match error:
        case WritingRevokedError():
            return Failed(number, error.reason, str(error))
        case ModelBusyError():
            return Failed(number, "busy", str(error))
        case _:
            return Failed(number, "unavailable", str(error))


def _say(channel: Channel, word: AnyWord) -> None:
    channel.send(wire.worded(word))


def _loaded(channel: Channel) -> Generator:
    """Raises ModelsError for a model that cannot be run, EOFError without an order."""
    message = channel.receive()
    assert message is not None
    order = wire.orders().validate_json(message)
    assert isinstance(order, Load)
    return LlamaGenerator(order.path, _NAMELESS, order.settings)


def _humbled() -> None:
    """Short of memory, the kernel ends this one rather than the server; it leaves no core."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _end(status: int) -> NoReturn:
    """At once: llama.cpp may be computing in another thread, and there is nothing to lose."""
    os._exit(status)


def main() -> None:
    """Speak on the descriptor that is given."""
    # A thread that fails says too much to be printed: it quotes what it was asked.
    threading.excepthook = lambda _failure: _end(_CRASHED)
    status = _CRASHED
    try:
        _humbled()
        channel = Channel(socket.socket(fileno=int(sys.argv[1])))
        status = _served(channel)
    finally:
        _end(status)


def _served(channel: Channel) -> int:
    """The status to end with."""
    try:
        generator = _loaded(channel)
        _say(channel, Ready())
        Child(channel, generator).serve()
    except ModelsError as error:
        _say(channel, _failed(None, error))
    except (EOFError, OSError):
        return 0  # the server is gone
    return 0


if __name__ == "__main__":
    main()
