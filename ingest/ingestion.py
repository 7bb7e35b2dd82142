"""Ingestion: makes a collection hold what its source holds, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Several
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from guardrails.verdicts import Wording
from ingest import chunking, readers
from ingest.collections import Collection
from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.errors import UnreadableFileError
from ingest.index import Index
from ingest.sources import Entry, FailedFile, Source, open_source
from models.ports import Embedder, Language

TITLE = 120
"""Characters at most of a title made from a text."""

BATCH = 256
"""Chunks embedded together: enough to fill the model's batches, little enough to lose."""


class Catalogue(Protocol):
    """What ingestion remembers between two runs; every method is durable when it returns."""

    def fingerprints(self, collection: str) -> Mapping[str, str]:
        """Document id → fingerprint; empty for one that was begun and not finished."""
        ...

    def begin(self, document: Document) -> None:
        """Mark the document as not indexed: its passages are about to change."""
        ...

    def finish(self, document: Document, fingerprint: str) -> None:
        """Mark it as indexed, and keep its text so that a citation can be opened."""
        ...

    def forget(self, collection: str, ids: Several[str]) -> None: ...


class MemoryCatalogue(Catalogue):
    """The reference: remembers as long as the process lives."""

    def __init__(self) -> None:
        self._fingerprints: dict[str, dict[str, str]] = {}
        self._documents: dict[tuple[str, str], Document] = {}

    def fingerprints(self, collection: str) -> Mapping[str, str]:
        return dict(self._fingerprints.get(collection, {}))

    def begin(self, document: Document) -> None:
        self._fingerprints.setdefault(document.collection, {})[document.id] = ""

    def finish(self, document: Document, fingerprint: str) -> None:
        self._fingerprints.setdefault(document.collection, {})[document.id] = fingerprint
        self._documents[document.collection, document.id] = document

    def forget(self, collection: str, ids: Several[str]) -> None:
        for id_ in ids:
            self._fingerprints.get(collection, {}).pop(id_, None)
            self._documents.pop((collection, id_), None)

    def document(self, collection: str, id_: str) -> Document | None:
        """The text that citations open; None while the document is not indexed."""
        indexed = self._fingerprints.get(collection, {}).get(id_)
        return self._documents.get((collection, id_)) if indexed else None


@dataclass(frozen=True, slots=True)
class IngestionReport:
    """What one run did. A document that can no longer be read is removed, and failed."""

    added: int
    updated: int
    removed: int
    unchanged: int
    failed: tuple[FailedFile, ...]
    chunks: int
    seconds: float


