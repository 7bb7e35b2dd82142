"""The live index: searched and written at every moment, also while its successor is built."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Several
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from threading import Condition, Lock
from typing import Protocol

from ingest.documents import Document, EmbeddedChunks
from ingest.errors import IndexUnavailableError
from ingest.identity import Identity
from ingest.index import Audience, Held, Hit, Index, Query, StoredIndex
from ingest.words import embedded_text
from models.ports import Embedder

Batch = Sequence[tuple[Document, EmbeddedChunks]]

LEAST_GROWTH = 10_000
"""Passages that an engine searches one by one without anyone noticing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An index where it stands: whose vectors it holds, and how many passages are optimized."""

    name: str
    index: StoredIndex
    identity: Identity
    optimized: int = 0


class Site(Protocol):
    """Where a house keeps its index: one in force, and at most one that is built beside it."""

    def identity(self) -> Identity | None:
        """Whose vectors the one in force holds; None where there is none.

        Raises IndexDamagedError, IndexMismatchError, IndexUnavailableError.
        """
        ...

    def open(self, embedder: Embedder) -> Standing:
        """The one in force, made if there is none: only then the embedder's weights load.

        Raises IndexInUseError too.
        """
        ...

    def build(self, embedder: Embedder) -> Standing:
        """An empty one beside it; what an earlier try left is thrown away."""
        ...

    def copy(self, standing: Standing) -> Standing | None:
        """The same once more, to be optimized; None where that is not ours to do, or no room."""
        ...

    def put_in_force(self, standing: Standing) -> None:
        """At once and durably: cut off at any point, it is either this one or the former."""
        ...

    def sweep(self) -> None:
        """Throw away all that is not in force."""
        ...


@dataclass(slots=True)
class _Place:
    """An index with the embedder that fills it; None where its vectors are another's."""

    standing: Standing
    embedder: Embedder | None
    searches: int = 0

    @property
    def index(self) -> StoredIndex:
        return self.standing.index

    def adopted(self, batch: Batch) -> list[tuple[Document, EmbeddedChunks]]:
        return [(document, self._adopted(embedded)) for document, embedded in batch]

    def _adopted(self, embedded: EmbeddedChunks) -> EmbeddedChunks:
        """With vectors that may stand here: those given, or read anew, or none."""
        if embedded.embedder == self.standing.identity.digest:
            return embedded
        if self.embedder is None:
            return replace(embedded, vectors=None)
        vectors = self.embedder.embed([embedded_text(chunk) for chunk in embedded.chunks])
        return EmbeddedChunks(embedded.chunks, vectors, self.embedder.identity.digest)


@dataclass(frozen=True, slots=True)
class Successor:
    """What is built beside the live index, and what was written to that one since."""

    place: _Place
    missed: list[Callable[[_Place], None]] = field(default_factory=list)

    def fill(self, batch: Batch) -> None:
        """Documents as they were when the building began, or later."""
        self.place.index.replace_all(self.place.adopted(batch))


