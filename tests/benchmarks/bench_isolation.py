"""Isolation: what a process for each file costs, beside reading in the process that asks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

from ingest.collections import Collection
from ingest.ingestion import Ingestion
from ingest.isolation.reader import IsolatedReader
from ingest.isolation.wire import Bounds
from ingest.memory import MemoryCatalogue, MemoryIndex
from ingest.reading import FileReader, InProcessReader
from models.ports import Embedder
from server.benching import Figure
from server.settings import CHECKOUT, load
from server.wiring import make_embedder

SMALL = 500
WHOLE = 60
TIMES = 3
PEER = "in the process that asks"
PAGES = CHECKOUT.parent / "shared" / "data" / "service-public" / "documents.jsonl"
SENTENCE = "Chaque salarié a droit à vingt-cinq jours de congés payés par an, sauf accord. "

Files = list[tuple[str, bytes]]


def figures() -> Iterator[Figure]:
    small = [_small(n) for n in range(SMALL)]
    with closing(IsolatedReader(Bounds())) as isolated:
        isolated.read("first.md", b"# Page")  # the zygote is started once, not once a file
        inside = _read(InProcessReader(), small, lanes=1)
        one = _read(isolated, small, lanes=1)
        two = _read(isolated, small, lanes=2)
        yield Figure(f"isolation: {SMALL} small files, one at a time", one, "ms/file", PEER, inside)
        yield Figure(f"isolation: {SMALL} small files, two at a time", two, "ms/file", PEER, inside)
        yield from _whole(isolated)


def _small(n: int) -> tuple[str, bytes]:
    paragraphs = [SENTENCE * 3] * 5
    if n % 2:
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        return f"{n}.html", f"<html><body><h1>Page {n}</h1>{body}</body></html>".encode()
    return f"{n}.md", "\n\n".join([f"# Page {n}", *paragraphs]).encode()


def _read(reader: FileReader, files: Files, lanes: int) -> float:
    """Milliseconds a file, in the best of a few rounds: others use this machine too."""
    laps = []
    with ThreadPoolExecutor(lanes) as threads:
        for _ in range(TIMES):
            started = perf_counter()
            list(threads.map(lambda file: reader.read(*file), files))
            laps.append((perf_counter() - started) * 1000 / len(files))
    return min(laps)


def _whole(isolated: FileReader) -> Iterator[Figure]:
    """Reading, cutting, embedding and indexing separate files, in turns with the peer."""
    embedder = make_embedder(load())
    embedder.embed([SENTENCE])
    with tempfile.TemporaryDirectory() as folder:
        for name, data in _pages():
            (Path(folder) / name).write_bytes(data)
        laps = [
            (_ingested(Path(folder), embedder, isolated), _ingested(Path(folder), embedder, inside))
            for inside in [InProcessReader()] * TIMES
        ]
    ours, theirs = (median(times) for times in zip(*laps, strict=True))
    yield Figure(
        f"isolation: {WHOLE} files ingested", ours, "s", PEER, theirs, aim=f"≤ {theirs * 1.1:.4g}"
    )


def _pages() -> Files:
    """Real pages where they are at hand, as Markdown and as text in turns; else made ones."""
    if not PAGES.is_file():
        return [_small(n) for n in range(WHOLE)]
    with PAGES.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for _, line in zip(range(WHOLE), lines, strict=False)]
    return [(f"{n}.{'md' if n % 2 else 'txt'}", text.encode()) for n, text in enumerate(texts)]


def _ingested(folder: Path, embedder: Embedder, reader: FileReader) -> float:
    ingestion = Ingestion(MemoryIndex(), MemoryCatalogue(), embedder, reader)
    collection = Collection.undescribed("pages", "Camille", frozenset({"everyone"}))
    report = ingestion.run(folder, collection, lambda _done, _total: None)
    if report.failed:
        raise RuntimeError(f"{len(report.failed)} pages could not be read")
    return report.seconds
