"""The parent's end of a zygote: how it is started, asked and ended."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pydantic import TypeAdapter

from ingest.errors import ReaderUnavailableError
from ingest.isolation import wire
from ingest.isolation.wire import Bounds

START_S = 120.0
"""Until the zygote has loaded its libraries, on a machine with much else to do."""

GRACE_S = 10.0
"""Until the zygote has done what it is told."""

_ROOT = Path(__file__).parents[2]
_INHERITED = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX")  # and no secret


class LostError(Exception):
    """The zygote or a child vanished by no doing of ours."""


@dataclass(frozen=True, slots=True)
class StartedZygote:
    """Any thread may use it. Whatever the parent dies of, the zygote sees `control` close."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    sending: Lock = field(default_factory=Lock)

    @classmethod
    def start(cls, bounds: Bounds) -> StartedZygote:
        """Raises ReaderUnavailableError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                started = cls(_process(theirs.fileno(), bounds), ours)
            except OSError as error:
                ours.close()
                raise ReaderUnavailableError(
                    f"The process that reads files cannot be started ({error.strerror})."
                ) from error
        ours.settimeout(START_S)
        with contextlib.suppress(OSError):
            if ours.recv(len(wire.READY)) == wire.READY:
                ours.settimeout(GRACE_S)
                return started
        started.kill()
        raise ReaderUnavailableError("The process that reads files did not start.")

    def hand(self, message: bytes, descriptors: Sequence[int]) -> None:
        """Raises LostError."""
        try:
            with self.sending:
                socket.send_fds(self.control, [message], descriptors)
        except OSError as error:
            raise LostError from error

    def said(self, status: socket.socket) -> int:
        """How a child ended, as `subprocess` counts it. Raises LostError."""
        status.settimeout(GRACE_S)
        try:
            word = status.recv(64)
        except OSError as error:
            raise LostError from error
        if not word:
            raise LostError
        return int(word)

    def stop(self, status: socket.socket) -> None:
        """End a child; the zygote too, if it does not obey."""
        with contextlib.suppress(OSError):
            status.shutdown(socket.SHUT_WR)
        try:
            self.said(status)
        except LostError:
            self.kill()

    def is_dead(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        """Let it end its children and itself."""
        with self.sending:
            self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        with self.sending:
            self.control.close()


def _process(control: int, bounds: Bounds) -> subprocess.Popen[bytes]:
    """A new program, not a fork of this one: its threads and what they hold stay here.

    With `-P` nothing is imported from the folder one happens to stand in.
    """
    limits = TypeAdapter(Bounds).dump_json(bounds).decode()
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
        [sys.executable, "-P", "-m", "ingest.isolation.zygote", str(control), limits],
        pass_fds=[control],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={**inherited, "PYTHONPATH": str(_ROOT), "OMP_THREAD_LIMIT": "1"},
        start_new_session=True,  # an interrupt at the terminal is for us to handle
    )