class LiveIndex(Index):
    """One index in force; a rebuild stands beside it until it is whole, then takes its place.

    Vectors of an embedder that is not the index's are read anew by its own; without it, passages
    are indexed, and found, by their words alone.
    """

    def __init__(self, site: Site, place: _Place | None, least_growth: int = LEAST_GROWTH) -> None:
        self._site = site
        self._place = place
        self._least_growth = least_growth
        self._successor: Successor | None = None
        self._writing, self._building = Lock(), Lock()
        self._searches = Condition()

    @classmethod
    def open(cls, site: Site, embedder: Embedder, least_growth: int = LEAST_GROWTH) -> LiveIndex:
        """The site's index. Raises IndexMismatchError, IndexUnavailableError."""
        standing = site.open(embedder)
        own = standing.identity.is_of(embedder.identity)
        return cls(site, _Place(standing, embedder if own else None), least_growth)

    @classmethod
    def unopened(cls, site: Site) -> LiveIndex:
        """For an index that cannot be opened: nothing is found until a successor is in force."""
        return cls(site, None)

    def replace_all(self, batch: Batch) -> None:
        self._write(lambda place: place.index.replace_all(place.adopted(batch)))

    def remove(self, collection: str, documents: Several[str]) -> None:
        gone = tuple(documents)
        self._write(lambda place: place.index.remove(collection, gone))

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        these = tuple(documents)
        self._write(lambda place: place.index.grant(collection, these, readers))

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        with self._searched() as place:
            if query.embedder != place.standing.identity.digest:
                query = replace(query, vector=None)
            return place.index.search(query, audience, limit)

    def count(self) -> int:
        """Passages that can be found."""
        with self._searched() as place:
            return place.index.count()

    @contextlib.contextmanager
    def held(self) -> Iterator[tuple[Identity, Iterator[Held]]]:
        """Whose vectors the index in force holds, and its passages; it stays open for the block."""
        with self._searched() as place:
            yield place.standing.identity, place.index.held()

    def optimize(self) -> None:
        """Optimize a copy and swap, where the index has grown enough since the last time.

        If it cannot be done, the index in force stays as it is: slower, and right.
        """
        if not self._building.acquire(blocking=False):
            return  # what is being built will be optimized
        try:
            with contextlib.suppress(IndexUnavailableError):
                self._optimize()
        finally:
            self._building.release()

    @contextlib.contextmanager
    def successor(
        self, embedder: Embedder, quiet: AbstractContextManager[object]
    ) -> Iterator[Successor]:
        """An empty index to fill; in force at the end of the block, and not if it raises.

        What is written to the live index meanwhile is written to it before it takes its place,
        in the same order. `quiet` is held while the building begins: whoever writes here and
        elsewhere holds it over both, so that no change is half done then. Two that are asked
        for at once are built one after the other.
        """
        with self._building:
            with quiet, self._writing:
                successor = Successor(_Place(self._site.build(embedder), embedder))
                self._successor = successor
            with self._abandoned_on_error(successor):
                yield successor
                former = self._crown(successor)
            self._retire(former)

    def close(self) -> None:
        """Give the index back; nothing can be searched afterwards."""
        with self._writing:
            if self._place is not None:
                self._place.index.close()

    def _optimize(self) -> None:
        with self._writing:
            place = self._force()
            grown = place.index.count() - place.standing.optimized
            if grown < max(self._least_growth, place.standing.optimized // 5):
                return
            copy = self._site.copy(place.standing)
            if copy is None:
                return
            successor = Successor(_Place(copy, place.embedder))
            self._successor = successor
        with self._abandoned_on_error(successor):
            former = self._crown(successor)
        self._retire(former)

    def _crown(self, successor: Successor) -> _Place | None:
        """Optimize it, write to it what it missed, put it in force; the one that was before."""
        place = successor.place
        held = place.index.count()
        if held >= self._least_growth:
            place.index.optimize()
            place.standing = replace(place.standing, optimized=held)
        with self._writing:
            for write in successor.missed:
                write(place)
            self._site.put_in_force(place.standing)
            self._successor = None
            with self._searches:
                former, self._place = self._place, place
        return former

    def _retire(self, former: _Place | None) -> None:
        if former is not None:
            with self._searches:
                self._searches.wait_for(lambda: not former.searches)
            former.index.close()
        self._site.sweep()

    @contextlib.contextmanager
    def _abandoned_on_error(self, successor: Successor) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with self._writing:
                self._successor = None
            successor.place.index.close()
            self._site.sweep()
            raise

    def _write(self, write: Callable[[_Place], None]) -> None:
        with self._writing:
            write(self._force())
            if self._successor is not None:
                self._successor.missed.append(write)

    def _force(self) -> _Place:
        if self._place is None:
            raise IndexUnavailableError("The index is damaged. `vigie index rebuild` mends it.")
        return self._place

    @contextlib.contextmanager
    def _searched(self) -> Iterator[_Place]:
        with self._searches:
            place = self._force()
            place.searches += 1
        try:
            yield place
        finally:
            with self._searches:
                place.searches -= 1
                self._searches.notify_all()
