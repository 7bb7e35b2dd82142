"""Indexing: embeds documents together and puts them into an index, or into its successor."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from ingest import chunking, readers
from ingest.catalogue import Catalogue, Indexed
from ingest.cutting import Cut
from ingest.documents import Document, EmbeddedChunks
from ingest.index import Index
from ingest.live import LiveIndex
from ingest.words import embedded_text
from models.ports import Embedder, Language, ModelIdentity

BATCH = 256
"""Chunks embedded together: enough to fill the model's batches, little enough to lose."""


def rebuild(
    catalogue: Catalogue,
    embedder: Embedder,
    live: LiveIndex,
    quiet: AbstractContextManager[object],
) -> tuple[int, int]:
    """Build the index anew beside the live one, from the texts that the catalogue keeps, and swap.

    Returns how many documents, and passages. Killed at any point, the old index is in force
    and the next rebuild begins anew. `quiet` is held as `LiveIndex.successor` says.
    """
    embedder.embed([""])  # says no before anything is begun
    indexed: list[Indexed] = []
    passages = 0
    with live.successor(embedder, quiet) as successor:
        for batch in _batches(catalogue.documents()):
            successor.fill(_embedded(batch, embedder))
            indexed += [indexed_as(cut.document, embedder.identity) for cut in batch]
            passages += sum(len(cut.chunks) for cut in batch)
    catalogue.confirm(indexed)
    return len(indexed), passages


def index_all(batch: Sequence[Cut], index: Index, catalogue: Catalogue, embedder: Embedder) -> None:
    """Embed these documents together, and index them together."""
    embedded = _embedded(batch, embedder)
    for cut in batch:
        catalogue.begin(cut.document, cut.origin)
    index.replace_all(embedded)
    for cut in batch:
        catalogue.finish(cut.document, indexed_as(cut.document, embedder.identity).fingerprint)


def _embedded(batch: Sequence[Cut], embedder: Embedder) -> list[tuple[Document, EmbeddedChunks]]:
    vectors = embedder.embed([embedded_text(chunk) for cut in batch for chunk in cut.chunks])
    start, found = 0, []
    for cut in batch:
        rows = vectors[start : start + len(cut.chunks)]
        found.append((cut.document, EmbeddedChunks(cut.chunks, rows, embedder.identity.digest)))
        start += len(cut.chunks)
    return found


def _batches(documents: Iterable[Document]) -> Iterator[list[Cut]]:
    batch: list[Cut] = []
    for document in documents:
        batch.append(Cut(document, chunking.chunks(document), ""))
        if sum(len(cut.chunks) for cut in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def fingerprint(version: str, groups: frozenset[str], language: Language, embedder: str) -> str:
    """Everything that decides what the index holds of a document, as a SHA-256 (hex)."""
    decides = [version, sorted(groups), language, readers.VERSION, chunking.VERSION, embedder]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()


def indexed_as(document: Document, embedder: ModelIdentity) -> Indexed:
    decided = fingerprint(document.version, document.readers, document.language, embedder.digest)
    return Indexed(document.collection, document.id, document.version, decided)
