"""One file, read by a process that ends with it."""

from __future__ import annotations

import os
from typing import NoReturn

from ingest import archives, readers
from ingest.errors import UnreadableFileError
from ingest.isolation import wire
from ingest.isolation.confinement import confine
from ingest.isolation.wire import OUT_OF_MEMORY, Bounds, Request

_CRASHED = 1


def run(request: Request, bounds: Bounds, data: int, reply: int) -> NoReturn:
    """Answer on the descriptor `reply` from the bytes in `data`, and end. Called after a fork."""
    status = _CRASHED
    try:
        parent = os.getppid()
        _keep_only(data, reply)
        confine(bounds, parent)
        _write(reply, _answer(request, _whole(data)))
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        # Whatever was raised says too much to be printed: it quotes the file.
        os._exit(status)


def _answer(request: Request, data: bytes) -> bytes:
    try:
        if request.name is None:
            return wire.listing(archives.members(data))
        content = archives.inflated(data, request.inside)
        return wire.reading(readers.read(request.name, content))
    except UnreadableFileError as error:
        return wire.refusal(error.reason)


def _keep_only(*descriptors: int) -> None:
    """Close what the zygote has open: other children's pipes, and the way to the parent."""
    first = 3  # standard input, output and error lead nowhere already
    for kept in sorted(descriptors):
        os.closerange(first, kept)
        first = kept + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


def _whole(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, size, 0)
    os.close(descriptor)
    return data


def _write(descriptor: int, reply: bytes) -> None:
    left = memoryview(reply)
    while left:
        left = left[os.write(descriptor, left) :]
