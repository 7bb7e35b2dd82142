"""The index on one machine: the Qdrant engine in this process, on a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection as Several
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.errors import (
    IndexDamagedError,
    IndexInUseError,
    IndexUnavailableError,
)
from ingest.fusion import DEPTH, K
from ingest.identity import IDENTITY, Identity, check_identity
from ingest.index import Audience, Hit, Index, Query
from ingest.words import indexed_text, without_elisions
from models.ports import Embedder, Language

if TYPE_CHECKING:
    import qdrant_edge as qe

_SHARD = "shard"
_KEYWORDS = ("readers", "collection", "document", "language")
Vector = NDArray[np.float32]

LEAST_ROOM = 256 * 1024 * 1024
"""Bytes the disk must have left: the engine maps files larger than what they hold, and a map that
finds no room kills the process."""

_USUAL_TERMS = 60.0  # terms of a usual passage, once the empty words are gone


class EdgeIndex(Index):
    """Meaning and words, fused inside the engine and filtered in each of its searches.

    Searches run beside a write; writes wait for each other. One process holds the folder.
    """

    def __init__(self, shard: qe.EdgeShard, path: Path) -> None:
        self._shard = shard
        self._path = path
        self._writing = Lock()
        self._bm25 = {language: _bm25(language) for language in Language}

    @classmethod
    def open(cls, path: Path, embedder: Embedder) -> EdgeIndex:
        """The index of a folder, made if there is none: only then the embedder's weights load.

        Raises IndexMismatchError when another embedder built it, IndexInUseError when another
        process holds it, IndexDamagedError, or IndexUnavailableError.
        """
        folder = path / _SHARD
        try:
            path.mkdir(parents=True, exist_ok=True)
            check_identity(path, Identity.of(embedder.identity), filled=folder.exists())
            if not folder.exists():
                _check_room(path)
                _create(folder, embedder.dimensions)
        except OSError as error:
            raise IndexUnavailableError(
                f"The index in {path} cannot be opened: {error.strerror}."
            ) from error
        return cls(_load(folder, path), path)

    def replace(self, document: Document, embedded: EmbeddedChunks) -> None:
        import qdrant_edge as qe

        points = [
            self._point(document, chunk, vector)
            for chunk, vector in zip(embedded.chunks, embedded.vectors, strict=True)
        ]
        former = qe.Filter(
            must=[_is("collection", document.collection), _is("document", document.id)],
            must_not=[qe.HasIdCondition({point.id for point in points})],
        )
        _check_room(self._path)
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

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        import qdrant_edge as qe

        if not documents:
            return
        these = qe.Filter(must=[_is("collection", collection), _in("document", documents)])
        granted = qe.UpdateOperation.set_payload_by_filter(these, {"readers": sorted(readers)})
        with self._writing, _engine(self._path):
            self._shard.update(granted)
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
        """Build the graphs that keep large indexes fast: 8 to 18 s for 20 000 passages.

        The engine holds the whole interpreter meanwhile: not for a process that is serving.
        """
        with self._writing, _engine(self._path):
            self._shard.optimize()
            self._shard.flush()

    def close(self) -> None:
        """Give the folder back; nothing can be searched afterwards."""
        with self._writing, _engine(self._path):
            self._shard.close()

    def _point(self, document: Document, chunk: Chunk, vector: Vector) -> qe.Point:
        import qdrant_edge as qe

        terms = self._bm25[document.language].embed_document(indexed_text(chunk))
        vectors = {"meaning": vector.tolist(), "terms": terms}
        return qe.Point(chunk.id, vectors, _payload(document, chunk))

    def _searches(self, query: Query, readable: qe.Filter, depth: int) -> list[qe.Prefetch]:
        import qdrant_edge as qe

        searches = []
        if query.vector is not None:
            near = qe.Query.Nearest(query.vector[0].tolist(), using="meaning")
            searches.append(qe.Prefetch(limit=depth, query=near, filter=readable))
        terms = self._terms(query)
        if terms.indices:
            holding = qe.Query.Nearest(terms, using="terms")
            # How rare a word is, is counted where the audience may read: the order of their
            # hits says nothing of passages that are not theirs.
            rarity = qe.SearchParams(idf=qe.IdfParams(corpus=readable))
            searches.append(qe.Prefetch(limit=depth, query=holding, filter=readable, params=rarity))
        return searches

    def _terms(self, query: Query) -> qe.SparseVector:
        """The question's words as both languages stem them: each document knows its own stems.

        One ranking for both languages, so that their scores compare; where the stems differ,
        the other language's match nothing. The empty words of the question's own language are
        left out of both: "la" is rare in English documents, and says nothing there.
        """
        import qdrant_edge as qe

        own = self._bm25[query.language]
        words = without_elisions(query.text).split()
        bare = " ".join(word for word in words if own.embed_query(word).indices)
        found = {
            index for model in self._bm25.values() for index in model.embed_query(bare).indices
        }
        return qe.SparseVector(sorted(found), [1.0] * len(found))


def discard(path: Path) -> None:
    """Throw the index of a folder away, so that it can be built anew.

    Raises IndexInUseError when another process holds it.
    """
    folder = path / _SHARD
    if not folder.exists():
        return
    with contextlib.suppress(IndexDamagedError):  # the very reason to throw it away
        _load(folder, path).close()
    # Renamed first: cut off at any point, what is left is an index to rebuild, never a mixture.
    thrown = folder.with_suffix(".thrown")
    shutil.rmtree(thrown, ignore_errors=True)
    folder.rename(thrown)
    (path / IDENTITY).unlink(missing_ok=True)
    shutil.rmtree(thrown)


def _check_room(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < LEAST_ROOM:
        raise IndexUnavailableError(
            f"Only {free // 1024**2} MB are left on the disk of {path}: the index needs "
            f"{LEAST_ROOM // 1024**2} MB of room to be written."
        )


def _create(folder: Path, dimensions: int) -> None:
    """An empty shard, complete before it bears its name."""
    import qdrant_edge as qe

    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    config = qe.EdgeConfig(
        vectors={"meaning": qe.EdgeVectorParams(dimensions, qe.Distance.Cosine)},
        sparse_vectors={"terms": qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
    )
    with _engine(folder.parent):
        shard = qe.EdgeShard.create(str(draft), config)
        for field in _KEYWORDS:
            keyword = qe.PayloadSchemaType.Keyword
            shard.update(qe.UpdateOperation.create_field_index(field, keyword))
        shard.flush()
        shard.close()
    draft.rename(folder)


def _load(folder: Path, path: Path) -> qe.EdgeShard:
    """Raises IndexInUseError, IndexDamagedError."""
    import qdrant_edge as qe

    try:
        return qe.EdgeShard.load(str(folder))
    except BaseException as error:
        if not _is_the_engines(error):
            raise
        if "WouldBlock" in str(error):
            raise IndexInUseError(path) from error
        raise IndexDamagedError(path) from error


def _is_the_engines(error: BaseException) -> bool:
    """The engine raises bare exceptions, and panics where it finds its files damaged."""
    return type(error) is Exception or type(error).__name__ == "PanicException"


@contextlib.contextmanager
def _engine(path: Path) -> Iterator[None]:
    """What the engine raises while it works, as one sentence."""
    try:
        yield
    except BaseException as error:
        if not _is_the_engines(error):
            raise
        raise IndexUnavailableError(
            f"The index in {path} does not answer: {error}. "
            "If it is damaged, `vigie index rebuild` builds it anew."
        ) from error


def _bm25(language: Language) -> qe.Bm25:
    import qdrant_edge as qe

    match language:
        case Language.FRENCH:
            name = "french"
        case Language.ENGLISH:
            name = "english"
    return qe.Bm25(qe.Bm25Config(language=name, ascii_folding=True, avg_len=_USUAL_TERMS))


def _is(field: str, value: str) -> qe.FieldCondition:
    import qdrant_edge as qe

    return qe.FieldCondition(field, match=qe.MatchValue(value))


def _in(field: str, values: Several[str]) -> qe.FieldCondition:
    import qdrant_edge as qe

    return qe.FieldCondition(field, match=qe.MatchAny(sorted(values)))


def _readable(query: Query, audience: Audience) -> qe.Filter:
    """What this audience may read, in the collections that were asked for."""
    import qdrant_edge as qe

    conditions: list[Any] = [_in("readers", audience.groups)]
    if query.collections is not None:
        conditions.append(_in("collection", query.collections))
    return qe.Filter(must=conditions)


def _fused(searches: list[qe.Prefetch], limit: int) -> qe.QueryRequest:
    import qdrant_edge as qe

    fusion: Any = qe.Fusion.Rrf(k=K)  # a stub's lapse
    return qe.QueryRequest(
        limit=limit,
        query=fusion,
        prefetches=searches,
        with_payload=True,
    )


def _payload(document: Document, chunk: Chunk) -> dict[str, Any]:
    return {
        "readers": sorted(document.readers),
        "collection": chunk.collection,
        "document": chunk.document,
        "language": document.language.value,
        "version": chunk.version,
        "title": chunk.title,
        "section": chunk.section,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "url": chunk.url,
    }


def _chunk(id_: str, payload: dict[str, Any]) -> Chunk:
    return Chunk(
        id=id_,
        collection=payload["collection"],
        document=payload["document"],
        version=payload["version"],
        title=payload["title"],
        section=payload["section"],
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        page=payload.get("page"),
        url=payload.get("url"),
    )
