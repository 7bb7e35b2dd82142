"""Ingestion: files read, cut, embedded and indexed, beside the script that everyone writes.

The script is the usual stack at its best: windows of 600 characters, all embedded in one call by
sentence-transformers in float32, qdrant-client's local mode on disk. It has no rights, no record,
no words index and survives no crash. Models are loaded before the clock starts, for both.
"""

from __future__ import annotations

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
        first, again, copied = _vigie(Path(scratch) / "home", folder, copies)
    name = f"ingest: {FILES} files of {PASSAGES} passages"
    yield Figure(name, first, "s", PEER, theirs)
    yield Figure(f"{name}, times the peer's speed", theirs / first, "×", aim="≥ 2")
    copy = f"{name}, {COPIES} copies of each, once known"
    yield Figure(copy, copied, "s", f"{PEER}, {COPIES} times as long", theirs * COPIES)
    yield Figure(f"{name}, unchanged", again, "s", PEER, theirs)


def _write(folder: Path) -> None:
    folder.mkdir()
    text = passages(2)
    for n in range(FILES):
        page = "\n".join(islice(text, PASSAGES))
        (folder / f"note-{n}.txt").write_text(f"Note {n}\n{page}\n", encoding="utf-8")


def _vigie(home: Path, folder: Path, copies: Path) -> tuple[float, float, float]:
    """Seconds of a first ingestion, of the same again, and of copies elsewhere."""
    settings = load(home, generator="extractive")
    embedder = make_embedder(settings)
    embedder.embed(["Bonjour"])
    parts = Parts(Lazy(lambda: embedder), Lazy(make_personal_data))
    with open_vigie(settings, parts) as house:

        def ingested(source: Path, name: str) -> float:
            started = time.perf_counter()
            report = house.library.ingest(source, name, house.operator, lambda _n, _of: None)
            assert not report.failed
            return time.perf_counter() - started

        return ingested(folder, "notes"), ingested(folder, "notes"), ingested(copies, "copies")


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
