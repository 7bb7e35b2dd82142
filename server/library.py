"""The library: collections with their owners, documents with their readers, ingestion on record."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Collection as Several
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.address import Address
from ingest.collections import (
    COLLECTION_FILE,
    EVERYONE,
    Collection,
    Override,
    check_consistent,
    check_whole,
    parse_collection,
    read_collection,
)
from ingest.documents import Document
from ingest.index import Index
from ingest.ingestion import Ingestion
from ingest.ledger import FileState
from ingest.remote import Remote
from ingest.report import AS_USUAL, IngestionReport, RunOptions
from ingest.sidecars import combine, out_of_sight, sidecars
from ingest.sources import Source, origin_of
from server.access import Person, Right, audience_of, check
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.comparing import compare
from server.errors import InvalidInputError, NotFoundError
from server.runs import Run, Runs
from server.standings import Standing, Standings
from server.store.files import UNREAD, Files, KnownFile
from server.store.shelves import Shelves

Progress = Callable[[int, int], None]
Place = Path | Address
LONGEST_NAME = 64
MOST_LISTED = 1000


def place(text: str) -> Place:
    """A path, or a remote address. Raises RemoteRefusedError for an address that is none."""
    return Address.parse(text) if "://" in text else Path(text)


@dataclass(frozen=True, slots=True)
class Intake:
    """How documents come in: from which remote places, in which runs, with which outcome."""

    ingestion: Callable[[], Ingestion]  # made on first use
    files: Files
    runs: Runs
    open_remote: Callable[[Address], Remote]  # raises IngestError, SettingsError


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection with what is on it."""

    collection: Collection
    documents: int


