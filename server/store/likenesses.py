"""Rows about documents that are alike: their signatures, and the pairs that were found."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, insert, select

from ingest.likeness import Kind, Likeness, Sketch
from server.store import Store
from server.store.lives import AT_ONCE, Key, batched
from server.store.tables import documents, likenesses, signatures


class Likenesses:
    """What was found alike, one collection at a time: a pair never spans two audiences' owners."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unsigned(self, collection: str) -> dict[str, tuple[str, str]]:
        """Some documents whose signature is missing or of another version: version and text.

        Not all at once: a collection may be larger than memory.
        """
        signed = and_(
            signatures.c.collection == documents.c.collection,
            signatures.c.document == documents.c.id,
            signatures.c.version == documents.c.version,
        )
        query = (
            select(documents.c.id, documents.c.version, documents.c.text)
            .join_from(documents, signatures, signed, isouter=True)
            .where(documents.c.collection == collection, signatures.c.document.is_(None))
            .limit(AT_ONCE)
        )
        with self._store.transaction() as connection:
            return {id_: (version, text) for id_, version, text in connection.execute(query)}

    def sign(self, collection: str, signed: Mapping[str, tuple[str, bytes]]) -> None:
        """Keep these documents' versions with their signatures."""
        rows = [
            {"collection": collection, "document": id_, "version": version, "signature": said}
            for id_, (version, said) in signed.items()
        ]
        old = and_(signatures.c.collection == collection, signatures.c.document.in_(list(signed)))
        with self._store.transaction() as connection:
            connection.execute(delete(signatures).where(old))
            connection.execute(insert(signatures), rows)

    def sketches(self, collection: str) -> list[Sketch]:
        """Every document of the collection that has a signature."""
        query = (
            select(documents.c.id, documents.c.title, signatures.c.signature)
            .join_from(
                documents,
                signatures,
                and_(
                    signatures.c.collection == documents.c.collection,
                    signatures.c.document == documents.c.id,
                ),
            )
            .where(documents.c.collection == collection)
            .order_by(documents.c.id)
        )
        with self._store.transaction() as connection:
            return [Sketch(*row) for row in connection.execute(query)]

    def replace(self, collection: str, found: Sequence[Likeness]) -> None:
        """Make these the collection's only likenesses."""
        rows = [
            {
                "collection": collection,
                "document": one.document,
                "other": one.other,
                "similarity": one.similarity,
                "kind": one.kind.value,
            }
            for one in found
        ]
        left = and_(
            signatures.c.collection == collection,
            signatures.c.document.not_in(
                select(documents.c.id).where(documents.c.collection == collection)
            ),
        )
        with self._store.transaction() as connection:
            connection.execute(delete(signatures).where(left))
            connection.execute(delete(likenesses).where(likenesses.c.collection == collection))
            if rows:
                connection.execute(insert(likenesses), rows)

    def found(self, collection: str) -> list[Likeness]:
        """The most alike first."""
        query = (
            select(
                likenesses.c.document,
                likenesses.c.other,
                likenesses.c.similarity,
                likenesses.c.kind,
            )
            .where(likenesses.c.collection == collection)
            .order_by(likenesses.c.similarity.desc(), likenesses.c.document, likenesses.c.other)
        )
        with self._store.transaction() as connection:
            return [
                Likeness(document, other, similarity, Kind(kind))
                for document, other, similarity, kind in connection.execute(query)
            ]

    def later(self, keys: Several[Key]) -> Mapping[Key, str]:
        """The later version of each of these documents that has one."""
        query = select(likenesses.c.collection, likenesses.c.document, likenesses.c.other).where(
            likenesses.c.kind == Kind.VERSION.value
        )
        found: dict[Key, str] = {}
        for collection, ids in batched(keys):
            these = and_(likenesses.c.collection == collection, likenesses.c.document.in_(ids))
            with self._store.transaction() as connection:
                rows = connection.execute(query.where(these)).all()
            found |= {(name, id_): other for name, id_, other in rows}
        return found
