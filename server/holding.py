"""One server on one state folder: who holds it, and the socket it listens to for commands."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from server.errors import HomeInUseError

SOCKET = "vigie.sock"
LOCK = "server.lock"
LONGEST_SOCKET_PATH = 100  # bytes; Linux's sun_path holds 108


@contextlib.contextmanager
def hold(home: Path) -> Iterator[Callable[[str], None]]:
    """Hold the state folder until the end; what it yields tells others the address served.

    The kernel drops the lock when the process dies, however it dies.
    Raises HomeInUseError naming the one who holds it.
    """
    with (home / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUseError(
                f"The state folder {home} is in use by {_holder(file.name)}."
            ) from error

        def announce(address: str) -> None:
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "address": address}))
            file.flush()

        announce("no address yet")
        yield announce


def holder(home: Path) -> str | None:
    """Who serves this state folder now, in words; None when nobody does."""
    lock = home / LOCK
    if not lock.is_file():
        return None
    with lock.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(str(lock))
    return None


@contextlib.contextmanager
def socket_path(home: Path) -> Iterator[str]:
    """The command socket's path, short enough for the kernel even in a deep folder."""
    path = str((home / SOCKET).resolve())
    if len(path.encode()) <= LONGEST_SOCKET_PATH:
        yield path
        return
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)


def _holder(lock: str) -> str:
    try:
        found = json.loads(Path(lock).read_text(encoding="utf-8"))
        return f"process {found['pid']}, serving {found['address']}"
    except (OSError, ValueError, KeyError):
        return "another process"
