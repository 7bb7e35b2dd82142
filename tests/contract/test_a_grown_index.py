"""Who may read what in an index that was optimized: a graph, and a byte for each dimension."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from adapters import ForbiddenEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from passages import document

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.edge_folder import EdgeFolder
from ingest.index import Audience, Query, StoredIndex
from models.ports import Language, ModelIdentity

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("VIGIE_TEST_EXAMPLES", "25"))
DIMENSIONS, PASSAGES = 384, 5  # of a document
DOCUMENTS = 1_600  # enough vectors for the engine to build a graph over them
CHANGING = 60  # documents whose readers change: the others stay where they were optimized
GROUPS = ("everyone", "paie", "direction")
WORDS = ("congé", "paie", "badge", "réunion", "train", "contrat", "prime", "cantine")
MODEL = ModelIdentity("drawn", "0" * 64)


@dataclass(frozen=True)
class Grown:
    """An optimized index, and what a plain dictionary says of it."""

    index: StoredIndex
    readers: dict[tuple[str, str], frozenset[str]]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    folder = tmp_path_factory.mktemp("grown")
    index = EdgeFolder(folder).open(ForbiddenEmbedder(MODEL, DIMENSIONS)).index
    chosen = random.Random(1)
    drawn = np.random.default_rng(1)
    put = [_document(n, chosen) for n in range(DOCUMENTS)]
    for start in range(0, DOCUMENTS, 200):
        index.replace_all([(one, _embedded(one, drawn)) for one in put[start : start + 200]])
    index.optimize()
    assert any(folder.rglob("quantized.data")), "the engine has quantized nothing"
    yield Grown(index, {(one.collection, one.id): one.readers for one in put})
    index.close()


def _document(n: int, chosen: random.Random) -> Document:
    readers = [group for group in GROUPS if chosen.random() < 0.5]
    words = " ".join(chosen.choices(WORDS, k=4))
    return document(f"d{n}", words, readers=readers, collection=("rh", "si")[n % 2])


def _embedded(one: Document, drawn: np.random.Generator) -> EmbeddedChunks:
    rows = drawn.normal(size=(PASSAGES, DIMENSIONS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    chunks = tuple(
        Chunk(
            id=f"00000000-0000-4000-8000-{int(one.id[1:]):08x}{n:04x}",
            collection=one.collection,
            document=one.id,
            version=one.version,
            title=one.title,
            section="",
            text=one.text,
            start=0,
            end=len(one.text),
            page=None,
            url=None,
        )
        for n in range(PASSAGES)
    )
    return EmbeddedChunks(chunks, rows, MODEL.digest)


groups = st.frozensets(st.sampled_from(GROUPS))
grants = st.none() | st.tuples(
    st.lists(st.integers(0, CHANGING - 1), min_size=1, max_size=3, unique=True), groups
)


@dataclass(frozen=True)
class Asking:
    """A question, and who asks it; without a seed, by its words alone."""

    text: str
    seed: int | None
    audience: frozenset[str]
    narrowed: frozenset[str] | None
    limit: int

    def query(self) -> Query:
        vector = None
        if self.seed is not None:
            row = np.random.default_rng(self.seed).normal(size=(1, DIMENSIONS))
            vector = (row / np.linalg.norm(row)).astype(np.float32)
        return Query(self.text, vector, Language.FRENCH, self.narrowed, embedder=MODEL.digest)


askings = st.builds(
    Asking,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    st.none() | st.integers(0, 999),
    groups,
    st.none() | st.frozensets(st.sampled_from(["rh", "si"])),
    st.integers(1, 60),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(granted=grants, asking=askings)
def test_nobody_finds_in_it_what_they_may_not_read(
    grown: Grown, granted: tuple[list[int], frozenset[str]] | None, asking: Asking
) -> None:
    if granted is not None:
        _grant(grown, *granted)

    hits = grown.index.search(asking.query(), Audience(asking.audience), asking.limit)

    readable = {
        (collection, id_)
        for (collection, id_), readers in grown.readers.items()
        if readers & asking.audience and (asking.narrowed is None or collection in asking.narrowed)
    }
    assert {(hit.chunk.collection, hit.chunk.document) for hit in hits} <= readable
    assert bool(hits) is bool(readable)


def _grant(grown: Grown, numbers: list[int], readers: frozenset[str]) -> None:
    for collection, parity in (("rh", 0), ("si", 1)):
        ids = [f"d{n}" for n in numbers if n % 2 == parity]
        grown.index.grant(collection, ids, readers)
        grown.readers.update({(collection, id_): readers for id_ in ids})