@dataclass(slots=True)
class _Run:
    """What one run has done so far."""

    known: Mapping[str, str]
    total: int
    progress: Callable[[int, int], None]
    waiting: list[tuple[Document, tuple[Chunk, ...]]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    failed: list[FailedFile] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0

    def fail(self, label: str, reason: Wording) -> None:
        self.failed.append(FailedFile(label, reason))

    def settle(self) -> None:
        done = self.added + self.updated + self.unchanged + len(self.failed)
        self.progress(min(done, self.total), self.total)


class Ingestion:
    """Reads, cuts, embeds and indexes. Killed at any point, the next run mends what is left.

    A document is marked before its passages change and confirmed after they did, so that
    the catalogue never calls indexed what the index does not hold.
    """

    def __init__(
        self,
        index: Index,
        catalogue: Catalogue,
        embedder: Embedder,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._index = index
        self._catalogue = catalogue
        self._embedder = embedder
        self._clock = clock

    def run(
        self, source: Path, collection: Collection, progress: Callable[[int, int], None]
    ) -> IngestionReport:
        """Make the collection hold what the source holds: a folder, a file or a `.jsonl`.

        What is gone from a folder or a `.jsonl`, or can no longer be read there, leaves the
        index; other sources' documents stay. `progress` gets documents done and in all.
        Raises UnreadableFileError when the source itself cannot be opened.
        """
        started = self._clock()
        opened = open_source(source)
        run = _Run(self._catalogue.fingerprints(collection.name), opened.total, progress)
        for entry in opened.entries():
            self._take(entry, opened, collection, run)
        self._index_waiting(opened, run)
        removed = self._remove_missing(opened, collection, run)
        progress(run.total, run.total)
        return IngestionReport(
            added=run.added,
            updated=run.updated,
            removed=removed,
            unchanged=run.unchanged,
            failed=tuple(run.failed),
            chunks=run.chunks,
            seconds=self._clock() - started,
        )

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Index anew what the catalogue holds, into an empty index. How many passages.

        For another embedder: the texts are taken from the catalogue, no file is read.
        """
        everything = tuple(documents)
        sources = {
            name: self._catalogue.fingerprints(name)
            for name in {document.collection for document in everything}
        }
        # First all are marked: killed half-way, the next ingestion indexes what is missing.
        for document in everything:
            self._catalogue.begin(document)
        written = 0
        for document in everything:
            origin = sources[document.collection].get(document.id, "").partition(":")[0]
            written += self._index_all([(document, chunking.chunks(document))], origin)
        return written

    def _take(
        self, entry: Entry | FailedFile, source: Source, collection: Collection, run: _Run
    ) -> None:
        if isinstance(entry, FailedFile):
            run.failed.append(entry)
        elif entry.id in run.seen:
            run.fail(entry.label, readers.reasons.DUPLICATE)
        elif run.known.get(entry.id) == self._fingerprint(entry, source, collection):
            run.seen.add(entry.id)
            run.unchanged += 1
        else:
            self._read(entry, collection, run)
        run.settle()
        if sum(len(cut) for _, cut in run.waiting) >= BATCH:
            self._index_waiting(source, run)

    def _read(self, entry: Entry, collection: Collection, run: _Run) -> None:
        try:
            document = _document(entry, collection)
        except UnreadableFileError as error:
            run.fail(entry.label, error.reason)
            return
        run.seen.add(entry.id)
        run.waiting.append((document, chunking.chunks(document)))

    def _index_waiting(self, source: Source, run: _Run) -> None:
        run.chunks += self._index_all(run.waiting, source.origin)
        updated = sum(1 for document, _ in run.waiting if run.known.get(document.id))
        run.updated += updated
        run.added += len(run.waiting) - updated
        run.waiting = []
        run.settle()

    def _index_all(self, waiting: list[tuple[Document, tuple[Chunk, ...]]], origin: str) -> int:
        """Embed these documents together, then index one after the other."""
        if not waiting:
            return 0
        texts = [chunk.text for _, cut in waiting for chunk in cut]
        vectors = self._embedder.embed([*texts, *(document.title for document, _ in waiting)])
        start = 0
        for position, (document, cut) in enumerate(waiting):
            bodies = vectors[start : start + len(cut)]
            title = vectors[len(texts) + position][None, :]
            start += len(cut)
            self._catalogue.begin(document)
            self._index.replace(document, EmbeddedChunks(cut, bodies, title))
            digest = self._embedder.identity.digest
            self._catalogue.finish(document, fingerprint_of(document, origin, digest))
        return len(texts)

    def _remove_missing(self, source: Source, collection: Collection, run: _Run) -> int:
        missing = [
            id_
            for id_, fingerprint in run.known.items()
            if id_ not in run.seen and source.answers_for(id_, fingerprint)
        ]
        # Marked first: between two steps the catalogue may say too little, never too much.
        for id_ in missing:
            self._catalogue.begin(_withdrawn(id_, collection))
        if missing:
            self._index.remove(collection.name, missing)
            self._catalogue.forget(collection.name, missing)
        return len(missing)

    def _fingerprint(self, entry: Entry, source: Source, collection: Collection) -> str:
        return fingerprint(
            source.origin,
            entry.version,
            collection.readers_of(entry.id),
            collection.language_of(entry.id),
            self._embedder.identity.digest,
        )


def fingerprint(
    origin: str, version: str, groups: frozenset[str], language: Language, embedder: str
) -> str:
    """Where a document came from, then everything that decides what the index holds of it."""
    decides = [version, sorted(groups), language, readers.VERSION, chunking.VERSION, embedder]
    return f"{origin}:{hashlib.sha256(json.dumps(decides).encode()).hexdigest()}"


def fingerprint_of(document: Document, origin: str, embedder: str) -> str:
    return fingerprint(origin, document.version, document.readers, document.language, embedder)


def _document(entry: Entry, collection: Collection) -> Document:
    reading = entry.read()
    text, spans = chunking.document_text(reading)
    if not text:
        raise UnreadableFileError(readers.reasons.NO_TEXT)
    return Document(
        collection=collection.name,
        id=entry.id,
        title=chunking.clean(reading.title) or _opening(text),
        text=text,
        language=collection.language_of(entry.id),
        readers=collection.readers_of(entry.id),
        version=entry.version,
        url=entry.url,
        spans=spans,
    )


def _opening(text: str) -> str:
    """The first words, for a document without a title."""
    line = text.partition("\n")[0]
    return line if len(line) <= TITLE else line[:TITLE].rpartition(" ")[0] + "…"


def _withdrawn(id_: str, collection: Collection) -> Document:
    """What stands in a document's place while it leaves: no text, read by nobody."""
    return Document(collection.name, id_, "", "", collection.language, frozenset(), "")
