"""Search as the index grows: Qdrant Edge beside qdrant-client's local mode, the usual choice.

Vectors are drawn as those of texts are: passages of a document lie near each other, on far fewer
dimensions than the vector has. Independent random vectors, which no text gives, have no
neighbours to find: the graph would be measured on noise. Words follow Zipf's law, as Mandelbrot
corrected it, over the vocabulary of the demo company.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from adapters import ForbiddenEmbedder
from bench_record import nth, timed

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.edge_folder import EdgeFolder
from ingest.index import Audience, Query, StoredIndex
from models.ports import Language, Matrix, ModelIdentity
from models.sentence import open_embedder
from server.benching import Figure

SIZES = (1_000, 10_000, 100_000)
PEER_CHUNKS = 20_000
PER_DOCUMENT, PER_BATCH = 20, 100  # passages of a document; documents made durable together
DIMENSIONS, LATENT = 384, 32
TERMS, ASKED = 60, 6
QUERIES, PEER_QUERIES = 200, 20
NOBODY = ModelIdentity("bench", "0" * 64)
READERS = ("everyone", "paie", "direction", "achats")
ONE_IN_FOUR = Audience(frozenset({"paie"}))
ALL = Audience(frozenset(READERS))
EXAMPLES = Path(__file__).parents[2] / "examples"

MEMORY = """
import sys
import qdrant_edge

