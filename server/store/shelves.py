"""Rows about collections and their documents: what ingestion remembers, what citations open."""

from __future__ import annotations

import json
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Insert,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from ingest.catalogue import Catalogue, Indexed, Mark
from ingest.collections import Collection
from ingest.documents import Chunk, Document, Span
from ingest.index import Audience
from ingest.joining import Stretches
from ingest.lexicon import Text, Texts
from models.ports import Language
from server.store import Store
from server.store.tables import collections, documents, lives

PAGE = 200
"""Documents read together, of those that are all read one after the other."""

_DESCRIPTION = TypeAdapter(Collection)
_SPANS = TypeAdapter(tuple[Span, ...])

OUTDATED = "outdated"
"""The fingerprint of a document that was read as its collection no longer wants it."""


class Shelves(Catalogue, Texts, Stretches):
    """The catalogue of ingestion, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = 0
        self.changing = Lock()
        """Held over a change to the index and to its rows: a rebuild begins before or after it."""

    @property
    def changes(self) -> int:
        """Changes made by this process: no other one writes while it holds the index."""
        return self._changes

    def save_collection(self, collection: Collection) -> None:
        values = {"description": _DESCRIPTION.dump_json(collection).decode()}
        with self._store.transaction() as connection:
            named = collections.c.name == collection.name
            if not connection.execute(update(collections).where(named).values(values)).rowcount:
                connection.execute(insert(collections).values(name=collection.name, **values))

    def save_source(self, collection: str, source: str) -> None:
        """Remember where a collection was last ingested from."""
        named = collections.c.name == collection
        with self._store.transaction() as connection:
            connection.execute(update(collections).where(named).values(source=source))

    def source(self, collection: str) -> str | None:
        query = select(collections.c.source).where(collections.c.name == collection)
        with self._store.transaction() as connection:
            return connection.execute(query).scalar()

    def sources(self) -> list[str]:
        query = select(collections.c.source).where(collections.c.source.is_not(None))
        with self._store.transaction() as connection:
            return list(connection.execute(query.order_by(collections.c.name)).scalars())

    def collection(self, name: str) -> Collection | None:
        with self._store.transaction() as connection:
            query = select(collections.c.description).where(collections.c.name == name)
            text = connection.execute(query).scalar()
        return _DESCRIPTION.validate_json(text) if text else None

    def collections(self) -> list[Collection]:
        with self._store.transaction() as connection:
            query = select(collections.c.description).order_by(collections.c.name)
            texts = connection.execute(query).scalars().all()
        return [_DESCRIPTION.validate_json(text) for text in texts]

    def remove_collection(self, name: str) -> None:
        with self._store.transaction() as connection:
            connection.execute(delete(collections).where(collections.c.name == name))

    def readers(self, collection: str) -> Mapping[str, frozenset[str]]:
        """Document id → the groups that read it."""
        query = select(documents.c.id, documents.c.readers)
        with self._store.transaction() as connection:
            rows = connection.execute(query.where(documents.c.collection == collection)).all()
        return {id_: frozenset(json.loads(readers)) for id_, readers in rows}

    def readers_of(
        self, keys: Several[tuple[str, str]]
    ) -> Mapping[tuple[str, str], frozenset[str]]:
        """The same for a few, by collection and document; those that are not there are left out."""
        query = select(*_NAMED, documents.c.readers).where(tuple_(*_NAMED).in_(list(keys)))
        with self._store.transaction() as connection:
            rows = connection.execute(query).all()
        return {(name, id_): frozenset(json.loads(readers)) for name, id_, readers in rows}

    def grant(self, collection: str, ids: Several[str], readers: frozenset[str]) -> None:
        """Let these groups and no others open these documents."""
        these = and_(documents.c.collection == collection, documents.c.id.in_(ids))
        values = {"readers": json.dumps(sorted(readers))}
        with self._store.transaction() as connection:
            connection.execute(update(documents).where(these).values(values))
        self._changes += 1

    def unindexed(self) -> int:
        """Documents that were begun and not finished."""
        query = select(func.count()).where(documents.c.fingerprint.is_(None))
        with self._store.transaction() as connection:
            return int(connection.execute(query.select_from(documents)).scalar_one())

    def counts(self) -> dict[str, int]:
        """Indexed documents by collection."""
        query = (
            select(documents.c.collection, func.count())
            .where(documents.c.fingerprint.is_not(None))
            .group_by(documents.c.collection)
        )
        with self._store.transaction() as connection:
            return dict(connection.execute(query).all())

    def marks(self, collection: str) -> Mapping[str, Mark]:
        query = select(documents.c.id, documents.c.origin, documents.c.fingerprint)
        with self._store.transaction() as connection:
            rows = connection.execute(query.where(documents.c.collection == collection)).all()
        return {id_: Mark(origin, fingerprint or "") for id_, origin, fingerprint in rows}

    def begin(self, document: Document, origin: str) -> None:
        values = {**_values(document), "origin": origin, "fingerprint": None}
        with self._store.transaction() as connection:
            begun = update(documents).where(_same(document)).values(values)
            if not connection.execute(begun).rowcount:
                connection.execute(insert(documents).values(values))

    def finish(self, document: Document, fingerprint: str) -> None:
        values = {
            **_values(document),
            "fingerprint": fingerprint,
            "indexed": datetime.now(UTC).replace(tzinfo=None),
        }
        with self._store.transaction() as connection:
            connection.execute(update(documents).where(_same(document)).values(values))
            connection.execute(_arrival(document))
        self._changes += 1

    def forget(self, collection: str, ids: Several[str]) -> None:
        with self._store.transaction() as connection:
            for id_ in ids:
                gone = and_(documents.c.collection == collection, documents.c.id == id_)
                connection.execute(delete(documents).where(gone))
        self._changes += 1

    def text_marks(self) -> Mapping[tuple[str, str], str]:
        query = select(*_NAMED, documents.c.fingerprint, documents.c.readers)
        with self._store.transaction() as connection:
            rows = connection.execute(query.where(documents.c.fingerprint.is_not(None))).all()
        return {(collection, id_): _mark(*marks) for collection, id_, *marks in rows}

    def text(self, collection: str, document: str) -> Text | None:
        query = select(documents).where(
            documents.c.collection == collection,
            documents.c.id == document,
            documents.c.fingerprint.is_not(None),
        )
        with self._store.transaction() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Text(
            mark=_mark(row.fingerprint, row.readers),
            readers=frozenset(json.loads(row.readers)),
            language=Language(row.language),
            text=f"{row.title}\n{row.text}",
        )

    def stretch(self, passage: Chunk, reach: range, audience: Audience) -> str | None:
        cut = func.substr(documents.c.text, reach.start + 1, len(reach))
        query = select(cut, documents.c.readers).where(
            documents.c.collection == passage.collection,
            documents.c.id == passage.document,
            documents.c.version == passage.version,
            documents.c.fingerprint.is_not(None),
        )
        with self._store.transaction() as connection:
            row = connection.execute(query).first()
        if row is None or not audience.groups.intersection(json.loads(row.readers)):
            return None
        return str(row[0])

    def documents(self) -> Iterator[Document]:
        """Page by page: neither all texts at once, nor one transaction for hours."""
        place = tuple_(documents.c.collection, documents.c.id)
        query = select(documents).order_by(documents.c.collection, documents.c.id).limit(PAGE)
        last = ("", "")
        while True:
            with self._store.transaction() as connection:
                rows = connection.execute(query.where(place > last)).all()
            page = [_document(row) for row in rows]
            yield from page
            if len(page) < PAGE:
                return
            last = (page[-1].collection, page[-1].id)

    def confirm(self, indexed: Several[Indexed]) -> None:
        values = {
            "fingerprint": bindparam("made"),
            "indexed": datetime.now(UTC).replace(tzinfo=None),
        }
        same = and_(
            documents.c.collection == bindparam("its_collection"),
            documents.c.id == bindparam("its_id"),
            documents.c.version == bindparam("its_version"),
            documents.c.fingerprint.is_distinct_from(OUTDATED),  # its text is still the old one
        )
        rows = [
            {
                "its_collection": one.collection,
                "its_id": one.id,
                "its_version": one.version,
                "made": one.fingerprint,
            }
            for one in indexed
        ]
        if rows:
            with self._store.transaction() as connection:
                connection.execute(update(documents).where(same).values(values), rows)
            self._changes += 1

    def outdate(self, collection: str) -> None:
        """Let each document be read again by the next run, and found until then."""
        known = and_(documents.c.collection == collection, documents.c.fingerprint.is_not(None))
        with self._store.transaction() as connection:
            connection.execute(update(documents).where(known).values(fingerprint=OUTDATED))
        self._changes += 1

    def unmark(self) -> None:
        """Nothing is indexed any more, whatever was remembered."""
        with self._store.transaction() as connection:
            connection.execute(update(documents).values(fingerprint=None))
        self._changes += 1

    def document(self, collection: str, id_: str) -> Document | None:
        query = select(documents).where(
            documents.c.collection == collection,
            documents.c.id == id_,
            documents.c.fingerprint.is_not(None),
        )
        with self._store.transaction() as connection:
            row = connection.execute(query).first()
        return _document(row) if row else None


def _arrival(document: Document) -> Insert:
    """A text that was here before keeps its life: the day it came, what its owner said of it."""
    return (
        insert(lives)
        .prefix_with("OR IGNORE")
        .values(
            collection=document.collection,
            document=document.id,
            version=document.version,
            arrived=datetime.now(UTC).date(),
        )
    )


_NAMED = (documents.c.collection, documents.c.id)


def _mark(fingerprint: str, readers: str) -> str:
    return f"{fingerprint} {readers}"


def _same(document: Document) -> ColumnElement[bool]:
    return and_(documents.c.collection == document.collection, documents.c.id == document.id)


def _values(document: Document) -> dict[str, object]:
    return {
        "collection": document.collection,
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "spans": _SPANS.dump_json(document.spans).decode(),
        "language": document.language.value,
        "readers": json.dumps(sorted(document.readers)),
        "version": document.version,
        "url": document.url,
    }


def _document(row: Row[tuple[object, ...]]) -> Document:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's documented name for a row's columns
    return Document(
        collection=values["collection"],
        id=values["id"],
        title=values["title"],
        text=values["text"],
        language=Language(values["language"]),
        readers=frozenset(cast("list[str]", json.loads(values["readers"]))),
        version=values["version"],
        url=values["url"],
        spans=_SPANS.validate_json(values["spans"]),
    )
