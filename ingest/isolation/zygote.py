"""The zygote: loads the readers once, then forks a child for each file it is handed.

It has one thread and reads no file itself, so that its children start clean and at once.
It ends, and its children with it, when the process that started it does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass

from pydantic import TypeAdapter

from ingest import readers
from ingest.isolation import child, confinement, wire
from ingest.isolation.wire import Bounds, Request

PRELOADED = (
    "PIL.Image",
    "charset_normalizer",
    "defusedxml.ElementTree",
    "docx",
    "lxml.etree",
    "markdown_it",
    "numpy",
    "olefile",
    "openpyxl",
    "pypdfium2",
    "selectolax.lexbor",
    "ingest.readers.docx",
    "ingest.readers.epub",
    "ingest.readers.html",
    "ingest.readers.mail",
    "ingest.readers.markdown",
    "ingest.readers.opendocument",
    "ingest.readers.outlook",
    "ingest.readers.pdf",
    "ingest.readers.picture",
    "ingest.readers.pptx",
    "ingest.readers.recognition",
    "ingest.readers.rtf",
    "ingest.readers.separated",
    "ingest.readers.text",
    "ingest.readers.xlsx",
)
"""What readers would import in each child anew."""

_LONGEST_REQUEST = 65536  # bytes
_HANDED = 3  # descriptors that come with a request: the bytes, the reply, the status


@dataclass(frozen=True, slots=True)
class _Child:
    """A child at work. Its parent's end of `status` closes when nobody waits for it any more."""

    pid: int
    ended: int  # a descriptor of the process, readable when it ended
    status: socket.socket


class Zygote:
    """Hands each request to a child of its own; says how each child ended."""

    def __init__(self, control: socket.socket, bounds: Bounds) -> None:
        self._control = control
        self._bounds = bounds
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}

    def serve(self) -> None:
        """Until the other end of `control` is closed."""
        self._selector.register(self._control, selectors.EVENT_READ)
        self._control.send(wire.READY)
        try:
            while all(self._turn(key) for key, _ in self._selector.select()):
                pass
        finally:
            for one in self._children.values():
                _kill(one.pid)

    def _turn(self, key: selectors.SelectorKey) -> bool:
        """False when the work is over."""
        if key.fileobj is self._control:
            return self._take()
        one = self._children.get(key.data)
        if one is None:
            return True  # it ended earlier in this very turn
        if key.fileobj == one.ended:
            self._bury(one)
        else:
            self._selector.unregister(one.status)
            _kill(one.pid)
        return True

    def _take(self) -> bool:
        message, handed, _, _ = socket.recv_fds(self._control, _LONGEST_REQUEST, _HANDED)
        if not message:
            return False
        data, reply, said = handed
        status = socket.socket(fileno=said)
        try:
            self._bear(wire.unpacked(message), data, reply, status)
        except OSError:
            status.send(_said(wire.NO_CHILD))
            status.close()
        finally:
            os.close(data)
            os.close(reply)
        return True

    def _bear(self, request: Request, data: int, reply: int, status: socket.socket) -> None:
        pid = os.fork()
        if pid == 0:
            child.run(request, self._bounds, data, reply)
        one = _Child(pid, os.pidfd_open(pid), status)
        self._children[pid] = one
        self._selector.register(one.ended, selectors.EVENT_READ, pid)
        self._selector.register(status, selectors.EVENT_READ, pid)

    def _bury(self, one: _Child) -> None:
        # What it started may live on in its group, whose number stays taken until it is reaped.
        _kill(one.pid)
        _, status = os.waitpid(one.pid, 0)
        del self._children[one.pid]
        self._selector.unregister(one.ended)
        os.close(one.ended)
        with contextlib.suppress(KeyError):
            self._selector.unregister(one.status)
        with contextlib.suppress(OSError):  # nobody waits for it any more
            one.status.send(_said(os.waitstatus_to_exitcode(status)))
        one.status.close()


def _said(status: int) -> bytes:
    return str(status).encode()


def _kill(pid: int) -> None:
    """The child and all it started; it may not have a group of its own yet."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _rehearse() -> None:
    """Read a page of our own, so that children find made what is made on first use."""
    request = wire.unpacked(wire.packed(Request("page.md")))
    wire.read(wire.reading(readers.read(str(request.name), b"# Page\n\n- Bonjour\n")))
    wire.listing(())
    confinement.rehearse()


def main() -> None:
    """`python -m ingest.isolation.zygote DESCRIPTOR BOUNDS`, started by `reader` alone."""
    descriptor, bounds = sys.argv[1:]
    for name in PRELOADED:
        importlib.import_module(name)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # a device, no path of ours
        os.dup2(nowhere.fileno(), sys.stderr.fileno())  # what libraries print quotes the file
    _rehearse()
    gc.collect()
    gc.freeze()  # children share what is loaded, and do not look through it for garbage
    with socket.socket(fileno=int(descriptor)) as control:
        Zygote(control, TypeAdapter(Bounds).validate_json(bounds)).serve()


if __name__ == "__main__":
    main()
