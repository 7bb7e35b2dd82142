"""The embedder: passages a second beside plain sentence-transformers, and a question's wait."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Event, Lock, Thread

import numpy as np
from bench_record import nth, timed
from french import passages
from sentence_transformers import SentenceTransformer

from ingest.indexing import BATCH
from ingest.remembering import RememberingEmbedder, Vectors
from ingest.vectors import VectorCache
from models.ports import Embedder, Matrix
from models.sentence import (
    BUNDLED_NAME,
    SentenceTransformerEmbedder,
    arithmetic,
    bundled_folder,
    open_embedder,
)
from server.benching import Figure

TEXTS = 64
ROUNDS = 5
QUESTION = "Combien de jours de congés payés par an ?"
ASKED_ALONE, ASKED_BESIDE = 20, 5
PEER = "sentence-transformers float32, batches of 32, same run"

Reading = Callable[[list[str]], Matrix]


@dataclass(slots=True)
class Trial:
    """One way to embed: how long each round took, and the rows of the last one."""

    read: Reading
    seconds: list[float] = field(default_factory=list)
    rows: Matrix = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    def run(self, texts: list[str]) -> None:
        started = time.perf_counter()
        self.rows = self.read(texts)
        self.seconds.append(time.perf_counter() - started)

    def rate(self) -> float:
        return TEXTS / median(self.seconds)


def figures() -> Iterator[Figure]:
    texts = list(islice(passages(), TEXTS))
    ours = open_embedder()
    ours.embed(texts[:1])  # the library's progress bars end with its first loading
    plain = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    exact = SentenceTransformerEmbedder(bundled_folder(), BUNDLED_NAME, half=False)
    trials = {
        "peer": Trial(lambda some: np.asarray(plain.encode(some, show_progress_bar=False))),
        "ours": Trial(ours.embed),
        "exact": Trial(exact.embed),
    }
    for trial in trials.values():
        trial.read(texts[:8])  # weights are loaded and memory is asked for
    for _ in range(ROUNDS):
        for trial in trials.values():
            trial.run(texts)

    yield from _speed(trials)
    yield from _known(ours, texts)
    yield from _questions(ours, plain)


def _speed(trials: dict[str, Trial]) -> Iterator[Figure]:
    peer = trials["peer"]
    for trial, kind in ((trials["ours"], arithmetic()), (trials["exact"], "float32")):
        name = f"embed: passages of 600 characters, {kind}"
        times = median(b / a for a, b in zip(trial.seconds, peer.seconds, strict=True))
        aim = "≥ 3.3" if kind == "bfloat16" else ""
        cosines = (trial.rows * peer.rows).sum(axis=1)
        yield Figure(name, trial.rate(), "passages/s", PEER, peer.rate())
        yield Figure(f"{name}, times the peer's speed", times, "×", aim=aim)
        yield Figure(f"{name}, lowest cosine", float(cosines.min()), "", PEER, 1.0, "≥ 0.999")


def _known(embedder: Embedder, texts: list[str]) -> Iterator[Figure]:
    """Passages that are indexed already, somewhere."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(VectorCache(Path(folder) / "vectors.db")) as cache,
    ):
        vectors = Vectors(cache, arithmetic)
        rows = embedder.embed(texts)
        cache.hold(
            b"bench",
            {
                vectors.key(embedder.identity.digest, text): row
                for text, row in zip(texts, rows, strict=True)
            },
        )
        remembering = RememberingEmbedder(embedder, vectors)
        taken = timed(lambda: remembering.embed(texts), 20)
        cosines = (remembering.embed(texts) * rows).sum(axis=1)
    rate = TEXTS / median(taken) * 1_000
    yield Figure("embed: passages that are known", rate, "passages/s")
    yield Figure("embed: the same, lowest cosine", float(cosines.min()), "", aim="≥ 0.999")


def _questions(ours: Embedder, plain: SentenceTransformer) -> Iterator[Figure]:
    alone = timed(lambda: ours.embed([QUESTION]), ASKED_ALONE)
    peer = timed(lambda: plain.encode([QUESTION], show_progress_bar=False), ASKED_ALONE)
    yield Figure("embed: a question alone, p50", median(alone), "ms", PEER, median(peer))

    batch = list(islice(passages(1), BATCH))
    beside = _asked_beside(lambda: ours.embed(batch), lambda: ours.embed([QUESTION]))
    lock = Lock()

    def locked(texts: list[str]) -> None:
        with lock:
            ours.embed(texts)

    waiting = _asked_beside(lambda: locked(batch), lambda: locked([QUESTION]))
    peer_name = f"the same behind one lock, a batch of {BATCH} at a time"
    name = "embed: a question during an ingestion"
    yield Figure(f"{name}, p50", median(beside), "ms", peer_name, median(waiting))
    yield Figure(f"{name}, p95", nth(beside, 95), "ms", peer_name, nth(waiting, 95))


def _asked_beside(work: Callable[[], object], ask: Callable[[], object]) -> list[float]:
    """Milliseconds of each question while the work is done over and over."""
    with _over_and_over(work):
        return [_asked(ask) for _ in range(ASKED_BESIDE)]


def _asked(ask: Callable[[], object]) -> float:
    time.sleep(0.05)  # nobody asks the very moment an answer is there
    return timed(ask, 1)[0]


@contextmanager
def _over_and_over(work: Callable[[], object]) -> Iterator[None]:
    done = Event()

    def go_on() -> None:
        while not done.is_set():
            work()

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
