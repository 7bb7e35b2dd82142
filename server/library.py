"""The library: collections with their owners, documents with their readers, ingestion on record."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.collections import (
    COLLECTION_FILE,
    EVERYONE,
    Collection,
    Override,
    check_consistent,
    check_whole,
    read_collection,
)
from ingest.documents import Document
from ingest.index import Index
from ingest.ingestion import Ingestion, IngestionReport
from ingest.sidecars import combine, out_of_sight, sidecars
from ingest.sources import origin_of
from server.access import Person, Right, audience_of, check
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.comparing import compare
from server.errors import InvalidInputError, NotFoundError
from server.standings import Standing, Standings
from server.store.shelves import Shelves

Progress = Callable[[int, int], None]
LONGEST_NAME = 64


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
        ingestion: Callable[[], Ingestion],
        record: AuditLog,
        standings: Standings,
    ) -> None:
        self._standings = standings
        self._shelves = shelves
        self._index = index  # made on first use, as is the ingestion
        self._ingestion = ingestion
        self._record = record

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
        if self._shelves.collection(collection.name) == collection:
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
                },
            )
        )
        self._grant(collection)
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
        self._shelves.remove_collection(name)
        return len(ids)

    def ingest(
        self, source: Path, name: str | None, by: Person, progress: Progress
    ) -> IngestionReport:
        """Make a collection hold what the source holds. Raises InvalidInputError, CollectionError.

        A folder's own `collection.toml` describes the collection; without one it keeps the
        description it has, or starts with the caller as its owner and everyone as its readers.
        """
        check(by, Right.ADMINISTER)
        if not source.exists():
            raise InvalidInputError(f"There is no file or folder {source}.")
        collection = self._collection_for(source, name, by)
        self.describe(collection, by)
        report = self._ingestion().run(source, self._enforced(collection), progress)
        self._grant(collection)  # a withdrawn text may have come back under another name
        if report.added or report.updated or report.removed:
            compare(self._standings.likenesses, collection.name)
        self._shelves.save_source(collection.name, str(source.resolve()))
        self._record.append(
            Event(
                EventKind.INGESTED,
                collection.name,
                by.pseudonym,
                {
                    "added": report.added,
                    "updated": report.updated,
                    "removed": report.removed,
                    "unchanged": report.unchanged,
                    "failed": len(report.failed),
                },
            )
        )
        return report

    def unindexed(self) -> int:
        """Documents that are known and cannot be found: an indexing was cut off."""
        return self._shelves.unindexed()

    def sources(self) -> list[Path]:
        """Where the collections were last ingested from."""
        return [Path(source) for source in self._shelves.sources()]

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

    def standing(self, document: Document) -> Standing:
        """What a document is worth today."""
        described = self.collection(document.collection)
        return self._standings.one(described, document.id)

    def _collection_for(self, source: Path, name: str | None, by: Person) -> Collection:
        check_whole(source)
        if source.is_dir() and os.path.lexists(source / COLLECTION_FILE):
            described = read_collection(source, name)
            return self._with_sidecars(described, source)
        name = name or (source.name if source.is_dir() else None)
        if name is None:
            raise InvalidInputError("Say which collection this file belongs to: --collection NAME.")
        return self._with_sidecars(self.known_or_new(name, by.name), source)

    def _with_sidecars(self, collection: Collection, source: Path) -> Collection:
        """What the files beside documents say, of this source now, of others as they last said."""
        known = self._shelves.collection(collection.name)
        origin = origin_of(source)
        kept = [
            one
            for one in (known.documents if known else ())
            if one.origin and (one.origin != origin or out_of_sight(source, one.document))
        ]
        own = [one for one in collection.documents if not one.origin]
        said = (*kept, *sidecars(source, origin))
        return replace(collection, documents=combine(own, said))


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
