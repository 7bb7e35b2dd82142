"""What crosses between the server and the model's process: data, checked on arrival, never code.

Each message is JSON behind its length in four bytes, big-endian.
"""

from __future__ import annotations

import select
import socket
import struct
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from models.errors import Revocation
from models.llama.settings import LlamaSettings
from models.ports import Load as Burden
from models.ports import Prompt, Usage

_LENGTH = struct.Struct(">I")
_LONGEST = 16 * 2**20  # bytes of a message
_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Load:
    """The first order: run this file."""

    path: Path
    settings: LlamaSettings
    order: Literal["load"] = "load"


@dataclass(frozen=True, slots=True)
class Write:
    """Answer a prompt, under a number that all words about it carry."""

    id: int
    prompt: Prompt
    order: Literal["write"] = "write"


@dataclass(frozen=True, slots=True)
class Stop:
    """Write no token more of this answer."""

    id: int
    order: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True)
class Tell:
    """Say how busy the model is."""

    order: Literal["tell"] = "tell"


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded."""

    word: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class GoingOn:
    """The next token of this answer is about to be written, unless a stop arrives.

    `cpu_s` is what the answer took so far.
    """

    id: int
    cpu_s: float = 0.0
    word: Literal["going on"] = "going on"


@dataclass(frozen=True, slots=True)
class Piece:
    id: int
    text: str
    word: Literal["piece"] = "piece"


@dataclass(frozen=True, slots=True)
class Ended:
    id: int
    usage: Usage
    word: Literal["ended"] = "ended"


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer ended before its time; without an id, the model cannot be loaded."""

    id: int | None
    cause: Literal["busy", "unavailable"] | Revocation
    said: str
    word: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Told:
    """How busy the model is, when that was asked; None where it is not known."""

    burden: Burden | None
    word: Literal["told"] = "told"


AnyOrder = Load | Write | Stop | Tell
AnyWord = Ready | GoingOn | Piece | Ended | Failed | Told
Order = Annotated[AnyOrder, Field(discriminator="order")]
Word = Annotated[AnyWord, Field(discriminator="word")]


@cache
def orders() -> TypeAdapter[AnyOrder]:
    return TypeAdapter(Order)


@cache
def words() -> TypeAdapter[AnyWord]:
    return TypeAdapter(Word)


def ordered(order: AnyOrder) -> bytes:
    return orders().dump_json(_plain(order) if isinstance(order, Load) else order)


def worded(word: AnyWord) -> bytes:
    return words().dump_json(word)


def _plain(load: Load) -> Load:
    """With a mapping that can be written out instead of one that cannot be changed."""
    sampling = load.settings.sampling
    sampling = replace(sampling, bias=dict(sampling.bias))
    return replace(load, settings=replace(load.settings, sampling=sampling))


class Channel:
    """Whole messages over a socket. Any thread may send; one receives."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._sending = Lock()
        self._arrived = bytearray()
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def send(self, message: bytes) -> None:
        """Raises OSError when nobody is there any more."""
        with self._sending:
            self._end.sendall(_LENGTH.pack(len(message)) + message)

    def receive(self, wait_s: float | None = None) -> bytes | None:
        """The next message; None when none came in time. Raises EOFError, OSError."""
        while (message := self._whole()) is None:
            if not self._poll.poll(None if wait_s is None else wait_s * 1000):
                return None
            piece = self._end.recv(_PIECE)
            if not piece:
                raise EOFError
            self._arrived += piece
        return message

    def close(self) -> None:
        """Both sides see the end; a second time does nothing."""
        with self._sending:
            self._end.close()

    def end(self) -> None:
        """Let whoever receives see the end now."""
        try:
            self._end.shutdown(socket.SHUT_RDWR)
        except OSError:  # it has ended already
            return

    def _whole(self) -> bytes | None:
        if len(self._arrived) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._arrived)
        if length > _LONGEST:
            raise EOFError
        if len(self._arrived) < (end := _LENGTH.size + length):
            return None
        message = bytes(self._arrived[_LENGTH.size : end])
        del self._arrived[:end]
        return message
