"""A real ingestion, killed at random moments: no document twice, none too many, none missing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from passages import WordsEmbedder

from ingest.edge_folder import EdgeFolder
from ingest.folders import Folder
from ingest.index import Audience, Query
from ingest.ledger import FileState
from ingest.live import LiveIndex
from models.ports import Language
from server.store import Store
from server.store.files import Files
from server.store.shelves import Shelves

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
KILLS = 6
FILES = 60
ENDS_S = 120
SEED = 20_261_126
INGEST = """
import sys
from pathlib import Path
sys.path[:0] = ["tests", "."]
from passages import WordsEmbedder
from ingest.collections import Collection
from ingest.edge_folder import EdgeFolder
from ingest.ingestion import Ingestion
from ingest.report import RunOptions
from ingest.isolation.reader import IsolatedReader
from ingest.isolation.wire import Bounds
from ingest.live import LiveIndex
from server.store import Store
from server.store.files import Files
from server.store.shelves import Shelves

home, folder = Path(sys.argv[1]), Path(sys.argv[2])
store, embedder = Store.open(home / "store.db"), WordsEmbedder()
index = LiveIndex.open(EdgeFolder(home / "index"), embedder)
reader = IsolatedReader(Bounds(), 2)
reader.read("page.md", b"# Page")  # starts what reads
collection = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))
ingestion = Ingestion(index, Shelves(store), embedder, reader, Files(store))
print("ready", flush=True)
report = ingestion.run(folder, collection, lambda done, of: None, RunOptions(allow_removals=True))
index.close()
reader.close()
store.close()
print(report.unchanged)
"""


def start(home: Path, folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(home), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"# {name}\n\n{text}", encoding="utf-8")


def stir(folder: Path, chance: random.Random, turn: int) -> None:
    """Change, rename, remove and add a few files."""
    names = sorted(path.name for path in folder.glob("*.md"))
    changed, renamed, removed = chance.sample(names, 3)
    write(folder, changed, f"Un texte changé au tour {turn}.")
    (folder / renamed).rename(folder / f"avis-{turn}.md")
    (folder / removed).unlink()
    for n in range(3):
        write(folder, f"neuf-{turn}-{n}.md", f"Un texte neuf {turn} {n}. " * 40)


def found(home: Path) -> list[tuple[str, str]]:
    """Every passage that can be found, with its document."""
    embedder = WordsEmbedder()
    index = LiveIndex.open(EdgeFolder(home / "index"), embedder)
    try:
        vector, digest = embedder.embed(["texte"]), embedder.identity.digest
        query = Query("texte", vector, Language.FRENCH, embedder=digest)
        hits = index.search(query, Audience(frozenset({"everyone"})), 10_000)
        assert len(hits) == index.count()
        return sorted((hit.chunk.document, hit.chunk.text) for hit in hits)
    finally:
        index.close()


def test_an_ingestion_killed_again_and_again_ends_as_one_that_was_not(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    home, fresh, folder = (tmp_path / name for name in ("home", "fresh", "rh"))
    for made in (home, fresh, folder):
        made.mkdir()
    for n in range(FILES):
        write(folder, f"note-{n}.md", f"Un texte numéro {n}. " * chance.randint(1, 120))
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7 nothing")

    for turn in range(KILLS):
        process = start(home, folder)
        time.sleep(chance.uniform(0.0, 0.6))
        process.kill()
        process.communicate()
        stir(folder, chance, turn)
    for place in (home, fresh):
        start(place, folder).communicate(timeout=ENDS_S)
    unchanged, _ = start(home, folder).communicate(timeout=ENDS_S)

    documents = {path.name for path in folder.glob("*.md")}
    assert found(home) == found(fresh)
    assert {document for document, _ in found(home)} == documents
    assert int(unchanged) == len(documents)
    store = Store.open(home / "store.db")
    assert set(Shelves(store).marks("rh")) == documents
    assert all(mark.fingerprint for mark in Shelves(store).marks("rh").values())
    notes = Files(store).notes("rh", Folder(folder).origin)
    store.close()
    assert notes.keys() == {*documents, "plan.pdf"}
    assert {note.state for path, note in notes.items() if path != "plan.pdf"} == {FileState.INDEXED}
