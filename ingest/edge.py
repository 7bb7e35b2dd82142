"""The index on one machine: the Qdrant engine in this process, on a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Collection as Several
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from ingest.documents import Document, EmbeddedChunks
from ingest.errors import IndexDamagedError, IndexInUseError, IndexUnavailableError
from ingest.fusion import DEPTH
from ingest.index import Audience, Held, Hit, Query, StoredIndex
from ingest.points import (
    COLLECTION,
    DOCUMENT,
    EFFORT,
    EXACT,
    KEYWORDS,
    MEANING,
    PAGE,
    READERS,
    TERMS,
    Engine,
    Point,
    Terms,
    Words,
    answered,
    held_of,
)

if TYPE_CHECKING:
    import qdrant_edge as qe

LEAST_ROOM = 256 * 1024 * 1024
"""Bytes the disk must have left: the engine maps files larger than what they hold, and a map that
finds no room kills the process."""

_REMEMBERED = 1_000
_Corpus = tuple[int, frozenset[str], frozenset[str] | None]

_OPTIMIZE = """
import os, sys
import qdrant_edge

os.nice(10)  # searches go first
shard = qdrant_edge.EdgeShard.load(sys.argv[1])
shard.optimize()
shard.flush()
shard.close()
"""


class EdgeIndex(StoredIndex):
    """Meaning and words: each search is filtered inside the engine, then their scores are fused.

    Searches run beside a write; writes wait for each other. One process holds the folder.
    """

    def __init__(self, folder: Path) -> None:
        """Raises IndexInUseError when another process holds the folder, IndexDamagedError."""
        self._folder, self._path = folder, folder.parent
        self._shard = _load(folder)
        self._writing = Lock()
        self._writes = 0
        self._all_read: dict[_Corpus, bool] = {}
        self._words = Words()

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        _check_room(self._path)
        with self._written():
            for document, embedded in batch:
                self._replace(document, self._words.points(document, embedded))

    def _replace(self, document: Document, points: Sequence[Point]) -> None:
        import qdrant_edge as qe

        former = qe.Filter(
            must=[_is(COLLECTION, document.collection), _is(DOCUMENT, document.id)],
            must_not=[qe.HasIdCondition({point.id for point in points})],
        )
        # New before old: for an instant a search may see both, never neither.
        if points:
            self._shard.update(qe.UpdateOperation.upsert_points([_native(one) for one in points]))
        self._shard.update(qe.UpdateOperation.delete_points_by_filter(former))

    def remove(self, collection: str, documents: Several[str]) -> None:
        import qdrant_edge as qe

        if not documents:
            return
        gone = qe.Filter(must=[_is(COLLECTION, collection), _in(DOCUMENT, documents)])
        with self._written():
            self._shard.update(qe.UpdateOperation.delete_points_by_filter(gone))

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        import qdrant_edge as qe

        if not documents:
            return
        these = qe.Filter(must=[_is(COLLECTION, collection), _in(DOCUMENT, documents)])
        granted = qe.UpdateOperation.set_payload_by_filter(these, {READERS: sorted(readers)})
        with self._written():
            self._shard.update(granted)

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        """A change that is durable at the end of the block: dozens of files are synced, once."""
        with self._writing, said_of(self._path):
            self._writes += 1
            yield
            self._writes += 1
            self._shard.flush()

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        # Qdrant matches nothing on an empty list; say so rather than rely on it.
        if not audience.groups or query.collections == frozenset() or limit <= 0:
            return []
        with said_of(self._path):
            searches = self._searches(query, audience, max(limit, DEPTH))
            return answered(_Asked(self._shard, searches), audience, limit)

    def count(self) -> int:
        import qdrant_edge as qe

        with said_of(self._path):
            return self._shard.count(qe.CountRequest(exact=True))

    def held(self) -> Iterator[Held]:
        import qdrant_edge as qe

        last = None
        while True:
            asked = qe.ScrollRequest(
                offset=last, limit=PAGE, with_payload=True, with_vector=[MEANING]
            )
            with said_of(self._path):
                page, last = self._shard.scroll(asked)
            yield from held_of(page)
            if last is None:
                return

    def optimize(self) -> None:
        """Build the graphs, in a process of its own: here it would hold the interpreter.

        Nothing can be searched meanwhile. Raises IndexUnavailableError.
        """
        with self._writing, said_of(self._path):
            self._shard.close()
            done = subprocess.run(  # noqa: S603  # our own interpreter and our own folder
                [sys.executable, "-I", "-c", _OPTIMIZE, str(self._folder)],
                check=False,
                capture_output=True,
            )
            self._shard = _load(self._folder)
        if done.returncode:
            raise IndexUnavailableError(f"The index in {self._path} could not be optimized.")

    def close(self) -> None:
        with self._writing, said_of(self._path):
            self._shard.close()

    def _searches(self, query: Query, audience: Audience, depth: int) -> list[_Search]:
        import qdrant_edge as qe

        searches, readable = [], _readable(query, audience)
        if query.vector is not None:
            near = qe.Query.Nearest(query.vector[0].tolist(), using=MEANING)
            wide = qe.SearchParams(hnsw_ef=EFFORT)
            searches.append(_Search(MEANING, near, readable, depth, wide))
        asked = {TERMS: self._words.asked(query), EXACT: self._words.named(query)}
        sought = {by: terms for by, terms in asked.items() if terms.indices}
        if sought:
            rarity = None
            if not self._reads_all(readable, (self._writes, audience.groups, query.collections)):
                # How rare a word is, is counted where the audience may read: the order of their
                # hits says nothing of passages that are not theirs.
                rarity = qe.SearchParams(idf=qe.IdfParams(corpus=readable))
            searches += [
                _Search(by, _holding(terms), readable, depth, rarity)
                for by, terms in sought.items()
            ]
        return searches

    def _reads_all(self, readable: qe.Filter, asked: _Corpus) -> bool:
        """Whether that is everything: then words need not be counted anew for each question.

        Remembered until the next write: counting them costs milliseconds at 100 000 passages.
        """
        import qdrant_edge as qe

        known = self._all_read.get(asked)
        if known is None:
            within = self._shard.count(qe.CountRequest(filter=readable, exact=True))
            everything = self._shard.count(qe.CountRequest(exact=True))
            if len(self._all_read) >= _REMEMBERED:
                self._all_read.clear()
            known = self._all_read[asked] = within == everything
        return known


@dataclass(frozen=True, slots=True)
class _Search:
    by: str
    near: qe.Query
    readable: qe.Filter
    depth: int
    params: qe.SearchParams | None

    def request(self, *, whole: bool) -> qe.QueryRequest:
        import qdrant_edge as qe

        return qe.QueryRequest(
            limit=self.depth,
            query=self.near,
            filter=self.readable,
            params=self.params,
            with_payload=whole,
        )


@dataclass(frozen=True, slots=True)
class _Asked(Engine):
    """A question put to the shard."""

    shard: qe.EdgeShard
    searches: Sequence[_Search]

    def search(self, *, whole: bool) -> Iterator[tuple[str, list[qe.ScoredPoint]]]:
        for one in self.searches:
            yield one.by, self.shard.query(one.request(whole=whole))

    def retrieve(self, ids: list[str]) -> list[qe.Record]:
        return self.shard.retrieve(list(ids), with_payload=True, with_vector=False)


def _check_room(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < LEAST_ROOM:
        raise IndexUnavailableError(
            f"Only {free // 1024**2} MB are left on the disk of {path}: the index needs "
            f"{LEAST_ROOM // 1024**2} MB of room to be written."
        )


def create(folder: Path, dimensions: int) -> None:
    """An empty shard, complete before it bears its name. Raises IndexUnavailableError."""
    import qdrant_edge as qe

    _check_room(folder.parent)
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    # A byte a dimension decides which passages are near, the vectors themselves in which order.
    bytes_ = qe.ScalarQuantizationConfig(type=qe.ScalarType.Int8, quantile=0.99, always_ram=True)
    config = qe.EdgeConfig(
        vectors={
            MEANING: qe.EdgeVectorParams(dimensions, qe.Distance.Cosine, quantization_config=bytes_)
        },
        sparse_vectors={TERMS: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
    )
    with said_of(folder.parent):
        shard = qe.EdgeShard.create(str(draft), config)
        for field in KEYWORDS:
            keyword = qe.PayloadSchemaType.Keyword
            shard.update(qe.UpdateOperation.create_field_index(field, keyword))
        shard.flush()
        shard.close()
    draft.rename(folder)


def _load(folder: Path) -> qe.EdgeShard:
    import qdrant_edge as qe

    try:
        return qe.EdgeShard.load(str(folder))
    except BaseException as error:
        if not _is_the_engines(error):
            raise
        if "WouldBlock" in str(error):
            raise IndexInUseError(folder.parent) from error
        raise IndexDamagedError(folder.parent) from error


def _is_the_engines(error: BaseException) -> bool:
    """The engine raises bare exceptions, and panics where it finds its files damaged."""
    return type(error) is Exception or type(error).__name__ == "PanicException"


@contextlib.contextmanager
def said_of(path: Path) -> Iterator[None]:
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


def _native(point: Point) -> qe.Point:
    import qdrant_edge as qe

    terms = qe.SparseVector(point.terms.indices, point.terms.values)
    vectors: dict[str, Any] = {TERMS: terms}
    if point.meaning is not None:
        vectors[MEANING] = point.meaning
    return qe.Point(point.id, vectors, point.payload)


def _holding(terms: Terms) -> qe.Query:
    import qdrant_edge as qe

    return qe.Query.Nearest(qe.SparseVector(terms.indices, terms.values), using=TERMS)


def _is(field: str, value: str) -> qe.FieldCondition:
    import qdrant_edge as qe

    return qe.FieldCondition(field, match=qe.MatchValue(value))


def _in(field: str, values: Several[str]) -> qe.FieldCondition:
    import qdrant_edge as qe

    return qe.FieldCondition(field, match=qe.MatchAny(sorted(values)))


def _readable(query: Query, audience: Audience) -> qe.Filter:
    """What this audience may read, in the collections that were asked for."""
    import qdrant_edge as qe

    conditions: list[Any] = [_in(READERS, audience.groups)]
    if query.collections is not None:
        conditions.append(_in(COLLECTION, query.collections))
    return qe.Filter(must=conditions)
