"""The index on a Qdrant server of the house: the same searches, over the network on site."""

from __future__ import annotations

import contextlib
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents import Document, EmbeddedChunks
from ingest.errors import IndexUnavailableError
from ingest.fusion import DEPTH
from ingest.index import Audience, Held, Hit, Query, StoredIndex
from ingest.points import (
    COLLECTION,
    DOCUMENT,
    EFFORT,
    EXACT,
    MEANING,
    PAGE,
    READERS,
    TERMS,
    Engine,
    Point,
    Words,
    answered,
    held_of,
)

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

_UPSERTED = 256
"""Passages sent in one request: about two megabytes."""


class QdrantIndex(StoredIndex):
    """One collection of a Qdrant server, 1.20 or later.

    Meaning and words are fused here, and filtered by the server in each of its searches; how rare a
    word is, is counted where the audience may read, as with the engine in process. The server
    makes its writes durable and optimizes by itself.
    """

    def __init__(self, client: QdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection
        self._words = Words()

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        with said_of_server():
            for document, embedded in batch:
                self._replace(document, self._words.points(document, embedded))

    def _replace(self, document: Document, points: Sequence[Point]) -> None:
        from qdrant_client import models

        # New before old: for an instant a search may see both, never neither.
        for start in range(0, len(points), _UPSERTED):
            sent = [_native(point) for point in points[start : start + _UPSERTED]]
            self._client.upsert(self._collection, sent, wait=True)
        former = models.Filter(
            must=[_is(COLLECTION, document.collection), _is(DOCUMENT, document.id)],
            must_not=[models.HasIdCondition(has_id=[point.id for point in points])],
        )
        self._client.delete(self._collection, models.FilterSelector(filter=former), wait=True)

    def remove(self, collection: str, documents: Several[str]) -> None:
        from qdrant_client import models

        if documents:
            gone = models.FilterSelector(filter=_these(collection, documents))
            with said_of_server():
                self._client.delete(self._collection, gone, wait=True)

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        if documents:
            with said_of_server():
                self._client.set_payload(
                    self._collection,
                    {READERS: sorted(readers)},
                    points=_these(collection, documents),
                    wait=True,
                )

    def optimize(self) -> None:
        """Nothing: the server does it by itself."""

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        # Qdrant matches nothing on an empty list; say so rather than rely on it.
        if not audience.groups or query.collections == frozenset() or limit <= 0:
            return []
        searches = self._searches(query, _readable(query, audience), max(limit, DEPTH))
        if not searches:
            return []
        with said_of_server():
            asked = _Asked(self._client, self._collection, searches)
            return answered(asked, audience, limit)

    def count(self) -> int:
        with said_of_server():
            return self._client.count(self._collection, exact=True).count

    def held(self) -> Iterator[Held]:
        last = None
        while True:
            with said_of_server():
                page, last = self._client.scroll(
                    self._collection,
                    limit=PAGE,
                    offset=last,
                    with_payload=True,
                    with_vectors=[MEANING],
                )
            yield from held_of(page)
            if last is None:
                return

    def close(self) -> None:
        """Nothing: the connection is its site's."""

    def _searches(
        self, query: Query, readable: models.Filter, depth: int
    ) -> dict[str, models.QueryRequest]:
        from qdrant_client import models

        searches = {}
        if query.vector is not None:
            wide = models.SearchParams(hnsw_ef=EFFORT)
            near = query.vector[0].tolist()
            searches[MEANING] = models.QueryRequest(
                query=near, using=MEANING, filter=readable, limit=depth, params=wide
            )
        for by, terms in ((TERMS, self._words.asked(query)), (EXACT, self._words.named(query))):
            if not terms.indices:
                continue
            words = models.SparseVector(indices=terms.indices, values=terms.values)
            rarity = models.SearchParams(idf=models.IdfCorpusParams(corpus=readable))
            searches[by] = models.QueryRequest(
                query=words, using=TERMS, filter=readable, limit=depth, params=rarity
            )
        return searches


@dataclass(frozen=True, slots=True)
class _Asked(Engine):
    """A question on its way to the server: its searches are one request."""

    client: QdrantClient
    collection: str
    searches: Mapping[str, models.QueryRequest]

    def search(self, *, whole: bool) -> list[tuple[str, list[models.ScoredPoint]]]:
        wanted = [one.model_copy(update={"with_payload": whole}) for one in self.searches.values()]
        found = self.client.query_batch_points(self.collection, wanted)
        return [(by, answer.points) for by, answer in zip(self.searches, found, strict=True)]

    def retrieve(self, ids: list[str]) -> list[models.Record]:
        return self.client.retrieve(self.collection, list(ids))


@contextlib.contextmanager
def said_of_server() -> Iterator[None]:
    """What the client raises, as one sentence; no content of a request is in it."""
    from qdrant_client.common.client_exceptions import QdrantException
    from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

    try:
        yield
    except UnexpectedResponse as error:
        raise IndexUnavailableError(
            f"The Qdrant server refused a request of the index ({error.status_code} "
            f"{error.reason_phrase})."
        ) from error
    except (ApiException, QdrantException) as error:
        raise IndexUnavailableError("The Qdrant server of the index does not answer.") from error


def _native(point: Point) -> models.PointStruct:
    from qdrant_client import models

    terms = models.SparseVector(indices=point.terms.indices, values=point.terms.values)
    vectors: dict[str, Any] = {TERMS: terms}
    if point.meaning is not None:
        vectors[MEANING] = point.meaning
    return models.PointStruct(id=point.id, vector=vectors, payload=point.payload)


def _these(collection: str, documents: Several[str]) -> models.Filter:
    from qdrant_client import models

    return models.Filter(must=[_is(COLLECTION, collection), _in(DOCUMENT, documents)])


def _readable(query: Query, audience: Audience) -> models.Filter:
    """What this audience may read, in the collections that were asked for."""
    from qdrant_client import models

    conditions: list[Any] = [_in(READERS, audience.groups)]
    if query.collections is not None:
        conditions.append(_in(COLLECTION, query.collections))
    return models.Filter(must=conditions)


def _is(field: str, value: str) -> models.FieldCondition:
    from qdrant_client import models

    return models.FieldCondition(key=field, match=models.MatchValue(value=value))


def _in(field: str, values: Several[str]) -> models.FieldCondition:
    from qdrant_client import models

    return models.FieldCondition(key=field, match=models.MatchAny(any=sorted(values)))
