from __future__ import annotations

import ctypes
import mmap
import re
from pathlib import Path

import pytest
from tiny_gguf import build

from models.llama.pages import POLICY, HugePages, mapped
from models.llama.weights import Weights

SIZE = 64 * 2**20
COLLAPSE = 25  # MADV_COLLAPSE


def policy(folder: Path, enabled: str) -> Path:
    (folder / "enabled").write_text(enabled)
    (folder / "hpage_pmd_size").write_text("2097152\n")
    return folder


class Memory:
    """Some memory, each page of it touched."""

    def __init__(self) -> None:
        self._mapped = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._mapped.madvise(mmap.MADV_NOHUGEPAGE)
        for at in range(0, SIZE, mmap.PAGESIZE):
            self._mapped[at] = at // mmap.PAGESIZE % 251
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._mapped))
        self.addresses = range(start, start + SIZE)

    @property
    def is_whole(self) -> bool:
        pages = range(0, SIZE, mmap.PAGESIZE)
        return all(self._mapped[at] == at // mmap.PAGESIZE % 251 for at in pages)

    @property
    def huge(self) -> int:
        """Bytes of it that lie in huge pages."""
        found = 0
        inside = False
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if head := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
                start, end = (int(one, 16) for one in head.groups())
                inside = start < self.addresses.stop and end > self.addresses.start
            elif inside and line.startswith("AnonHugePages:"):
                found += int(line.split()[1]) * 1024
        return found


@pytest.fixture
def asks(tmp_path: Path) -> Path:
    """The policy of a machine that gives huge pages to whoever asks for them."""
    if not POLICY.is_dir() or "[never]" in (POLICY / "enabled").read_text():
        pytest.skip("this machine gives no huge pages")
    if not _collapses():
        pytest.skip("this kernel moves no pages when told, or has none to give")
    return policy(tmp_path, "always [madvise] never")


def _collapses() -> bool:
    """Whether this kernel can (since Linux 6.1) and has huge pages to give."""
    memory = Memory()
    start, size = ctypes.c_void_p(memory.addresses.start), ctypes.c_size_t(SIZE)
    advise = ctypes.CDLL(None).madvise
    return not advise(start, size, mmap.MADV_HUGEPAGE) and not advise(start, size, COLLAPSE)


def test_memory_is_moved_and_holds_what_it_held(asks: Path) -> None:
    memory = Memory()
    HugePages([memory.addresses], asks).wait()

    assert memory.huge >= SIZE // 2
    assert memory.is_whole


@pytest.mark.parametrize("enabled", ["always madvise [never]", "[always] madvise never"])
def test_a_machine_that_decided_is_left_alone(tmp_path: Path, enabled: str) -> None:
    memory = Memory()
    HugePages([memory.addresses], policy(tmp_path, enabled)).wait()

    assert memory.huge == 0


def test_a_machine_without_them_is_no_error(tmp_path: Path) -> None:
    HugePages([range(SIZE)], tmp_path / "nowhere").wait()


def test_what_was_freed_meanwhile_is_passed_over(asks: Path) -> None:
    freed = Memory().addresses
    other = Memory()
    HugePages([freed, other.addresses], asks).wait()

    assert other.is_whole


def test_new_memory_is_found_among_what_is_mapped() -> None:
    before = mapped()
    memory = Memory()
    new = mapped() - before

    assert any(one.start <= memory.addresses.start < one.stop for one in new)


def test_weights_can_be_closed_before_they_have_settled(tmp_path: Path) -> None:
    for _ in range(3):
        Weights(build(tmp_path / "tiny.gguf"), use_mmap=False).close()
