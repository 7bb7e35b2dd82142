"""A hostile file cannot hurt: it is read within limits or refused with a reason, and no other is.

Real ingestion, real processes, the real index; only the embedder is a small one.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hostile
import pytest
from hostile.zips import PAGE
from passages import WordsEmbedder

from ingest.report import IngestionReport
from ingest.sources import printable
from server.lazy import Lazy
from server.settings import load
from server.store import Store
from server.store.shelves import Shelves
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow

MEGA = 1024 * 1024
LIMITS = {"read_seconds": 20, "read_cpu_seconds": 1, "read_memory_mb": 512}
KINDS_AT_LEAST = 40
BYSTANDERS = ("000-first.md", "middle.md", "zzz-last.md")


@contextlib.contextmanager
def opened(home: Path, parts: Parts) -> Iterator[Vigie]:
    small = replace(parts, embedder=Lazy(WordsEmbedder))
    with open_vigie(load(home, generator="extractive", **LIMITS), small) as vigie:
        yield vigie


def ingest(vigie: Vigie, folder: Path) -> IngestionReport:
    return vigie.library.ingest(folder, "hostile", vigie.operator, lambda _done, _total: None)


def memory(field: str) -> int:
    """Bytes of this process: `VmRSS` now, `VmHWM` at most since it was last reset."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (found,) = [line for line in lines if line.startswith(f"{field}:")]
    return int(found.split()[1]) * 1024


def count(report: IngestionReport) -> dict[str, int]:
    """How many were refused for each reason."""
    return dict(Counter(failed.reason.en for failed in report.failed).most_common())


def documents(home: Path) -> set[str]:
    store = Store.open(home / "store.db")
    try:
        return set(Shelves(store).readers("hostile"))
    finally:
        store.close()


def test_every_hostile_file_is_read_or_refused_and_the_others_are_read(
    tmp_path: Path, parts: Parts, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hostile"
    names = hostile.build(folder)
    for name in BYSTANDERS:
        (folder / name).write_bytes(PAGE)
    parts.embedder.get().embed([PAGE.decode()])  # what a model weighs is not the files' doing
    parts.personal_data.get()
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # VmHWM counts from here

    with opened(tmp_path / "home", parts) as vigie:
        report = ingest(vigie, folder)
    known = documents(tmp_path / "home")

    taken = memory("VmHWM") - before
    told = {failed.path for failed in report.failed} | known
    silent = [name for name in map(printable, names) if not is_told(name, told)]
    with capsys.disabled():
        read = sum(is_told(name, known) for name in map(printable, names))
        print(f"\n{len(names)} kinds, {read} with something read, {taken // MEGA} MB more", end="")
        print(f" at most, {report.seconds:.0f} s; {count(report)}")
    assert len(names) >= KINDS_AT_LEAST
    assert silent == []
    assert set(BYSTANDERS) <= known
    assert report.added == len(known)
    assert taken < 700 * MEGA


def is_told(name: str, told: set[str]) -> bool:
    """An archive that was opened is told by the files in it."""
    return name in told or any(one.startswith(f"{name}/") for one in told)
