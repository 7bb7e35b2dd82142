"""A connection that asks ten times a second, while it waits, whether to wait any longer.

A blocking HTTP client cannot be asked to stop while a server reads a long prompt in silence.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

T = TypeVar("T")

TICK_S = 0.1
_PIECE = 65_536  # bytes taken at once


@dataclass(slots=True)
class Patience:
    """How long the next thing is waited for; `watch` raises when nobody waits any more."""

    watch: Callable[[], None]
    granted_s: float = 0.0
    until: float = 0.0  # time.monotonic(), seconds

    def grant(self, seconds: float) -> None:
        self.granted_s, self.until = seconds, time.monotonic() + seconds

    def tick(self) -> float:
        """Seconds to wait before asking again. Raises TimeoutError, and whatever `watch` does."""
        self.watch()
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(TICK_S, left)


class Wire:
    """Bytes out and in. Every method raises OSError, and what its patience does."""

    def __init__(self, connected: socket.socket, patience: Patience) -> None:
        self._socket = connected
        self._patience = patience

    @classmethod
    def to(cls, address: str, port: int, patience: Patience) -> Self:
        """Connect to an address: no name is looked up here."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            _connect(made, (address, port), patience)
        except BaseException:
            made.close()
            raise
        return cls(made, patience)

    def encrypt(self, host: str, context: ssl.SSLContext) -> None:
        """From here on TLS, with a certificate for this host."""
        self._socket.settimeout(TICK_S)
        wrapped = context.wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )
        self._socket = wrapped
        self._patiently(wrapped.do_handshake)

    def send(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            sent = self._patiently(partial(self._socket.send, left))
            left = left[sent:]

    def receive(self) -> bytes:
        """What came, at least a byte; nothing at the end."""
        return self._patiently(lambda: self._socket.recv(_PIECE))

    def close(self) -> None:
        """Also tells the server that nobody reads any more."""
        self._socket.close()

    def _patiently(self, step: Callable[[], T]) -> T:
        while True:
            self._socket.settimeout(self._patience.tick())
            try:
                return step()
            except TimeoutError:
                continue


def _connect(made: socket.socket, address: tuple[str, int], patience: Patience) -> None:
    made.setblocking(False)
    _check(made.connect_ex(address), but=errno.EINPROGRESS)
    done = select.poll()
    done.register(made, select.POLLOUT)
    while not done.poll(patience.tick() * 1000):
        pass
    _check(made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))


def _check(error: int, but: int = 0) -> None:
    if error not in {0, but}:
        raise OSError(error, os.strerror(error))
