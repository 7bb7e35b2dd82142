"""A house that ingests one collection again and again, with an embedder behind a switch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hostile.zips import zipped
from passages import WordsEmbedder

from ingest.address import Address
from ingest.collections import Collection
from ingest.errors import UnreadableFileError
from ingest.folders import Folder
from ingest.index import Audience, Index, Query
from ingest.ingestion import Ingestion
from ingest.ledger import FileNote, FileState, Ledger
from ingest.memory import MemoryCatalogue, MemoryIndex, MemoryLedger
from ingest.patience import Patience
from ingest.readers import reasons
from ingest.reading import FileReader, InProcessReader
from ingest.remote import Remote, RemoteFile, RemoteStore
from ingest.report import AS_USUAL, IngestionReport, RunOptions
from ingest.sources import Source
from models.errors import Revocation, WritingRevokedError
from models.ports import Language, Matrix

PLACE = Address.parse("s3://documents/rh")
NO_PAUSE = (0.0, 0.0)
RH = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))
HOUR_NS = 3_600_000_000_000


def later() -> int:
    """A clock an hour ahead: what was written just now has settled."""
    return time.time_ns() + HOUR_NS


class StoppableEmbedder(WordsEmbedder):
    """An embedder behind a switch."""

    stopped = False

    def embed(self, texts: Sequence[str]) -> Matrix:
        if self.stopped:
            raise WritingRevokedError(Revocation.STOPPED)
        return super().embed(texts)


class House:
    def __init__(self) -> None:
        self.index: Index = MemoryIndex()
        self.catalogue = MemoryCatalogue()
        self.ledger: Ledger = MemoryLedger()
        self.embedder = StoppableEmbedder()
        self.reader: FileReader = InProcessReader()
        self.collection = RH

    def ingest(self, source: Path | Source, options: RunOptions = AS_USUAL) -> IngestionReport:
        ingestion = Ingestion(self.index, self.catalogue, self.embedder, self.reader, self.ledger)
        opened = Folder(source, later) if isinstance(source, Path) else source
        return ingestion.run(opened, self.collection, lambda _done, _of: None, options)

    def found(self) -> dict[str, str]:
        query = Query("texte", WordsEmbedder().embed(["texte"]), Language.FRENCH)
        hits = self.index.search(query, Audience(frozenset({"everyone"})), 1000)
        return {hit.chunk.document: hit.chunk.text for hit in hits}

    def notes(self, folder: Path) -> dict[str, FileNote]:
        return dict(self.ledger.notes("rh", Folder(folder).origin))

    def states(self, folder: Path) -> dict[str, FileState]:
        return {path: note.state for path, note in self.notes(folder).items()}


def many(folder: Path, n: int) -> None:
    for i in range(n):
        (folder / f"page-{i:03}.md").write_text(f"Un texte de la page {i}.", encoding="utf-8")


class HeldStore(RemoteStore):
    """A remote place that is only here."""

    def __init__(self) -> None:
        self.held = {
            "rh/note.md": b"Un texte.",
            "rh/lot.zip": zipped(("a.md", b"Un texte du lot.")),
        }
        self.failing: dict[str, Exception] = {}

    def files(self, folder: str) -> Iterator[RemoteFile]:
        for path, content in self.held.items():
            if path.startswith(folder):
                yield RemoteFile(path, len(content), str(hash(content)))

    def read(self, path: str, most: int) -> bytes:
        if path in self.failing:
            raise self.failing[path]
        if path not in self.held:
            raise UnreadableFileError(reasons.GONE)
        return self.held[path][:most]


def opened(store: HeldStore) -> Remote:
    return Remote(PLACE, store, Patience(NO_PAUSE))
