"""The index: the one place that knows who may find what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Chunk, Document, EmbeddedChunks
from models.ports import Language, Matrix


@dataclass(frozen=True, slots=True)
class Audience:
    """The groups a search speaks for. Made only by `server.access`; nobody is the default."""

    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index reads it.

    `vector` has shape (1, dimensions); None searches words alone and calls no model.
    `collections` narrows the search; None means every collection the audience may read.
    `embedder` is the digest of the weights that read the vector: where passages were read by
    others, the search is by words alone.
    `also` are other names of what is asked for; their words count half.
    """

    text: str
    vector: Matrix | None
    language: Language
    collections: frozenset[str] | None = None
    embedder: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a passage is to the question by meaning and by words, before both became a score.

    `cosine` is in [-1, 1]; `bm25` is 0 or more, comparable within one index only. None: that search
    did not find the passage among its first, or was not made. `usual_…` is the median of what the
    same search found: only a passage that stands above it was found for a reason.
    """

    cosine: float | None = None
    bm25: float | None = None
    usual_cosine: float | None = None
    usual_bm25: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; a higher score is better, comparable within one search only."""

    chunk: Chunk
    score: float
    nearness: Nearness = Nearness()


@dataclass(frozen=True, slots=True)
class Held:
    """A passage as an index holds it; the vector has the model's dimensions, and length one."""

    chunk: Chunk
    vector: NDArray[np.float32]


class Index(Protocol):
    """Finds passages that an audience may read. The reader filter is part of the query."""

    def replace(self, document: Document, embedded: EmbeddedChunks) -> None:
        """Make these the document's only chunks; durable when it returns."""
        self.replace_all([(document, embedded)])

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        """The same for several documents, made durable together: at the price of one."""
        ...

    def remove(self, collection: str, documents: Collection[str]) -> None:
        """Make these documents unfindable; unknown ids are no error."""
        ...

    def grant(self, collection: str, documents: Collection[str], readers: frozenset[str]) -> None:
        """Let these groups and no others find these documents; durable when it returns.

        Their passages stay as they are: no model is called. Unknown ids are no error.
        """
        ...

    def optimize(self) -> None:
        """Put what was written into the order that keeps large indexes fast, if it is time to."""
        ...

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        """At most `limit` hits, best first; none for an audience of no group."""
        ...


class StoredIndex(Index, Protocol):
    """An index that is kept somewhere, and can be given back."""

    def count(self) -> int:
        """Passages that can be found."""
        ...

    def held(self) -> Iterator[Held]:
        """Every passage that has a vector, in no order; what is written meanwhile may be missed."""
        ...

    def close(self) -> None:
        """Give it back; nothing can be searched afterwards."""
        ...