shard = qdrant_edge.EdgeShard.load(sys.argv[1])
vector = [float(value) for value in sys.stdin.read().split()]
near = qdrant_edge.Query.Nearest(vector, using="meaning")
for _ in range(100):
    shard.query(qdrant_edge.QueryRequest(limit=10, query=near, with_payload=True))
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmRSS")))
"""


@dataclass
class Corpus:
    """Passages without end, the same in each run."""

    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def __post_init__(self) -> None:
        self._axes = self.random.standard_normal((LATENT, DIMENSIONS))
        texts = (path.read_text(encoding="utf-8") for path in EXAMPLES.rglob("*.md"))
        words = re.findall(r"[^\W\d_]{3,}", " ".join(texts).lower())
        self._words = np.array(list(dict.fromkeys(words)))
        weights = 1 / (np.arange(len(self._words)) + 30)
        self._weights = weights / weights.sum()

    def text(self, terms: int) -> str:
        return " ".join(self.random.choice(self._words, terms, p=self._weights))

    def vectors(self, n: int) -> Matrix:
        """Passages of one document."""
        topic = self.random.standard_normal(LATENT)
        own = topic + self.random.standard_normal((n, LATENT))
        noise = self.random.standard_normal((n, DIMENSIONS))
        rows = own @ self._axes + noise
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def document(self, n: int) -> tuple[Document, EmbeddedChunks]:
        document = Document(
            collection="bench",
            id=str(n),
            title=f"Note {n}",
            text="",
            language=Language.FRENCH,
            readers=frozenset({READERS[n % len(READERS)]}),
            version=str(n),
        )
        chunks = tuple(self._chunk(n, i) for i in range(PER_DOCUMENT))
        return document, EmbeddedChunks(chunks, self.vectors(PER_DOCUMENT), NOBODY.digest)

    def _chunk(self, n: int, i: int) -> Chunk:
        text = self.text(TERMS)
        return Chunk(
            id=f"00000000-0000-0000-0000-{n:06x}{i:06x}",
            collection="bench",
            document=str(n),
            version=str(n),
            title=f"Note {n}",
            section="",
            text=text,
            start=0,
            end=len(text),
            page=None,
        )

    def query(self) -> Query:
        return Query(self.text(ASKED), self.vectors(1), Language.FRENCH)


def figures() -> Iterator[Figure]:
    peer = nth(_local(), 95)
    for size in SIZES:
        yield from _grown(size, peer if size == max(SIZES) else None)


def _grown(size: int, peer: float | None) -> Iterator[Figure]:
    corpus, name = Corpus(), f"search, {size // 1000} 000 passages"
    said = f"qdrant-client's local mode, {PEER_CHUNKS} passages, vectors alone" if peer else ""
    with tempfile.TemporaryDirectory() as folder:
        standing = EdgeFolder(Path(folder)).open(ForbiddenEmbedder(NOBODY, DIMENSIONS))
        index = standing.index
        yield Figure(f"{name}: written", round(size / _filled(index, corpus, size)), "passages/s")
        queries = [corpus.query() for _ in range(QUERIES)]
        yield Figure(f"{name}: not optimized, p95", _p95(index, queries, ONE_IN_FOUR), "ms")
        started = time.perf_counter()
        index.optimize()
        yield Figure(f"{name}: optimized in", time.perf_counter() - started, "s")
        taken = _taken(index, queries, ONE_IN_FOUR)
        yield Figure(f"{name}: one in four readable, p50", nth(taken, 50), "ms")
        aim = "≤ 3" if peer else ""
        yield Figure(f"{name}: the same, p95", nth(taken, 95), "ms", said, peer, aim)
        yield Figure(f"{name}: all readable, p95", _p95(index, queries, ALL), "ms", aim=aim)
        if peer:
            yield Figure(
                f"{name}: embedding included, p95", _embedded(index, corpus), "ms", aim="≤ 15"
            )
        index.close()
        yield Figure(f"{name}: memory of a process that searches", _memory(folder, queries), "MB")


def _filled(index: StoredIndex, corpus: Corpus, size: int) -> float:
    """Seconds to write them, without the making of them."""
    written = 0.0
    for first in range(0, size // PER_DOCUMENT, PER_BATCH):
        numbers = range(first, min(first + PER_BATCH, size // PER_DOCUMENT))
        batch = [corpus.document(n) for n in numbers]
        started = time.perf_counter()
        index.replace_all(batch)
        written += time.perf_counter() - started
    return written


def _taken(index: StoredIndex, queries: list[Query], audience: Audience) -> list[float]:
    asked = iter(queries * 2)

    def search() -> None:
        assert len(index.search(next(asked), audience, 10)) == 10

    timed(search, len(queries))
    return timed(search, len(queries))


def _p95(index: StoredIndex, queries: list[Query], audience: Audience) -> float:
    return nth(_taken(index, queries, audience), 95)


def _embedded(index: StoredIndex, corpus: Corpus) -> float:
    embedder = open_embedder()
    texts = iter([corpus.text(ASKED) for _ in range(QUERIES + 1)])

    def search() -> None:
        text = next(texts)
        query = Query(text, embedder.embed([text]), Language.FRENCH)
        index.search(query, ONE_IN_FOUR, 10)

    search()
    return nth(timed(search, QUERIES), 95)


def _memory(folder: str, queries: list[Query]) -> float:
    vector = queries[0].vector
    assert vector is not None
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-I", "-c", MEMORY, f"{folder}/shard"],
        input=" ".join(map(str, vector[0].tolist())),
        capture_output=True,
        text=True,
        check=True,
    )
    return round(int(done.stdout) / 1024)


def _local() -> list[float]:
    from qdrant_client import QdrantClient, models

    corpus = Corpus()
    numbers = range(PEER_CHUNKS // PER_DOCUMENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it is slow above 20 000 points
        client = QdrantClient(":memory:")
        client.create_collection(
            "bench",
            vectors_config=models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE),
        )
        client.upload_collection(
            "bench",
            np.concatenate([corpus.vectors(PER_DOCUMENT) for _ in numbers]),
            payload=[
                {"readers": [READERS[n % len(READERS)]]}
                for n in numbers
                for _ in range(PER_DOCUMENT)
            ],
        )
        readable = models.Filter(
            must=[models.FieldCondition(key="readers", match=models.MatchAny(any=["paie"]))]
        )
        asked = iter(corpus.vectors(PEER_QUERIES * 2))

        def search() -> None:
            question = next(asked).tolist()
            client.query_points("bench", query=question, query_filter=readable, limit=10)

        timed(search, PEER_QUERIES)
        taken = timed(search, PEER_QUERIES)
        client.close()
    return taken
