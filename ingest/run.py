"""A run: what one ingestion has met so far, and what it has yet to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingest import chunking
from ingest.catalogue import Mark
from ingest.collections import Collection
from ingest.cutting import Cut, document_of
from ingest.documents import Reading
from ingest.ledger import Filing
from ingest.orders import handled
from ingest.report import IngestionReport, Remark
from ingest.sources import Entry, FailedFile, Opening, Untouched
from ingest.unpacking import Unpacking
from models.errors import WritingRevokedError
from models.wording import Wording


@dataclass(slots=True)
class Run:
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
    waiting: list[Cut] = field(default_factory=list)
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
    ) -> Run:
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
        language = self.collection.language_of(entry.id)
        reading = handled(reading, self.collection.orders, language)
        document = document_of(entry, reading, self.collection)
        self.filing.read(entry.id)
        self.meet(entry)
        self.remarks += (Remark(entry.label, hidden) for hidden in reading.hidden)
        self.waiting.append(Cut(document, chunking.chunks(document), self.source.origin))

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

    def count(self, cut: Cut) -> None:
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
