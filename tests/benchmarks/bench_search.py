"""Search: Qdrant Edge beside qdrant-client's local mode, the usual choice for a small house."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from adapters import ForbiddenEmbedder
from bench_record import nth, timed

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.edge import EdgeIndex
from ingest.index import Audience, Query
from models.ports import Language, Matrix, ModelIdentity
from server.benching import Figure

CHUNKS = 20_000
DIMENSIONS = 384
DOCUMENTS = 200
QUERIES = 50
NOBODY = ModelIdentity("bench", "0" * 64)
READERS = ("everyone", "paie", "direction", "achats")
WORDS = tuple(
    "congé salarié demande délai facture achat sécurité badge contrat avenant prime transport "
    "repas mission dossier réunion accord service poste réseau écran clavier site visite".split()
)


def figures() -> Iterator[Figure]:
    random = np.random.default_rng(0)
    vectors = _unit(random.standard_normal((CHUNKS, DIMENSIONS)))
    texts = [" ".join(random.choice(WORDS, 60)) for _ in range(CHUNKS)]
    questions = _unit(random.standard_normal((QUERIES, DIMENSIONS)))

    edge = _edge(vectors, texts, questions)
    local = _local(vectors, questions)
    peer = "qdrant-client local mode, dense only, same vectors and filter"
    name = f"search: filtered query over {CHUNKS} chunks"
    yield Figure(f"{name}, p50", nth(edge, 50), "ms", peer, nth(local, 50))
    yield Figure(f"{name}, p95", nth(edge, 95), "ms", peer, nth(local, 95))


def _edge(vectors: Matrix, texts: list[str], questions: Matrix) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex.open(Path(folder), ForbiddenEmbedder(NOBODY, DIMENSIONS))
        per_document = CHUNKS // DOCUMENTS
        for n in range(DOCUMENTS):
            rows = slice(n * per_document, (n + 1) * per_document)
            index.replace(*_document(n, texts[rows], vectors[rows]))
        index.optimize()
        asked = iter(range(QUERIES * 2))
        audience = Audience(frozenset({"paie"}))

        def search() -> None:
            question = questions[next(asked) % QUERIES][None, :]
            found = index.search(
                Query("délai de congé du salarié", question, Language.FRENCH), audience, 10
            )
            assert len(found) == 10

        timed(search, QUERIES)
        taken = timed(search, QUERIES)
        index.close()
    return taken


def _document(n: int, texts: list[str], vectors: Matrix) -> tuple[Document, EmbeddedChunks]:
    document = Document(
        collection="bench",
        id=str(n),
        title=f"Note {n}",
        text="\n".join(texts),
        language=Language.FRENCH,
        readers=frozenset({READERS[n % len(READERS)]}),
        version=str(n),
    )
    chunks = tuple(
        Chunk(
            id=f"00000000-0000-0000-{n:04x}-{i:012x}",
            collection="bench",
            document=str(n),
            version=str(n),
            title=document.title,
            section="",
            text=text,
            start=0,
            end=len(text),
            page=None,
        )
        for i, text in enumerate(texts)
    )
    return document, EmbeddedChunks(chunks, vectors)


def _local(vectors: Matrix, questions: Matrix) -> list[float]:
    from qdrant_client import QdrantClient, models

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it is slow above 20 000 points
        client = QdrantClient(":memory:")
        client.create_collection(
            "bench",
            vectors_config=models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE),
        )
        client.upload_collection(
            "bench",
            vectors,
            payload=[
                {"readers": [READERS[(i * DOCUMENTS // CHUNKS) % len(READERS)]]}
                for i in range(CHUNKS)
            ],
        )
        readable = models.Filter(
            must=[models.FieldCondition(key="readers", match=models.MatchAny(any=["paie"]))]
        )
        asked = iter(range(QUERIES * 2))

        def search() -> None:
            client.query_points(
                "bench",
                query=questions[next(asked) % QUERIES].tolist(),
                query_filter=readable,
                limit=10,
            )

        timed(search, 5)
        taken = timed(search, QUERIES)
        client.close()
    return taken


def _unit(rows: np.ndarray) -> Matrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
