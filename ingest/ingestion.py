"""Ingestion: makes a collection hold what its source holds, whatever happens on the way."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ingest import readers
from ingest.ahead import read_ahead
from ingest.catalogue import Catalogue, Mark
from ingest.collections import Collection
from ingest.cutting import withdrawn
from ingest.errors import UnreadableFileError
from ingest.index import Index
from ingest.indexing import BATCH, fingerprint, index_all
from ingest.ledger import Filing, Ledger, NoLedger
from ingest.opening import open_source
from ingest.reading import FileReader
from ingest.report import AS_USUAL, IngestionReport, RunOptions
from ingest.run import Run
from ingest.sources import NOTHING, Entry, FailedFile, Offer, Source, Untouched
from ingest.unpacking import Unpacking
from models.errors import WritingRevokedError
from models.ports import Embedder

MOVES = 32
"""Renamed files that take their new names together: one durable write for all of them."""

MANY_SHARE, MANY = 0.2, 10
"""A run that would remove more than this share of a collection, and so many documents, asks."""


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
    ) -> Run:
        opened = open_source(source) if isinstance(source, Path) else source
        filing = Filing(self._ledger, collection.name, opened.origin)
        unpacking = Unpacking(opened, self._reader)
        known = self._catalogue.marks(collection.name)
        return Run.begin(known, unpacking, collection, progress, filing)

    def _take(self, offers: Iterable[Offer], run: Run) -> None:
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

    def _changed(self, offers: Iterable[Offer], run: Run) -> Iterator[Entry]:
        """The documents to be read; what becomes of the others is settled."""
        for offer in offers:
            entry = self._unsettled(offer, run)
            if isinstance(entry, Entry):
                run.offered.add(entry.id)
                yield entry
            run.settle()

    def _unsettled(self, offer: Offer, run: Run) -> Entry | None:
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

    def _index_waiting(self, run: Run) -> None:
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

    def _move(self, run: Run) -> None:
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

    def _remove_missing(self, run: Run, options: RunOptions) -> int:
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

    def _remove(self, ids: Sequence[str], run: Run) -> None:
        # Marked first: between two steps the catalogue may say too little, never too much.
        for id_ in ids:
            self._catalogue.begin(withdrawn(id_, run.collection), run.source.origin)
        if ids:
            self._index.remove(run.collection.name, ids)
            self._catalogue.forget(run.collection.name, ids)
        run.removed.update(ids)

    def _mark(self, entry: Entry | Untouched, run: Run) -> Mark:
        """What is remembered of a document that was indexed as it is now."""
        indexed = fingerprint(
            entry.version,
            run.collection.readers_of(entry.id),
            run.collection.language_of(entry.id),
            self._embedder.identity.digest,
        )
        return Mark(run.source.origin, indexed)