class Library:
    """Everything that is done to collections and documents goes through here."""

    def __init__(
        self,
        shelves: Shelves,
        index: Callable[[], Index],
        intake: Intake,
        record: AuditLog,
        standings: Standings,
    ) -> None:
        self._shelves = shelves
        self._index = index  # made on first use
        self._intake = intake
        self._record = record
        self._standings = standings

    def shelves(self) -> list[Shelf]:
        counts = self._shelves.counts()
        return [Shelf(found, counts.get(found.name, 0)) for found in self._shelves.collections()]

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""
        found = self._shelves.collection(name)
        if found is None:
            raise NotFoundError(f"There is no collection named {name}.")
        return found

    def known_or_new(self, name: str, owner: str) -> Collection:
        """The collection as it is described, or one that this owner begins, read by everyone."""
        return self._shelves.collection(name) or Collection.undescribed(
            name, owner, readers=frozenset({EVERYONE})
        )

    def describe(self, collection: Collection, by: Person) -> None:
        """Add a collection or change its description; its readers change at once.

        Raises AccessDeniedError, and CollectionError for what contradicts itself.
        """
        check(by, Right.ADMINISTER)
        _check_described(collection)
        check_consistent(collection)
        known = self._shelves.collection(collection.name)
        if known == collection:
            return
        self._record.append(
            Event(
                EventKind.COLLECTION_CHANGED,
                collection.name,
                by.pseudonym,
                {
                    "readers": sorted(collection.readers),
                    "language": collection.language.value,
                    "review_due": str(collection.review_due or ""),
                    "class": collection.kind.value,
                    "sensitivity": collection.sensitivity.value,
                    "trust": collection.trust.value,
                    "kept": list(collection.personal_data.kept),
                },
            )
        )
        self._grant(collection)
        if known is not None and known.orders is not collection.orders:
            self._shelves.outdate(collection.name)
            self._intake.files.release(collection.name, None)
        self._shelves.save_collection(collection)

    def enforce(self, name: str) -> None:
        """Let each document be found by its readers alone, or by nobody if it is barred.

        The reader filter inside the search does the rest, at once and in every index.
        """
        collection = self._shelves.collection(name)
        if collection is not None:
            self._grant(collection)

    def enforce_all(self) -> None:
        """The same for every collection: days pass, and people leave, without anyone acting."""
        for collection in self._shelves.collections():
            self._grant(collection)

    def _grant(self, collection: Collection) -> None:
        """Whatever source a document came from, who reads it is what its collection says now."""
        enforced = self._enforced(collection)
        by_readers: dict[frozenset[str], list[str]] = defaultdict(list)
        for id_, readers in self._shelves.readers(collection.name).items():
            if readers != enforced.readers_of(id_):
                by_readers[enforced.readers_of(id_)].append(id_)
        for readers, ids in by_readers.items():
            with self._shelves.changing:
                self._index().grant(collection.name, ids, readers)
                self._shelves.grant(collection.name, ids, readers)

    def _enforced(self, collection: Collection) -> Collection:
        """The same collection, in which nobody reads what is withdrawn or quarantined."""
        barred = self._standings.barred(collection)
        nobody = tuple(Override(id_, readers=frozenset()) for id_ in sorted(barred))
        return replace(collection, documents=combine(collection.documents, nobody))

    def remove(self, name: str, by: Person) -> int:
        """Withdraw a collection and all its documents; how many. Raises NotFoundError."""
        check(by, Right.ADMINISTER)
        self.collection(name)
        ids = list(self._shelves.readers(name))
        facts: dict[str, Json] = {"documents": len(ids)}
        self._record.append(Event(EventKind.COLLECTION_REMOVED, name, by.pseudonym, facts))
        if ids:
            with self._shelves.changing:
                self._index().remove(name, ids)
                self._shelves.forget(name, ids)
        self._intake.files.forget(name)
        self._shelves.remove_collection(name)
        return len(ids)

    def ingest(
        self,
        source: Place,
        name: str | None,
        by: Person,
        progress: Progress,
        options: RunOptions = AS_USUAL,
    ) -> IngestionReport:
        """Make a collection hold what the source holds. Raises InvalidInputError, IngestError.

        A folder's own `collection.toml` describes the collection; without one it keeps the
        description it has, or starts with the caller as its owner and everyone as its readers.
        """
        check(by, Right.ADMINISTER)
        opened, collection = self._opened(source, name, by)
        self.describe(collection, by)
        where = str(source.resolve()) if isinstance(source, Path) else str(source)

        def work(told: Progress) -> IngestionReport:
            try:
                report = self._intake.ingestion().run(
                    opened, self._enforced(collection), told, options
                )
            finally:
                self._grant(collection)  # a withdrawn text may have come back under another name
            if report.added or report.updated or report.removed:
                compare(self._standings.likenesses, collection.name)
            self._shelves.save_source(collection.name, where)
            self._record.append(_ingested(collection, by, report))
            return report

        return self._intake.runs.run(collection.name, work, progress)

    def ingest_again(
        self, name: str, by: Person, progress: Progress, options: RunOptions = AS_USUAL
    ) -> IngestionReport:
        """Ingest a collection from where it last came from. Raises NotFoundError, as `ingest`."""
        check(by, Right.ADMINISTER)
        self.collection(name)
        source = self._shelves.source(name)
        if source is None:
            raise NotFoundError(f"The collection {name} was not ingested from anywhere yet.")
        return self.ingest(place(source), name, by, progress, options)

    def runs(self) -> list[Run]:
        """What is being ingested, and how the last run of each collection ended."""
        return self._intake.runs.now()

    def end_runs(self) -> None:
        """Cut what is being ingested; the next run goes on from there."""
        self._intake.runs.end()

    def file_counts(self) -> Mapping[str, Mapping[FileState, int]]:
        """How many files of each collection are in each state."""
        return self._intake.files.counts()

    def files(self, name: str | None, states: Several[FileState] = UNREAD) -> list[KnownFile]:
        """Files in these states, of one collection or of all, at most so many."""
        if name is not None:
            self.collection(name)
        return self._intake.files.listed(name, states, MOST_LISTED)

    def release(self, name: str, paths: Several[str] | None, by: Person) -> int:
        """Let failed and quarantined files be tried anew at the next run. Raises NotFoundError."""
        check(by, Right.ADMINISTER)
        self.collection(name)
        released = self._intake.files.release(name, paths)
        if paths and not released:
            raise NotFoundError(f"No such file of {name} failed.")
        return released

    def unindexed(self) -> int:
        """Documents that are known and cannot be found: an indexing was cut off."""
        return self._shelves.unindexed()

    def sources(self) -> list[Path]:
        """The folders and files that collections were last ingested from."""
        places = (place(source) for source in self._shelves.sources())
        return [found for found in places if isinstance(found, Path)]

    def open(self, collection: str, document: str, reader: Person) -> Document:
        """A document as its reader may see it. Raises NotFoundError, the same if it is not theirs.

        The groups are compared here as the index does: no group in common, no document.
        """
        found = self._shelves.document(collection, document)
        if found is None or not found.readers & audience_of(reader).groups:
            raise NotFoundError("There is no such document, or you may not read it.")
        if self.standing(found).barred:
            raise NotFoundError("There is no such document, or you may not read it.")
        return found

    def ids(self, name: str) -> Iterator[str]:
        """The documents of a collection; read when the first is asked for."""
        yield from self._shelves.readers(name)

    def standing(self, document: Document) -> Standing:
        """What a document is worth today."""
        described = self.collection(document.collection)
        return self._standings.one(described, document.id)

    def _opened(
        self, source: Place, name: str | None, by: Person
    ) -> tuple[Path | Source, Collection]:
        """What is to be read, and the collection that it describes or goes to."""
        if isinstance(source, Path):
            if not source.exists():
                raise InvalidInputError(f"There is no file or folder {source}.")
            origin, described = origin_of(source), self._collection_for(source, name, by)
            seen = self._said_elsewhere(
                described.name, origin, lambda document: out_of_sight(source, document)
            )
            return source, _with_sidecars(described, seen, sidecars(source, origin))
        remote = self._intake.open_remote(source)
        described = self._remote_collection(remote, name or source.name, by)
        said = self._said_elsewhere(described.name, remote.origin, lambda _: False)
        return remote, _with_sidecars(described, said, remote.sidecars())

    def _remote_collection(self, remote: Remote, name: str, by: Person) -> Collection:
        said = remote.description()
        if said is None:
            return self.known_or_new(name, by.name)
        return parse_collection(said, str(remote.address), remote.listed, name)

    def _collection_for(self, source: Path, name: str | None, by: Person) -> Collection:
        check_whole(source)
        if source.is_dir() and os.path.lexists(source / COLLECTION_FILE):
            return read_collection(source, name)
        name = name or (source.name if source.is_dir() else None)
        if name is None:
            raise InvalidInputError("Say which collection this file belongs to: --collection NAME.")
        return self.known_or_new(name, by.name)

    def _said_elsewhere(
        self, name: str, origin: str, is_out_of_sight: Callable[[str], bool]
    ) -> list[Override]:
        """What sidecars said that this source does not show: of others, or out of sight in it."""
        known = self._shelves.collection(name)
        return [
            one
            for one in (known.documents if known else ())
            if one.origin and (one.origin != origin or is_out_of_sight(one.document))
        ]


def _with_sidecars(
    collection: Collection, elsewhere: Iterable[Override], here: Iterable[Override]
) -> Collection:
    """What the files beside documents say, of this source now, of others as they last said."""
    own = [one for one in collection.documents if not one.origin]
    return replace(collection, documents=combine(own, (*elsewhere, *here)))


def _ingested(collection: Collection, by: Person, report: IngestionReport) -> Event:
    facts: dict[str, Json] = {
        "added": report.added,
        "updated": report.updated,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": len(report.failed),
        "held_back": report.held_back,
    }
    return Event(EventKind.INGESTED, collection.name, by.pseudonym, facts)


def _check_described(collection: Collection) -> None:
    name = collection.name
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        raise InvalidInputError(
            f"A collection's name has 1 to {LONGEST_NAME} printable characters."
        )
    if "/" in name or name.startswith("."):
        raise InvalidInputError("A collection's name has no slash and does not begin with a dot.")
    if not collection.owner.strip():
        raise InvalidInputError("A collection has an owner.")
