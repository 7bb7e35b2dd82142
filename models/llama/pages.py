"""Huge pages for a model's weights, each of which is read for every token.

In pages of 4 KB the processor finds its way to some ten thousand of them for 100 MB, and forgets
most of it until the next token; in pages of 2 MB, to fifty. Source: madvise(2), and the kernel's
Documentation/admin-guide/mm/transhuge.rst.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Event, Thread

POLICY = Path("/sys/kernel/mm/transparent_hugepage")
_MAPS = Path("/proc/self/maps")
_COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1
_AT_ONCE = 32 * 2**20  # bytes: whoever frees the memory waits for no more


class HugePages:
    """Moves memory into huge pages, in a thread of its own, where the machine leaves us the choice.

    What the memory holds stays as it is, and it may be used and freed meanwhile.
    """

    def __init__(self, memory: Collection[range], policy: Path = POLICY) -> None:
        self._over = Event()
        self._thread: Thread | None = None
        size = _size(policy)
        pieces = list(_pieces(memory, size)) if size else []
        if pieces:
            self._thread = Thread(target=self._move, args=(pieces,), name="pages", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Until all is moved that can be."""
        if self._thread is not None:
            self._thread.join()

    def end(self) -> None:
        """Move no more."""
        self._over.set()
        self.wait()

    def _move(self, pieces: Collection[range]) -> None:
        """An older kernel moves what it was advised about by itself, in its own time."""
        advise = ctypes.CDLL(None).madvise
        for piece in pieces:
            if self._over.is_set():
                return
            for advice in (mmap.MADV_HUGEPAGE, _COLLAPSE):
                advise(ctypes.c_void_p(piece.start), ctypes.c_size_t(len(piece)), advice)


def mapped() -> frozenset[range]:
    """The addresses of this process that belong to no file; none where the kernel does not say."""
    try:
        lines = _MAPS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    fields = (line.split() for line in lines)
    return frozenset(_range(addresses) for addresses, mode, *_, file in fields if _ours(mode, file))


def _ours(mode: str, file: str) -> bool:
    return mode == "rw-p" and file == "0"  # without a name, the last field is the number of a file


def _range(addresses: str) -> range:
    start, end = (int(one, 16) for one in addresses.split("-"))
    return range(start, end)


def _size(policy: Path) -> int:
    """Bytes of a huge page; 0 where the machine gives none, or gives them unasked."""
    try:
        asked_for = "[madvise]" in (policy / "enabled").read_text(encoding="ascii")
        return int((policy / "hpage_pmd_size").read_text(encoding="ascii")) if asked_for else 0
    except (OSError, ValueError):
        return 0


def _pieces(memory: Collection[range], size: int) -> Iterator[range]:
    """Whole huge pages, a few of them at a time."""
    for one in memory:
        first, last = -(-one.start // size) * size, one.stop // size * size
        step = max(size, _AT_ONCE)
        yield from (range(at, min(at + step, last)) for at in range(first, last, step))
