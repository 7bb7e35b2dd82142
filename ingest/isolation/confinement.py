"""What a child gives up before it looks at a file: time, memory, files, sockets. Linux only."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from functools import cache
from pathlib import Path

from ingest.isolation.wire import Bounds

# linux/prctl.h, linux/seccomp.h, linux/filter.h, linux/audit.h
_PR_SET_PDEATHSIG, _PR_GET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 3, 22, 38
_SECCOMP_MODE_FILTER = 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL_EPERM = 0x7FFF0000, 0x00050001
_CALL, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_IO_URING_SETUP = 425  # the same everywhere; it could open sockets unseen
_PROCESSORS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # and their socket(2)
_X32 = 0x40000000  # added to the numbers of x86_64's second set of calls

_OPEN_FILES = 64  # enough for the pipes of a program that recognises text


class _Program(ctypes.Structure):
    """`struct sock_fprog`: a filter's length and where it stands."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine(bounds: Bounds, parent: int) -> None:
    """Never undone, and passed on to whatever the child starts."""
    os.setsid()  # a group of its own: ended with all it started
    _die_with(parent)
    # Short of memory, the kernel ends this one rather than the server.
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _bound(resource.RLIMIT_AS, bounds.memory)
    # SIGXCPU says why; a second later nobody is asked any more.
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    _close_the_network()


def _bound(which: int, amount: int) -> None:
    resource.setrlimit(which, (amount, amount))


def _die_with(parent: int) -> None:
    _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before this was asked for
        os._exit(1)


def _close_the_network() -> None:
    """No socket can be made, by this process or by what it starts; needs no privilege."""
    known = _PROCESSORS.get(platform.machine())
    if known is None:
        return
    program = _filter(*known)
    _control(_PR_SET_NO_NEW_PRIVS, 1)
    _control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Program(*program)))


def _filter(architecture: int, socket: int) -> tuple[int, bytes]:
    """A filter in BPF: (code, jump if so, jump if not, operand). Source: seccomp(2)."""
    steps = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 0, 5, architecture),  # other sets of calls are not used here
        (_LOAD, 0, 0, _CALL),
        (_JUMP_IF_EQUAL, 3, 0, socket),
        (_JUMP_IF_EQUAL, 2, 0, _IO_URING_SETUP),
        (_JUMP_IF_EQUAL, 1, 0, socket + _X32),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _FAIL_EPERM),
    )
    return len(steps), b"".join(struct.pack("=HBBI", *step) for step in steps)


def _control(option: int, value: int, pointer: object = None) -> None:
    """prctl(2). A kernel that does not know an option leaves the other limits standing."""
    zero = ctypes.c_ulong(0)
    _system().prctl(option, ctypes.c_ulong(value), pointer, zero, zero)


@cache
def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def rehearse() -> None:
    """Ask the kernel for something harmless, so that children find the way there made."""
    _control(_PR_GET_DUMPABLE, 0)
