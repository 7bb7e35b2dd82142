"""The index on one machine: the Qdrant engine in this process, on a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection as Several
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.errors import IndexMismatchError, IndexUnavailableError
from ingest.fusion import DEPTH, WEIGHTS, K
from ingest.index import Audience, Hit, Index, Query
from ingest.words import indexed_text, without_elisions
from models.ports import Language, ModelIdentity

if TYPE_CHECKING:
    import qdrant_edge as qe

FORMAT = 1
"""Changes whenever the folder is laid out, or its texts are indexed, in another way."""

_KEYWORDS = ("readers", "collection", "document", "language")
_USUAL_TERMS = 60.0  # terms of a usual passage, once the empty words are gone


class EdgeIndex(Index):
    """Meaning, titles and words, fused inside the engine and filtered in each of its searches.

    Searches run beside a write; writes wait for each other. One process holds the folder.
    """

    def __init__(self, shard: qe.EdgeShard, path: Path) -> None:
        self._shard = shard
        self._path = path
        self._writing = Lock()
        self._bm25 = {language: _bm25(language) for language in Language}

    @classmethod
    def open(cls, path: Path, embedder: ModelIdentity, dimensions: int) -> EdgeIndex:
        """The index of a folder, made if there is none.

        Raises IndexMismatchError when another embedder built it, IndexUnavailableError when
        another process holds it, or it is damaged.
        """
        folder = path / "shard"
        try:
            path.mkdir(parents=True, exist_ok=True)
            _check_identity(path, _Identity.of(embedder, dimensions))
            if not folder.exists():
                _create(folder, dimensions)
        except OSError as error:
            raise IndexUnavailableError(
                f"The index in {path} cannot be opened: {error.strerror}."
            ) from error
        with _engine(path):
            return cls(_load(folder), path)

    def replace(self, document: Document, embedded: EmbeddedChunks) -> None:
        import qdrant_edge as qe

        points = [
            self._point(document, chunk, body, embedded.title[0])
            for chunk, body in zip(embedded.chunks, embedded.bodies, strict=True)
        ]
        former = qe.Filter(
            must=[_is("collection", document.collection), _is("document", document.id)],
            must_not=[qe.HasIdCondition({point.id for point in points})],
        )
        with self._writing, _engine(self._path):
            # New before old: for an instant a search may see both, never neither.
            if points:
                self._shard.update(qe.UpdateOperation.upsert_points(points))
            self._shard.update(qe.UpdateOperation.delete_points_by_filter(former))
            self._shard.flush()

    def remove(self, collection: str, documents: Several[str]) -> None:
        import qdrant_edge as qe

        if not documents:
            return
        gone = qe.Filter(must=[_is("collection", collection), _in("document", documents)])
        with self._writing, _engine(self._path):
            self._shard.update(qe.UpdateOperation.delete_points_by_filter(gone))
            self._shard.flush()

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        # Qdrant matches nothing on an empty list; say so rather than rely on it.
        if not audience.groups or query.collections == frozenset() or limit <= 0:
            return []
        searches = self._searches(query, _readable(query, audience), max(limit, DEPTH))
        if not searches:
            return []
        with _engine(self._path):
            found = self._shard.query(_fused(searches, limit))
        return [Hit(_chunk(str(point.id), point.payload or {}), point.score) for point in found]

    def count(self) -> int:
        """Passages that can be found."""
        import qdrant_edge as qe

        with _engine(self._path):
            return self._shard.count(qe.CountRequest(exact=True))

    def optimize(self) -> None:
        """Build the graphs that keep large indexes fast; seconds for 20 000 passages."""
        with self._writing, _engine(self._path):
            self._shard.optimize()
            self._shard.flush()

    def close(self) -> None:
        """Give the folder back; nothing can be searched afterwards."""
        with self._writing, _engine(self._path):
            self._shard.close()

    def _point(
        self, document: Document, chunk: Chunk, body: np.ndarray[Any, Any], title: np.ndarray[Any, Any]
    ) -> qe.Point:
        import qdrant_edge as qe

        terms = self._bm25[document.language].embed_document(indexed_text(chunk))
        vectors = {"body": body.tolist(), "title": title.tolist(), "terms": terms}
        return qe.Point(chunk.id, vectors, _payload(document, chunk))

    def _searches(
        self, query: Query, readable: qe.Filter, depth: int
    ) -> list[tuple[qe.Prefetch, float]]:
        import qdrant_edge as qe

        def nearest(sought: Any, using: str) -> qe.Prefetch:
            nearness = qe.Query.Nearest(sought, using=using)
            return qe.Prefetch(limit=depth, query=nearness, filter=readable)

        searches = []
        if query.vector is not None:
            question = query.vector[0].tolist()
            searches.append((nearest(question, "body"), WEIGHTS.body))
            searches.append((nearest(question, "title"), WEIGHTS.title))
        terms = self._terms(query.text)
        if terms.indices:
            searches.append((nearest(terms, "terms"), WEIGHTS.terms))
        return searches

    def _terms(self, text: str) -> qe.SparseVector:
        """The question's words as both languages stem them: each document knows its own stems.

        One ranking for both languages, so that their scores compare; where the stems differ,
        the other language's match nothing.
        """
        import qdrant_edge as qe

        bare = without_elisions(text)
        found = {index for model in self._bm25.values() for index in model.embed_query(bare).indices}
        return qe.SparseVector(sorted(found), [1.0] * len(found))


def discard(path: Path) -> None:
    """Throw the index of a folder away, so that it can be built anew.

    Raises IndexUnavailableError when another process holds it.
    """
    folder = path / "shard"
    if not folder.exists():
        return
    try:
        with _engine(path):
            _load(folder).close()
    except IndexUnavailableError as error:
        if error.in_use:
            raise
    (path / _Identity.FILE).unlink(missing_ok=True)
    shutil.rmtree(folder)
