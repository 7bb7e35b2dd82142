"""An index and an embedder that remember: what the index holds is not computed again.

The cache follows the index: it learns a vector when a passage is indexed and forgets it when the
passage leaves, by whatever way. A question is never indexed, so it is never kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass

import numpy as np

from ingest.documents import Document, EmbeddedChunks
from ingest.index import Audience, Hit, Index, Query
from ingest.vectors import Vector, VectorCache
from ingest.words import embedded_text
from models.ports import Embedder, Matrix, ModelIdentity

Arithmetic = Callable[[], str]
"""Says in what precision the model computes here: vectors of another one are not reused."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of passages, each under what decided it."""

    cache: VectorCache
    arithmetic: Arithmetic

    def key(self, model: str, text: str) -> bytes:
        """The same for the same text, model (its digest) and arithmetic, and for nothing else."""
        return _hash(model, self.arithmetic(), text)


@dataclass(frozen=True, slots=True)
class RememberingEmbedder(Embedder):
    """Reads texts as another embedder does, but for those it knows, each once."""

    embedder: Embedder
    vectors: Vectors

    @property
    def identity(self) -> ModelIdentity:
        return self.embedder.identity

    @property
    def dimensions(self) -> int:
        return self.embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        keys = [self.vectors.key(self.identity.digest, text) for text in texts]
        found = self.vectors.cache.find(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing or not texts:
            computed = self.embedder.embed(list(missing.values()))
            if not texts:
                return computed
            found |= dict(zip(missing, computed, strict=True))
        return np.stack([found[key] for key in keys])


@dataclass(frozen=True, slots=True)
class RememberingIndex(Index):
    """An index whose passages' vectors are known to the cache as long as it holds them."""

    index: Index
    vectors: Vectors

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        self.index.replace_all(batch)
        for document, embedded in batch:
            rows = dict(self._rows(embedded))
            self.vectors.cache.hold(_holder(document.collection, document.id), rows)

    def remove(self, collection: str, documents: Several[str]) -> None:
        """Raises IndexUnavailableError also when their vectors cannot be forgotten."""
        self.index.remove(collection, documents)
        self.vectors.cache.release([_holder(collection, id_) for id_ in documents])

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        self.index.grant(collection, documents, readers)

    def optimize(self) -> None:
        self.index.optimize()

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        return self.index.search(query, audience, limit)

    def _rows(self, embedded: EmbeddedChunks) -> Iterator[tuple[bytes, Vector]]:
        if embedded.vectors is not None:
            for chunk, vector in zip(embedded.chunks, embedded.vectors, strict=True):
                yield self.vectors.key(embedded.embedder, embedded_text(chunk)), vector


def _holder(collection: str, document: str) -> bytes:
    return _hash(collection, document)


def _hash(*parts: str) -> bytes:
    """SHA-256 of the parts, each under its length: no two lists of parts are the same bytes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
