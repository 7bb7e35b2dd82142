"""Ingestion: files read, cut, embedded and indexed, beside the script that everyone writes.

The script is the usual stack at its best: windows of 600 characters, all embedded in one call by
sentence-transformers in float32, qdrant-client's local mode on disk. It has no rights, no record,
no words index and survives no crash. Models are loaded before the clock starts, for both.

`VIGIE_BENCH_CORPUS` names a `.jsonl` of real documents to be measured as well, each as a file of
its own, `VIGIE_BENCH_COPIES` times over (20); `VIGIE_BENCH_DOCUMENTS` takes so many of them only.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from french import PASSAGE, passages
from sentence_transformers import SentenceTransformer

from models.sentence import bundled_folder
from server.benching import Figure
from server.lazy import Lazy
from server.settings import load
from server.wiring import Parts, make_embedder, make_personal_data, open_vigie

FILES = 40
PASSAGES = 10  # of a file
COPIES = 5
PEER = "sentence-transformers float32 + qdrant-client local mode, same run"


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        folder, copies = Path(scratch) / "files", Path(scratch) / "copies"
        _write(folder)
        for n in range(COPIES):
            shutil.copytree(folder, copies / str(n))
        theirs = _script(folder, Path(scratch) / "qdrant")
        first, again, copied = _vigie(Path(scratch) / "home", folder, folder, copies)
    name = f"ingest: {FILES} files of {PASSAGES} passages"
    yield Figure(name, first, "s", PEER, theirs)
    yield Figure(f"{name}, times the peer's speed", theirs / first, "×", aim="≥ 2")
    copy = f"{name}, {COPIES} copies of each, once known"
    yield Figure(copy, copied, "s", f"{PEER}, {COPIES} times as long", theirs * COPIES)
    yield Figure(f"{name}, unchanged", again, "s", PEER, theirs)
    if corpus := os.environ.get("VIGIE_BENCH_CORPUS"):
        yield from _real(Path(corpus), int(os.environ.get("VIGIE_BENCH_COPIES", "20")))


def _real(corpus: Path, copies: int) -> Iterator[Figure]:
    """The script computes each copy anew, so one is measured; Vigie knows a text that it read."""
    first = int(os.environ.get("VIGIE_BENCH_DOCUMENTS", "0")) or None
    with tempfile.TemporaryDirectory() as scratch, corpus.open(encoding="utf-8") as lines:
        one, every = Path(scratch) / "one", Path(scratch) / "every"
        one.mkdir()
        documents = [json.loads(line) for line in islice(lines, first)]
        for document in documents:
            text = f"{document['title']}\n{document['text']}\n".lstrip()
            (one / f"{document['id']}.txt").write_text(text, encoding="utf-8")
        for n in range(copies):
            shutil.copytree(one, every / str(n))
        theirs = _script(one, Path(scratch) / "qdrant")
        (ours,) = _vigie(Path(scratch) / "first", one)
        (whole,) = _vigie(Path(scratch) / "whole", every)
    name = f"ingest: {len(documents)} documents of {corpus.parent.name}"
    yield Figure(f"{name}, once", ours, "s", PEER, theirs)
    yield Figure(f"{name}, once, times the peer's speed", theirs / ours, "×", aim="≥ 2")
    all_of_them = f"{name}, {copies} copies as {copies * len(documents)} files"
    peer = f"{PEER}, {copies} times as long"
    yield Figure(all_of_them, whole, "s", peer, theirs * copies)
    yield Figure(f"{all_of_them}, times the peer's speed", theirs * copies / whole, "×", aim="≥ 2")


def _write(folder: Path) -> None:
    folder.mkdir()
    text = passages(2)
    for n in range(FILES):
        page = "\n".join(islice(text, PASSAGES))
        (folder / f"note-{n}.txt").write_text(f"Note {n}\n{page}\n", encoding="utf-8")


def _vigie(home: Path, *folders: Path) -> list[float]:
    """Seconds of the ingestion of each of these, one after the other, in one new house."""
    settings = load(home, generator="extractive")
    embedder = make_embedder(settings)
    embedder.embed(["Bonjour"])
    parts = Parts(Lazy(lambda: embedder), Lazy(make_personal_data))
    with open_vigie(settings, parts) as house:

        def ingested(source: Path) -> float:
            started = time.perf_counter()
            report = house.library.ingest(source, source.name, house.operator, lambda _n, _of: None)
            assert not report.failed
            return time.perf_counter() - started

        return [ingested(folder) for folder in folders]


def _script(folder: Path, store: Path) -> float:
    from qdrant_client import QdrantClient, models

    model = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    model.encode(["Bonjour"], show_progress_bar=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its SQLite file is closed by the garbage collector
        client = QdrantClient(path=str(store))
        started = time.perf_counter()
        size = model.get_embedding_dimension() or 0
        params = models.VectorParams(size=size, distance=models.Distance.COSINE)
        client.create_collection("notes", vectors_config=params)
        pieces = [
            (path.name, text[start : start + PASSAGE])
            for path in sorted(folder.rglob("*.txt"))
            for text in (path.read_text(encoding="utf-8"),)
            for start in range(0, len(text), PASSAGE)
        ]
        vectors = model.encode([text for _, text in pieces], show_progress_bar=False)
        payload = [{"file": name, "text": text} for name, text in pieces]
        client.upload_collection("notes", vectors, payload=payload)
        taken = time.perf_counter() - started
        client.close()
    return taken
