"""The same text is computed once for as long as the index holds it, and not a moment longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from passages import DIMENSIONS, WordsEmbedder, document

from ingest import chunking
from ingest.documents import Document, EmbeddedChunks
from ingest.index import Audience, Query
from ingest.memory import MemoryIndex
from ingest.remembering import RememberingEmbedder, RememberingIndex, Vectors
from ingest.vectors import VectorCache
from ingest.words import embedded_text
from models.ports import Language

EVERYONE = Audience(frozenset({"everyone"}))


class Desk:
    """An index and an embedder that share what they know, and the embedder behind them."""

    def __init__(self, cache: VectorCache, arithmetic: str = "exact", name: str = "words") -> None:
        self.model = WordsEmbedder(name)
        vectors = Vectors(cache, lambda: arithmetic)
        self.embedder = RememberingEmbedder(self.model, vectors)
        self.index = RememberingIndex(MemoryIndex(), vectors)

    def put(self, *documents: Document) -> int:
        """How many texts the model had to read."""
        before = self.model.read
        for one in documents:
            chunks = chunking.chunks(one)
            vectors = self.embedder.embed([embedded_text(chunk) for chunk in chunks])
            self.index.replace(one, EmbeddedChunks(chunks, vectors, self.model.identity.digest))
        return self.model.read - before


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VectorCache]:
    with closing(VectorCache(tmp_path / "vectors.db")) as opened:
        yield opened


LEAVE = document("Congés", "Deux jours et demi par mois.")


def test_a_second_run_reads_nothing(cache: VectorCache) -> None:
    first = Desk(cache).put(LEAVE)

    second = Desk(cache).put(LEAVE)

    assert (first, second) == (1, 0)


def test_a_remembered_passage_is_found_as_a_computed_one(cache: VectorCache) -> None:
    Desk(cache).put(LEAVE)
    desk = Desk(cache)
    desk.put(LEAVE)

    vector = desk.model.embed(["deux jours par mois"])
    hits = desk.index.search(Query("jours", vector, Language.FRENCH), EVERYONE, 1)

    assert [hit.chunk.document for hit in hits] == ["Congés"]


def test_rows_stand_in_the_order_given_whatever_is_known(cache: VectorCache) -> None:
    desk = Desk(cache)
    desk.put(document("b", "bonjour"))
    texts = ["avant", "b\nbonjour", "après", "avant"]

    rows = desk.embedder.embed(texts)

    assert np.allclose(rows, WordsEmbedder().embed(texts), atol=1e-3)
    assert desk.model.read == 3  # "b", then the two new texts, each once


def test_no_text_gives_no_row(cache: VectorCache) -> None:
    assert Desk(cache).embedder.embed([]).shape == (0, DIMENSIONS)


def test_what_is_only_asked_is_not_kept(cache: VectorCache) -> None:
    desk = Desk(cache)

    for _ in range(2):
        desk.embedder.embed(["Je m’appelle Zoé et je suis enceinte."])

    assert desk.model.read == 2


@pytest.mark.parametrize("other", [{"arithmetic": "rounded"}, {"name": "another model"}])
def test_another_model_or_arithmetic_computes_its_own(
    cache: VectorCache, other: dict[str, str]
) -> None:
    Desk(cache).put(LEAVE)

    assert Desk(cache, **other).put(LEAVE) == 1


def test_a_removed_document_is_forgotten(cache: VectorCache) -> None:
    desk = Desk(cache)
    desk.put(LEAVE)

    desk.index.remove(LEAVE.collection, [LEAVE.id])

    assert desk.put(LEAVE) == 1


def test_the_same_id_in_another_collection_is_another_document(cache: VectorCache) -> None:
    desk = Desk(cache)
    desk.put(LEAVE, document("Congés", "Deux jours et demi par mois.", collection="paie"))

    desk.index.remove("paie", [LEAVE.id])

    assert desk.put(LEAVE) == 0
