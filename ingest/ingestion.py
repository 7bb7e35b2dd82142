"""Ingestion: makes a collection hold what its source holds, whatever happens on the way."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest import chunking, readers
from ingest.ahead import read_ahead
from ingest.collections import Collection
from ingest.documents import Chunk, Document, EmbeddedChunks, Hidden, Reading
from ingest.errors import UnreadableFileError
from ingest.index import Index
from ingest.reading import FileReader
from ingest.sources import Entry, FailedFile, open_source
from ingest.unpacking import Unpacking
from ingest.words import embedded_text
from models.ports import Embedder, Language, ModelIdentity
from models.wording import Wording

TITLE = 120
"""Characters at most of a title made from a text."""

BATCH = 256
"""Chunks embedded together: enough to fill the model's batches, little enough to lose."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of a document: the source it came from, and how it was indexed."""

    origin: str
    fingerprint: str  # empty for one that was begun and not finished


class Catalogue(Protocol):
    """What ingestion remembers between two runs; every method is durable when it returns."""

    def marks(self, collection: str) -> Mapping[str, Mark]:
        """What is remembered of the collection's documents, by their ids."""
        ...

    def begin(self, document: Document, origin: str) -> None:
        """Mark this source's document as not indexed: its passages are about to change."""
        ...

    def finish(self, document: Document, fingerprint: str) -> None:
        """Mark it as indexed, and keep its text so that a citation can be opened."""
        ...

    def forget(self, collection: str, ids: Several[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Remark:
    """What a document holds that was not indexed; nothing is wrong with the rest of it."""

    path: str
    hidden: Hidden


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
    remarks: tuple[Remark, ...] = ()  # on documents added or updated


@dataclass(frozen=True, slots=True)
class _Cut:
    """A document and its passages, read and not yet indexed."""

    document: Document
    chunks: tuple[Chunk, ...]
    origin: str


@dataclass(slots=True)
class _Run:
    """What one run has done so far."""

    known: Mapping[str, Mark]
    source: Unpacking
    collection: Collection
    progress: Callable[[int, int], None]
    waiting: list[_Cut] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    failed: list[FailedFile] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0

    def fail(self, label: str, reason: Wording) -> None:
        self.failed.append(FailedFile(label, reason))

    def keep(self, entry: Entry, reading: Reading) -> None:
        """A document that was read waits to be indexed. Raises UnreadableFileError."""
        document = _document(entry, reading, self.collection)
        self.seen.add(entry.id)
        self.remarks += (Remark(entry.label, hidden) for hidden in reading.hidden)
        self.waiting.append(_Cut(document, chunking.chunks(document), self.source.origin))

    def count(self, cut: _Cut) -> None:
        mark = self.known.get(cut.document.id)
        if mark and mark.fingerprint:
            self.updated += 1
        else:
            self.added += 1
        self.chunks += len(cut.chunks)

    def settle(self) -> None:
        done = self.added + self.updated + self.unchanged + len(self.failed)
        self.progress(min(done, self.source.total), self.source.total)


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
        reader: FileReader,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._index = index
        self._catalogue = catalogue
        self._embedder = embedder
        self._reader = reader
        self._clock = clock

    def run(
        self, source: Path, collection: Collection, progress: Callable[[int, int], None]
    ) -> IngestionReport:
        """Make the collection hold what the source holds: a folder, a file or a `.jsonl`.

        Archives are opened: each file in one is a document of its own. What is gone from a
        folder, an archive or a `.jsonl`, or can no longer be read there, leaves the index;
        what is out of reach stays, and so do other sources' documents. `progress` gets
        documents done and in all. Raises UnreadableFileError when the source itself cannot
        be opened, CollectionError when it is part of a folder that describes itself,
        ReaderUnavailableError when no file can be read here: nothing leaves then.
        """
        started = self._clock()
        opened = Unpacking(open_source(source), self._reader)
        run = _Run(self._catalogue.marks(collection.name), opened, collection, progress)
        self._read_changed(run)
        self._index_waiting(run)
        removed = self._remove_missing(run)
        progress(opened.total, opened.total)
        return IngestionReport(
            added=run.added,
            updated=run.updated,
            removed=removed,
            unchanged=run.unchanged,
            failed=tuple(run.failed),
            chunks=run.chunks,
            seconds=self._clock() - started,
            remarks=tuple(run.remarks),
        )

    def _read_changed(self, run: _Run) -> None:
        """Read what changed, and index it as it comes; the next files are read meanwhile."""
        ahead = read_ahead(self._changed(run), self._reading, self._reader.lanes)
        with contextlib.closing(ahead) as readings:
            for entry, reading in readings:
                try:
                    run.keep(entry, reading())
                except UnreadableFileError as error:
                    run.fail(entry.label, error.reason)
                run.settle()
                if sum(len(cut.chunks) for cut in run.waiting) >= BATCH:
                    self._index_waiting(run)

    def _reading(self, entry: Entry) -> Reading:
        return entry.read(self._reader)

    def _changed(self, run: _Run) -> Iterator[Entry]:
        """The documents to be read; the others are counted."""
        offered: set[str] = set()
        for entry in run.source.entries():
            if isinstance(entry, FailedFile):
                run.failed.append(entry)
            elif entry.id in offered:
                run.fail(entry.label, readers.reasons.DUPLICATE)
            elif run.known.get(entry.id) == self._mark(entry, run):
                offered.add(entry.id)
                run.seen.add(entry.id)
                run.unchanged += 1
            else:
                offered.add(entry.id)
                yield entry
            run.settle()

    def _index_waiting(self, run: _Run) -> None:
        if not run.waiting:
            return  # nothing changed: the model is not even called
        for cut in run.waiting:
            run.count(cut)
        index_all(run.waiting, self._index, self._catalogue, self._embedder)
        run.waiting = []
        run.settle()

    def _remove_missing(self, run: _Run) -> int:
        collection = run.collection
        missing = [
            id_
            for id_, mark in run.known.items()
            if id_ not in run.seen and run.source.answers_for(id_, mark.origin)
        ]
        # Marked first: between two steps the catalogue may say too little, never too much.
        for id_ in missing:
            self._catalogue.begin(_withdrawn(id_, collection), run.source.origin)
        if missing:
            self._index.remove(collection.name, missing)
            self._catalogue.forget(collection.name, missing)
        return len(missing)

    def _mark(self, entry: Entry, run: _Run) -> Mark:
        """What is remembered of a document that was indexed as it is now."""
        indexed = fingerprint(
            entry.version,
            run.collection.readers_of(entry.id),
            run.collection.language_of(entry.id),
            self._embedder.identity.digest,
        )
        return Mark(run.source.origin, indexed)


def rebuild(
    documents: Iterable[Document],
    catalogue: Catalogue,
    embedder: Embedder,
    open_empty: Callable[[], Index],
) -> int:
    """Index anew what the catalogue holds; no file is read. Returns how many passages.

    `open_empty` throws the old index away and opens the new one. All documents are marked
    before it does: killed half-way, the next rebuild or ingestion indexes what is missing.
    """
    everything = tuple(documents)
    origins = _origins(everything, catalogue)
    embedder.embed([""])  # says no before anything is lost
    for document, origin in zip(everything, origins, strict=True):
        catalogue.begin(document, origin)
    index = open_empty()
    written = 0
    for batch in _batches(everything, origins):
        index_all(batch, index, catalogue, embedder)
        written += sum(len(cut.chunks) for cut in batch)
    return written


def index_all(
    batch: Sequence[_Cut], index: Index, catalogue: Catalogue, embedder: Embedder
) -> None:
    """Embed these documents together, then index one after the other."""
    vectors = embedder.embed([embedded_text(chunk) for cut in batch for chunk in cut.chunks])
    start = 0
    for cut in batch:
        end = start + len(cut.chunks)
        embedded = EmbeddedChunks(cut.chunks, vectors[start:end])
        catalogue.begin(cut.document, cut.origin)
        index.replace(cut.document, embedded)
        catalogue.finish(cut.document, _fingerprint_of(cut, embedder.identity))
        start = end


def _batches(documents: Sequence[Document], origins: Sequence[str]) -> Iterator[list[_Cut]]:
    batch: list[_Cut] = []
    for document, origin in zip(documents, origins, strict=True):
        batch.append(_Cut(document, chunking.chunks(document), origin))
        if sum(len(cut.chunks) for cut in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _origins(documents: Sequence[Document], catalogue: Catalogue) -> list[str]:
    names = {document.collection for document in documents}
    known = {name: catalogue.marks(name) for name in names}
    return [known[document.collection][document.id].origin for document in documents]


def fingerprint(version: str, groups: frozenset[str], language: Language, embedder: str) -> str:
    """Everything that decides what the index holds of a document, as a SHA-256 (hex)."""
    decides = [version, sorted(groups), language, readers.VERSION, chunking.VERSION, embedder]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def _fingerprint_of(cut: _Cut, embedder: ModelIdentity) -> str:
    document = cut.document
    return fingerprint(document.version, document.readers, document.language, embedder.digest)


def _document(entry: Entry, reading: Reading, collection: Collection) -> Document:
    text, spans = chunking.document_text(reading)
    if not text:
        raise UnreadableFileError(readers.reasons.NO_TEXT)
    return Document(
        collection=collection.name,
        id=entry.id,
        title=_title(reading, text),
        text=text,
        language=collection.language_of(entry.id),
        readers=collection.readers_of(entry.id),
        version=entry.version,
        url=entry.url,
        spans=spans,
    )


def _title(reading: Reading, text: str) -> str:
    """What the document says of itself, no longer than a passage; else its text's first words."""
    said = _opening(chunking.clean(reading.title), chunking.SIZE)
    return said or _opening(text.partition("\n")[0], TITLE)


def _opening(line: str, longest: int) -> str:
    """The line, or as many of its first words as fit."""
    if len(line) <= longest:
        return line
    return (line[:longest].rpartition(" ")[0] or line[: longest - 1]) + "…"


def _withdrawn(id_: str, collection: Collection) -> Document:
    """What stands in a document's place while it leaves: no text, read by nobody."""
    return Document(collection.name, id_, "", "", collection.language, frozenset(), "")
