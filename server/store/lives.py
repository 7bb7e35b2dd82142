"""Rows about how long documents hold: when they came in, and what their owners said of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, and_, delete, insert, select, update

from ingest.freshness import Life, Verdict
from server.store import Store
from server.store.tables import documents, lives

AT_ONCE = 500
Key = tuple[str, str]  # a collection and a document in it


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it stands: its version, its readers, and what is known of its life."""

    collection: str
    document: str
    title: str
    version: str
    readers: frozenset[str]
    life: Life
    verdict: Verdict | None = None
    successor: str = ""  # the document that replaces it
    wrong_since: date | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """What someone who answers for a document says of it, and since when it is so."""

    verdict: Verdict
    confirmed: date | None = None
    successor: str = ""
    wrong_since: date | None = None


class Lives:
    """Reads and writes lives; what is withdrawn is a text, whatever name it comes back under."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, keys: Several[Key]) -> Mapping[Key, Kept]:
        found: dict[Key, Kept] = {}
        for collection, ids in batched(keys):
            wanted = and_(documents.c.collection == collection, documents.c.id.in_(ids))
            for kept in self._kept(_kept().where(wanted)):
                found[kept.collection, kept.document] = kept
        return found

    def in_collection(self, collection: str) -> Mapping[str, Kept]:
        """By the ids of its documents."""
        query = _kept().where(documents.c.collection == collection).order_by(documents.c.id)
        return {kept.document: kept for kept in self._kept(query)}

    def withdrawn(self, collections: Several[str]) -> frozenset[Key]:
        """Collections with the versions that were withdrawn there."""
        query = select(lives.c.collection, lives.c.version).where(
            lives.c.collection.in_(list(collections)),
            lives.c.verdict == Verdict.WITHDRAWN.value,
        )
        with self._store.transaction() as connection:
            return frozenset((name, version) for name, version in connection.execute(query))

    def say(self, kept: Kept, word: Word) -> None:
        """Durable when it returns. A text that still holds is withdrawn under no other name."""
        values = {
            "confirmed": word.confirmed,
            "verdict": word.verdict.value,
            "successor": word.successor or None,
            "wrong_since": word.wrong_since,
        }
        row = {
            "collection": kept.collection,
            "document": kept.document,
            "version": kept.version,
            "arrived": kept.life.arrived,
        }
        this = and_(*(lives.c[name] == row[name] for name in ("collection", "document", "version")))
        same_text = and_(
            lives.c.collection == kept.collection,
            lives.c.version == kept.version,
            lives.c.verdict == Verdict.WITHDRAWN.value,
        )
        with self._store.transaction() as connection:
            if word.verdict is Verdict.STILL_VALID:
                connection.execute(delete(lives).where(same_text))
            if not connection.execute(update(lives).where(this).values(values)).rowcount:
                connection.execute(insert(lives).values({**row, **values}))

    def _kept(self, query: Select[*tuple[object, ...]]) -> list[Kept]:
        with self._store.transaction() as connection:
            return [_read(row) for row in connection.execute(query)]


def batched(keys: Several[Key]) -> Iterator[tuple[str, list[str]]]:
    """Some documents of one collection at a time, as a database looks them up in its index.

    It takes so many values in one question, and reads every row for pairs of them.
    """
    by_collection: dict[str, list[str]] = defaultdict(list)
    for collection, document in keys:
        by_collection[collection].append(document)
    for collection, ids in by_collection.items():
        for start in range(0, len(ids), AT_ONCE):
            yield collection, ids[start : start + AT_ONCE]


def _kept() -> Select[*tuple[object, ...]]:
    return select(
        documents.c.collection,
        documents.c.id,
        documents.c.title,
        documents.c.version,
        documents.c.readers,
        documents.c.indexed,
        lives.c.arrived,
        lives.c.confirmed,
        lives.c.verdict,
        lives.c.successor,
        lives.c.wrong_since,
    ).join_from(
        documents,
        lives,
        and_(
            lives.c.collection == documents.c.collection,
            lives.c.document == documents.c.id,
            lives.c.version == documents.c.version,
        ),
        isouter=True,
    )


def _read(row: Row[*tuple[object, ...]]) -> Kept:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's documented name for a row's columns
    indexed = values["indexed"]  # what a store knows that was written before there were lives
    return Kept(
        collection=values["collection"],
        document=values["id"],
        title=values["title"],
        version=values["version"],
        readers=frozenset(json.loads(values["readers"])),
        life=Life(values["arrived"] or (indexed.date() if indexed else None), values["confirmed"]),
        verdict=Verdict(values["verdict"]) if values["verdict"] else None,
        successor=values["successor"] or "",
        wrong_since=values["wrong_since"],
    )
