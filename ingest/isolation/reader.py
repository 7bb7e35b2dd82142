"""The reader that ingestion is given: each file in a process of its own, within bounds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from threading import Lock

from ingest.archives import Member, RefusedMember
from ingest.documents import Reading
from ingest.errors import ReaderUnavailableError, UnreadableFileError
from ingest.isolation import wire
from ingest.isolation.wire import Bounds, Request
from ingest.isolation.zygotes import LostError, StartedZygote
from ingest.readers import reasons
from ingest.reading import FileReader, Places

_PIECE = 1024 * 1024  # bytes


class IsolatedReader(FileReader):
    """Starts its zygote at the first file, and another one when that is lost."""

    def __init__(self, bounds: Bounds, lanes: int = 2) -> None:
        self._bounds = bounds
        self._lanes = lanes
        self._zygote: StartedZygote | None = None
        self._closed = False
        self._changing = Lock()
        self._retrying = Lock()

    @property
    def lanes(self) -> int:
        return self._lanes

    def read(self, name: str, data: bytes, inside: Places = ()) -> Reading:
        if not inside:
            return wire.read(self._ask(Request(name), data))
        outer, *inner = inside  # the child is handed the member, not all that stands beside it
        kept = data[outer.start : outer.end]
        return wire.read(self._ask(Request(name, (outer.alone(), *inner)), kept))

    def members(self, data: bytes) -> tuple[Member | RefusedMember, ...]:
        return wire.listed(self._ask(Request(None), data))

    def close(self) -> None:
        """End the zygote and its children; what they were reading raises ReaderUnavailableError."""
        with self._changing:
            self._closed = True
            if self._zygote is not None:
                self._zygote.end()

    def _ask(self, request: Request, data: bytes) -> bytes:
        """Lost, it is asked once more, with no other lost one beside it: one may harm the rest."""
        with contextlib.suppress(LostError):
            return self._try(request, data)
        with self._retrying:
            try:
                return self._try(request, data)
            except LostError as error:
                raise UnreadableFileError(reasons.CRASHED) from error

    def _try(self, request: Request, data: bytes) -> bytes:
        zygote = self._living()
        deadline = time.monotonic() + self._bounds.seconds
        with _handed(request, data, zygote) as (reply, status):
            try:
                said = _received(reply, status.fileno(), deadline, self._bounds.reply)
                _await(deadline, status.fileno())
            except UnreadableFileError:
                zygote.stop(status)
                raise
            return _judged(zygote.said(status), said)

    def _living(self) -> StartedZygote:
        with self._changing:
            if self._closed:
                raise ReaderUnavailableError("Vigie is closing: no more files are read.")
            if self._zygote is None or self._zygote.is_dead():
                if self._zygote is not None:
                    self._zygote.end()
                self._zygote = StartedZygote.start(self._bounds)
            return self._zygote


@contextlib.contextmanager
def _handed(
    request: Request, data: bytes, zygote: StartedZygote
) -> Iterator[tuple[int, socket.socket]]:
    """Where a child's reply and the word of its end arrive; closing the second ends the child."""
    with contextlib.ExitStack() as closing:
        reply, replying = os.pipe()
        closing.callback(os.close, reply)
        status, ending = socket.socketpair()
        closing.enter_context(status)
        try:
            kept = _kept(data)
            try:
                zygote.hand(wire.packed(request), (kept, replying, ending.fileno()))
            finally:
                os.close(kept)
        finally:
            os.close(replying)
            ending.close()
        yield reply, status


def _kept(data: bytes) -> int:
    """A file in memory that holds these bytes."""
    descriptor = os.memfd_create("file")
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    return descriptor


def _received(reply: int, status: int, deadline: float, longest: int) -> bytes:
    """All that is said until the child, or the word of its end, says no more.

    Raises UnreadableFileError.
    """
    pieces: list[bytes] = []
    length = 0
    while reply in _await(deadline, reply, status):
        piece = os.read(reply, _PIECE)
        if not piece:
            break
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            raise UnreadableFileError(reasons.TOO_MUCH_SAID)
    return b"".join(pieces)


def _await(deadline: float, *descriptors: int) -> set[int]:
    """Those with something to read, or that were closed. Raises UnreadableFileError when late."""
    waiting = select.poll()
    for descriptor in descriptors:
        waiting.register(descriptor, select.POLLIN)
    left = max(0.0, deadline - time.monotonic())
    ready = {descriptor for descriptor, _ in waiting.poll(left * 1000)}
    if not ready:
        raise UnreadableFileError(reasons.OVERDUE)
    return ready


def _judged(status: int, said: bytes) -> bytes:
    """What the child said, if it ended well. Raises what its end means if it did not."""
    match status:
        case 0:
            return said
        case wire.OUT_OF_MEMORY:
            raise UnreadableFileError(reasons.TOO_MUCH_MEMORY)
        case wire.NO_CHILD:
            raise ReaderUnavailableError("No process can be started to read a file in.")
        case _ if status == -signal.SIGXCPU:
            raise UnreadableFileError(reasons.OVERDUE)
        case _ if status == -signal.SIGKILL:
            raise LostError  # not by us: by hand, or by a kernel that ran out of memory
        case _:
            raise UnreadableFileError(reasons.CRASHED)
