"""Ingestion: makes a collection hold what its source holds, whatever happens on the way."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest import chunking, readers
from ingest.ahead import read_ahead
from ingest.collections import Collection
from ingest.documents import Chunk, Document, EmbeddedChunks, Hidden, Reading
from ingest.errors import UnreadableFileError
from ingest.index import Index
from ingest.live import LiveIndex
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


@dataclass(frozen=True, slots=True)
class Indexed:
    """How a version of a document was indexed."""

    collection: str
    id: str
    version: str
    fingerprint: str


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

    def documents(self) -> Iterable[Document]:
        """Every document whose text is known, indexed or not, as it is when it is reached."""
        ...

    def confirm(self, indexed: Several[Indexed]) -> None:
        """Mark these as indexed, where their version is still the one that is kept."""
        ...


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
        self._index.optimize()
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
    catalogue: Catalogue,
    embedder: Embedder,
    live: LiveIndex,
    quiet: AbstractContextManager[object],
) -> tuple[int, int]:
    """Build the index anew beside the live one, from the texts that the catalogue keeps, and swap.

    Returns how many documents, and passages. Killed at any point, the old index is in force
    and the next rebuild begins anew. `quiet` is held as `LiveIndex.successor` says.
    """
    embedder.embed([""])  # says no before anything is begun
    indexed: list[Indexed] = []
    passages = 0
    with live.successor(embedder, quiet) as successor:
        for batch in _batches(catalogue.documents()):
            successor.fill(_embedded(batch, embedder))
            indexed += [_indexed(cut.document, embedder.identity) for cut in batch]
            passages += sum(len(cut.chunks) for cut in batch)
    catalogue.confirm(indexed)
    return len(indexed), passages


def index_all(
    batch: Sequence[_Cut], index: Index, catalogue: Catalogue, embedder: Embedder
) -> None:
    """Embed these documents together, and index them together."""
    embedded = _embedded(batch, embedder)
    for cut in batch:
        catalogue.begin(cut.document, cut.origin)
    index.replace_all(embedded)
    for cut in batch:
        catalogue.finish(cut.document, _indexed(cut.document, embedder.identity).fingerprint)


def _embedded(batch: Sequence[_Cut], embedder: Embedder) -> list[tuple[Document, EmbeddedChunks]]:
    vectors = embedder.embed([embedded_text(chunk) for cut in batch for chunk in cut.chunks])
    start, found = 0, []
    for cut in batch:
        rows = vectors[start : start + len(cut.chunks)]
        found.append((cut.document, EmbeddedChunks(cut.chunks, rows, embedder.identity.digest)))
        start += len(cut.chunks)
    return found


def _batches(documents: Iterable[Document]) -> Iterator[list[_Cut]]:
    batch: list[_Cut] = []
    for document in documents:
        batch.append(_Cut(document, chunking.chunks(document), ""))
        if sum(len(cut.chunks) for cut in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def fingerprint(version: str, groups: frozenset[str], language: Language, embedder: str) -> str:
    """Everything that decides what the index holds of a document, as a SHA-256 (hex)."""
    decides = [version, sorted(groups), language, readers.VERSION, chunking.VERSION, embedder]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def _indexed(document: Document, embedder: ModelIdentity) -> Indexed:
    decided = fingerprint(document.version, document.readers, document.language, embedder.digest)
    return Indexed(document.collection, document.id, document.version, decided)


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
