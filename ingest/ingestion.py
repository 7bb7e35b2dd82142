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
from ingest.ledger import Filing, Ledger, NoLedger
from ingest.live import LiveIndex
from ingest.reading import FileReader
from ingest.sources import (
    NOTHING,
    Entry,
    FailedFile,
    Offer,
    Opening,
    Source,
    Untouched,
    open_source,
)
from ingest.unpacking import Unpacking
from ingest.words import embedded_text
from models.errors import WritingRevokedError
from models.ports import Embedder, Language, ModelIdentity
from models.wording import Wording

TITLE = 120
"""Characters at most of a title made from a text."""

BATCH = 256
"""Chunks embedded together: enough to fill the model's batches, little enough to lose."""

MOVES = 32
"""Renamed files that take their new names together: one durable write for all of them."""

MANY_SHARE, MANY = 0.2, 10
"""A run that would remove more than this share of a collection, and so many documents, asks."""


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
    held_back: int = 0  # documents that are gone, and stay until a person allows their removal


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person may ask of a run."""

    allow_removals: bool = False  # however many documents are gone
    checksum: bool = False  # open every file, also those that look untouched


AS_USUAL = RunOptions()


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
    filing: Filing
    vanished: dict[str, str]  # content version → a document that had it and is not listed
    moving: list[tuple[Opening, str]] = field(default_factory=list)  # and what it was called
    removed: set[str] = field(default_factory=set)
    stopped: WritingRevokedError | None = None  # no model may be called any more
    offered: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)  # of those, what the index is to hold
    versions: set[str] = field(default_factory=set)  # of what was seen
    waiting: list[_Cut] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0

    @classmethod
    def begin(
        cls,
        known: Mapping[str, Mark],
        source: Unpacking,
        collection: Collection,
        progress: Callable[[int, int], None],
        filing: Filing,
    ) -> _Run:
        """Before anything is read: what is listed waits, what is not has vanished."""
        filing.expect(source.listed)
        had = {path: note.version for path, note in filing.former.items() if path in known}
        vanished = {had[path]: path for path in source.unlisted(had) if had[path]}
        return cls(known, source, collection, progress, filing, vanished)

    def refuse(self, label: str, reason: Wording) -> None:
        """It was offered and is not read. Its note is left to a document of the same name."""
        if label not in self.offered:
            reason = self.filing.failed(label, reason)
        self.failed.append(FailedFile(label, reason))

    def fail(self, entry: Entry, reason: Wording) -> None:
        """It was read, in vain."""
        self.failed.append(FailedFile(entry.label, self.filing.failed(entry.id, reason)))

    def keep(self, entry: Entry, reading: Reading) -> None:
        """A document that was read waits to be indexed. Raises UnreadableFileError."""
        document = _document(entry, reading, self.collection)
        self.filing.read(entry.id)
        self.meet(entry)
        self.remarks += (Remark(entry.label, hidden) for hidden in reading.hidden)
        self.waiting.append(_Cut(document, chunking.chunks(document), self.source.origin))

    def leave(self, offer: Entry | Untouched) -> None:
        """The index holds it as it is."""
        self.meet(offer)
        self.filing.unchanged(offer.id, offer.version, offer.stamp)
        self.unchanged += 1

    def meet(self, offer: Entry | Untouched) -> None:
        self.seen.add(offer.id)
        self.versions.add(offer.version)

    def former(self, offer: Entry) -> str | None:
        """What a document that is new here was called before, when it is one that vanished."""
        return None if offer.id in self.known else self.vanished.pop(offer.version, None)

    def missing(self) -> list[str]:
        """Documents that are in the index and no longer in the source."""
        here = self.seen | self.removed
        return [
            id_
            for id_, mark in self.known.items()
            if id_ not in here and self.source.answers_for(id_, mark.origin)
        ]

    def has_another_name(self, id_: str) -> bool:
        """Whether what a missing document last held was seen elsewhere in the source."""
        note = self.filing.former.get(id_)
        return note is not None and note.version in self.versions

    def end(self) -> None:
        """Forget the notes of files that are gone, and of which the index holds nothing."""
        self.filing.end(lambda path: not self._stays(path) and self._is_gone(path))

    def _stays(self, id_: str) -> bool:
        mark = self.known.get(id_)
        return mark is not None and mark.origin == self.source.origin and id_ not in self.removed

    def _is_gone(self, path: str) -> bool:
        return self.source.answers_for(path, self.source.origin)

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

    def report(self, held_back: int, seconds: float) -> IngestionReport:
        return IngestionReport(
            added=self.added,
            updated=self.updated,
            removed=len(self.removed),
            unchanged=self.unchanged,
            failed=tuple(self.failed),
            chunks=self.chunks,
            seconds=seconds,
            remarks=tuple(self.remarks),
            held_back=held_back,
        )


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
        ledger: Ledger | None = None,
    ) -> None:
        self._index = index
        self._catalogue = catalogue
        self._embedder = embedder
        self._reader = reader
        self._ledger = ledger or NoLedger()

    def run(
        self,
        source: Path | Source,
        collection: Collection,
        progress: Callable[[int, int], None],
        options: RunOptions = AS_USUAL,
    ) -> IngestionReport:
        """Make the collection hold what the source holds: a folder, a file or a `.jsonl`.

        Archives are opened: each file in one is a document of its own. What is gone from a
        folder, an archive or a `.jsonl`, or can no longer be read there, leaves the index,
        unless it is so much that a person must allow it; what is out of reach stays, and so do
        other sources' documents. `progress` gets documents done and in all. Raises
        UnreadableFileError when the source itself cannot be opened, CollectionError when it is
        part of a folder that describes itself, ReaderUnavailableError when no file can be read
        here: nothing leaves then. With the AI off what is gone is removed all the same, then
        WritingRevokedError is raised: what is new or has moved waits.
        """
        started = time.perf_counter()
        run = self._begun(source, collection, progress)
        known = NOTHING if options.checksum else run.filing.former
        self._take(run.source.entries(known), run)
        self._move(run)
        held_back = self._remove_missing(run, options)
        run.end()
        self._index.optimize()
        if run.stopped:
            raise run.stopped
        progress(run.source.total, run.source.total)
        return run.report(held_back, time.perf_counter() - started)

    def _begun(
        self,
        source: Path | Source,
        collection: Collection,
        progress: Callable[[int, int], None],
    ) -> _Run:
        opened = open_source(source) if isinstance(source, Path) else source
        filing = Filing(self._ledger, collection.name, opened.origin)
        unpacking = Unpacking(opened, self._reader)
        known = self._catalogue.marks(collection.name)
        return _Run.begin(known, unpacking, collection, progress, filing)

    def _take(self, offers: Iterable[Offer], run: _Run) -> None:
        """Read what changed, and index it as it comes; the next files are read meanwhile."""
        changed = self._changed(offers, run)
        ahead = read_ahead(changed, lambda entry: entry.read(self._reader), self._reader.lanes)
        with contextlib.closing(ahead) as readings:
            for entry, reading in readings:
                run.filing.reading(entry.id, entry.version, entry.stamp)
                try:
                    run.keep(entry, reading())
                except UnreadableFileError as error:
                    run.fail(entry, error.reason)
                run.settle()
                if sum(len(cut.chunks) for cut in run.waiting) >= BATCH:
                    self._index_waiting(run)
        self._index_waiting(run)

    def _changed(self, offers: Iterable[Offer], run: _Run) -> Iterator[Entry]:
        """The documents to be read; what becomes of the others is settled."""
        for offer in offers:
            entry = self._unsettled(offer, run)
            if isinstance(entry, Entry):
                run.offered.add(entry.id)
                yield entry
            run.settle()

    def _unsettled(self, offer: Offer, run: _Run) -> Entry | None:
        """The document if it is to be read now; None when what becomes of it is settled."""
        match offer:
            case FailedFile():
                run.refuse(offer.path, offer.reason)
            case _ if offer.id in run.offered:
                run.refuse(offer.label, readers.reasons.DUPLICATE)
            case _ if run.known.get(offer.id) == self._mark(offer, run):
                run.offered.add(offer.id)
                run.leave(offer)
            case _ if refusal := run.filing.refusal(offer.id, offer.version):
                run.failed.append(FailedFile(offer.label, refusal))
            case Untouched():
                return self._unsettled(offer.open(), run)
            case Entry(open=opening) if opening and (former := run.former(offer)):
                run.moving.append((opening, former))  # with its former self leaving at once
            case Entry():
                return offer
        return None

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

    def _move(self, run: _Run) -> None:
        """Index what has another name now; for an instant both names are found, never neither."""
        while run.moving:
            some, run.moving = run.moving[:MOVES], run.moving[MOVES:]
            if not run.stopped:
                self._take((opening() for opening, _ in some), run)
            formers = [former for _, former in some]
            if run.stopped:
                run.seen.update(formers)  # they stay until their new names can be found
            else:
                self._remove(
                    [id_ for id_ in formers if run.source.answers_for(id_, run.known[id_].origin)],
                    run,
                )

    def _remove_missing(self, run: _Run, options: RunOptions) -> int:
        """Returns how many documents are gone and stay until a person allows it."""
        missing = run.missing()
        held = [id_ for id_ in missing if not run.has_another_name(id_)]
        if run.stopped:  # what has another name now may not be found under it yet
            missing = held
        few = len(held) < MANY or len(held) <= MANY_SHARE * len(run.known)
        if few or options.allow_removals:
            self._remove(missing, run)
            return 0
        kept = set(held)
        self._remove([id_ for id_ in missing if id_ not in kept], run)
        return len(held)

    def _remove(self, ids: Sequence[str], run: _Run) -> None:
        # Marked first: between two steps the catalogue may say too little, never too much.
        for id_ in ids:
            self._catalogue.begin(_withdrawn(id_, run.collection), run.source.origin)
        if ids:
            self._index.remove(run.collection.name, ids)
            self._catalogue.forget(run.collection.name, ids)
        run.removed.update(ids)

    def _mark(self, entry: Entry | Untouched, run: _Run) -> Mark:
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
