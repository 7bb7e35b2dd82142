"""Ingestion: makes a collection hold what its source holds, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest import chunking, readers
from ingest.collections import Collection
from ingest.documents import Chunk, Document, EmbeddedChunks, Reading
from ingest.errors import UnreadableFileError
from ingest.index import Index
from ingest.ledger import Filing, Ledger, NoLedger
from ingest.sources import NOTHING, Entry, FailedFile, Offer, Source, Untouched, open_source
from ingest.words import embedded_text
from models.errors import WritingRevokedError
from models.ports import Embedder, Language, ModelIdentity
from models.wording import Wording

TITLE = 120
"""Characters at most of a title made from a text."""

BATCH = 256
"""Chunks embedded together: enough to fill the model's batches, little enough to lose."""

MANY_SHARE, MANY = 0.2, 10
"""A run that would remove more than this share of a collection, and so many documents, asks."""


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
class IngestionReport:
    """What one run did. A document that can no longer be read is removed, and failed."""

    added: int
    updated: int
    removed: int
    unchanged: int
    failed: tuple[FailedFile, ...]
    chunks: int
    seconds: float
    held_back: int = 0  # documents that are gone, and stay until a person allows their removal


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person may ask of a run."""

    allow_removals: bool = False  # however many documents are gone
    checksum: bool = False  # open every file, also those that look untouched


@dataclass(frozen=True, slots=True)
class _Cut:
    """A document and its passages, read and not yet indexed."""

    document: Document
    chunks: tuple[Chunk, ...]
    origin: str


Opening = Callable[[], Entry | FailedFile]


@dataclass(slots=True)
class _Run:
    """What one run has done so far."""

    known: Mapping[str, Mark]
    total: int
    progress: Callable[[int, int], None]
    filing: Filing
    vanished: dict[str, str]  # content version → a document that had it and is not listed
    moving: list[tuple[Opening, str]] = field(default_factory=list)  # and what it was called
    removed: set[str] = field(default_factory=set)
    stopped: WritingRevokedError | None = None  # no model may be called any more
    versions: set[str] = field(default_factory=set)  # of what the source holds
    waiting: list[_Cut] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    failed: list[FailedFile] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0

    def fail(self, label: str, reason: Wording, path: str | None = None) -> None:
        """`path` is what the ledger calls it, when that is not its label."""
        told = self.filing.failed(path or label, reason)
        self.failed.append(FailedFile(label, told))

    def version_of(self, id_: str) -> str:
        """What the document held before this run; empty when that is not known."""
        note = self.filing.former.get(id_)
        return note.version if note else ""

    def stays(self, id_: str, source: Source) -> bool:
        """Whether this source's document is still in the index at the end of the run."""
        mark = self.known.get(id_)
        return mark is not None and mark.origin == source.origin and id_ not in self.removed

    def former(self, offer: Entry) -> str | None:
        """What a document that is new here was called before, when it is one that vanished."""
        return None if offer.id in self.known else self.vanished.pop(offer.version, None)

    def meet(self, offer: Entry | Untouched) -> None:
        self.seen.add(offer.id)
        self.versions.add(offer.version)

    def count(self, cut: _Cut) -> None:
        mark = self.known.get(cut.document.id)
        if mark and mark.fingerprint:
            self.updated += 1
        else:
            self.added += 1
        self.chunks += len(cut.chunks)

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
        ledger: Ledger | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._index = index
        self._catalogue = catalogue
        self._embedder = embedder
        self._ledger = ledger or NoLedger()
        self._clock = clock

    def run(
        self,
        source: Path | Source,
        collection: Collection,
        progress: Callable[[int, int], None],
        options: RunOptions = RunOptions(),
    ) -> IngestionReport:
        """Make the collection hold what the source holds: a folder, a file or a `.jsonl`.

        What is gone from a folder or a `.jsonl`, or can no longer be read there, leaves the
        index, unless it is so much that a person must allow it; what is out of reach stays, and
        so do other sources' documents. `progress` gets documents done and in all. Raises
        UnreadableFileError when the source itself cannot be opened, CollectionError when it is
        part of a folder that describes itself. With the AI off what is gone is removed all the
        same, then WritingRevokedError is raised: what is new or has moved waits.
        """
        started = self._clock()
        opened = open_source(source) if isinstance(source, Path) else source
        here = opened.origin
        run = self._begun(opened, collection, progress)
        known = NOTHING if options.checksum else run.filing.former
        for offer in opened.entries(known):
            self._take(offer, opened, collection, run)
        self._index_waiting(run)
        self._move(opened, collection, run)
        missing, held_back = self._missing(opened, run, options)
        self._remove(missing, opened, collection, run)
        run.filing.end(lambda path: not run.stays(path, opened) and opened.answers_for(path, here))
        if run.stopped:
            raise run.stopped
        progress(run.total, run.total)
        return IngestionReport(
            added=run.added,
            updated=run.updated,
            removed=len(run.removed),
            unchanged=run.unchanged,
            failed=tuple(run.failed),
            chunks=run.chunks,
            seconds=self._clock() - started,
            held_back=len(held_back),
        )

    def _begun(
        self, source: Source, collection: Collection, progress: Callable[[int, int], None]
    ) -> _Run:
        known = self._catalogue.marks(collection.name)
        filing = Filing(self._ledger, collection.name, source.origin)
        filing.expect(source.listed)
        listed = set(source.listed)
        vanished = {
            note.version: path
            for path, note in filing.former.items()
            if listed and note.version and path in known and path not in listed
        }
        return _Run(known, source.total, progress, filing, vanished)

    def _take(self, offer: Offer, source: Source, collection: Collection, run: _Run) -> None:
        match offer:
            case FailedFile():
                run.fail(offer.path, offer.reason)
            case _ if offer.id in run.seen:
                run.fail(offer.label, readers.reasons.DUPLICATE)
            case _ if run.known.get(offer.id) == self._mark(offer, source, collection):
                run.meet(offer)
                run.filing.unchanged(offer.id, offer.version, offer.stamp)
                run.unchanged += 1
            case _ if refusal := run.filing.refusal(offer.id, offer.version):
                run.failed.append(FailedFile(offer.label, refusal))
            case Untouched():
                self._take(offer.open(), source, collection, run)
                return
            case Entry(open=opening) if opening and (former := run.former(offer)):
                run.moving.append((opening, former))  # with its former self leaving at once
            case Entry():
                self._read(offer, source, collection, run)
        run.settle()
        if sum(len(cut.chunks) for cut in run.waiting) >= BATCH:
            self._index_waiting(run)

    def _read(self, entry: Entry, source: Source, collection: Collection, run: _Run) -> None:
        run.filing.reading(entry.id, entry.version, entry.stamp)
        try:
            document = _document(entry, collection)
        except UnreadableFileError as error:
            run.fail(entry.label, error.reason, entry.id)
            return
        run.filing.read(entry.id)
        run.meet(entry)
        run.waiting.append(_Cut(document, chunking.chunks(document), source.origin))

    def _index_waiting(self, run: _Run) -> None:
        if not run.waiting:
            return  # nothing changed: the model is not even called
        waiting, run.waiting = run.waiting, []
        try:
            index_all(waiting, self._index, self._catalogue, self._embedder)
        except WritingRevokedError as stopped:
            run.stopped = stopped
            return
        for cut in waiting:
            run.count(cut)
        run.filing.indexed(cut.document.id for cut in waiting)
        run.settle()

    def _move(self, source: Source, collection: Collection, run: _Run) -> None:
        """Index what has another name now; for an instant both names are found, never neither."""
        for opening, former in run.moving:
            if not run.stopped:
                self._take(opening(), source, collection, run)
                self._index_waiting(run)
            if run.stopped:
                run.seen.add(former)  # it stays until its new name can be found
            elif source.answers_for(former, run.known[former].origin):
                self._remove([former], source, collection, run)

    def _missing(
        self, source: Source, run: _Run, options: RunOptions
    ) -> tuple[list[str], frozenset[str]]:
        """The documents to remove, and those that are gone and stay until it is allowed."""
        here = run.seen | run.removed
        missing = [
            id_
            for id_, mark in run.known.items()
            if id_ not in here and source.answers_for(id_, mark.origin)
        ]
        held = [id_ for id_ in missing if run.version_of(id_) not in run.versions]
        if run.stopped:  # what has another name now may not be found under it yet
            missing = held
        few = len(held) < MANY or len(held) <= MANY_SHARE * len(run.known)
        if few or options.allow_removals:
            return missing, frozenset()
        return [id_ for id_ in missing if id_ not in held], frozenset(held)

    def _remove(
        self, ids: Sequence[str], source: Source, collection: Collection, run: _Run
    ) -> None:
        # Marked first: between two steps the catalogue may say too little, never too much.
        for id_ in ids:
            self._catalogue.begin(_withdrawn(id_, collection), source.origin)
        if ids:
            self._index.remove(collection.name, ids)
            self._catalogue.forget(collection.name, ids)
        run.removed.update(ids)

    def _mark(self, entry: Entry | Untouched, source: Source, collection: Collection) -> Mark:
        """What is remembered of a document that was indexed as it is now."""
        indexed = fingerprint(
            entry.version,
            collection.readers_of(entry.id),
            collection.language_of(entry.id),
            self._embedder.identity.digest,
        )
        return Mark(source.origin, indexed)


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


def _document(entry: Entry, collection: Collection) -> Document:
    reading = entry.read()
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
