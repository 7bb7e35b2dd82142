"""Syncing again what nobody touched, beside the same run with every file opened."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from zipfile import ZIP_STORED, ZipFile

from passages import WordsEmbedder

from ingest.collections import Collection
from ingest.ingestion import Ingestion
from ingest.memory import MemoryIndex
from ingest.reading import InProcessReader
from ingest.report import RunOptions
from ingest.stamps import SETTLED_NS
from server.benching import Figure
from server.store import Store
from server.store.files import Files
from server.store.shelves import Shelves

SIZES = (1_000, 10_000)
ZIPS = 1_000
RUNS = 3
MARKUP = "<!--" + "x" * 65_536 + "-->"
PEER = "every file opened and hashed (--checksum), same run"


def figures() -> Iterator[Figure]:
    for n in SIZES:
        with tempfile.TemporaryDirectory() as place:
            looked, opened = _synced(Path(place), n)
        aim = "≤ 10" if n == max(SIZES) else ""
        yield Figure(f"sync: {n} unchanged files", looked, "s", PEER, opened, aim)
    with tempfile.TemporaryDirectory() as place:
        looked, opened = _synced(Path(place), ZIPS, zipped=True)
    yield Figure(f"sync: {ZIPS} unchanged archives of one file", looked, "s", PEER, opened)


def _write(folder: Path, i: int, *, zipped: bool) -> None:
    page = f"<p>La page numéro {i}.</p>{MARKUP}"
    folder.mkdir(parents=True, exist_ok=True)
    if not zipped:
        (folder / f"page-{i}.html").write_text(page, encoding="utf-8")
        return
    with ZipFile(folder / f"lot-{i}.zip", "w", ZIP_STORED) as archive:
        archive.writestr(f"page-{i}.html", page)


def _synced(place: Path, n: int, *, zipped: bool = False) -> tuple[float, float]:
    """Seconds, in the median, of a run again: by the files' looks, and by their content."""
    folder = place / "files"
    for i in range(n):
        _write(folder / f"{i % 100}", i, zipped=zipped)
    with closing(Store.open(place / "store.db")) as store:
        ingestion = Ingestion(
            MemoryIndex(), Shelves(store), WordsEmbedder(), InProcessReader(), Files(store)
        )
        _seconds(ingestion, folder, RunOptions())
        time.sleep(SETTLED_NS / 1e9)
        _seconds(ingestion, folder, RunOptions())  # notes how the files look, now settled
        looked = [_seconds(ingestion, folder, RunOptions()) for _ in range(RUNS)]
        opened = [_seconds(ingestion, folder, RunOptions(checksum=True)) for _ in range(RUNS)]
    return median(looked), median(opened)


def _seconds(ingestion: Ingestion, folder: Path, options: RunOptions) -> float:
    collection = Collection.undescribed("bench", "bench", frozenset({"everyone"}))
    started = time.perf_counter()
    report = ingestion.run(folder, collection, lambda _done, _of: None, options)
    assert not report.failed
    return time.perf_counter() - started
