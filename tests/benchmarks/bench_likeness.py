"""Near-duplicates: what finding them costs beside comparing every pair of documents."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import combinations

from ingest.likeness import NEAR, WORDS, Sketch, alike, signature
from server.benching import Figure

FEW, MANY = 500, 10_000
LENGTH = 450  # words, as the pages of the evaluation sets have
VOCABULARY = [f"mot{n}" for n in range(20_000)]


def figures() -> Iterator[Figure]:
    texts = list(_texts(MANY))
    few_s, few = _found(texts[:FEW])
    peer_s, exact = _every_pair(texts[:FEW])
    many_s, _ = _found(texts)

    peer = "every pair, exact, same run"
    yield Figure(f"likeness: {FEW} documents", round(few_s, 2), "s", peer, round(peer_s, 2))
    yield Figure("likeness: of the exact pairs, found", round(len(few & exact) / len(exact), 3), "")
    yield Figure("likeness: of the pairs found, exact", round(len(few & exact) / len(few), 3), "")
    yield Figure(f"likeness: {MANY} documents", round(many_s, 2), "s", "", None, "≤ 60")
    yield Figure(
        "likeness: one document more, at ten times as many",
        round(many_s / MANY * 1000, 3),
        "ms",
        f"the same among {FEW}",
        round(few_s / FEW * 1000, 3),
    )


def _found(texts: list[str]) -> tuple[float, set[frozenset[int]]]:
    started = time.perf_counter()
    sketches = [Sketch(str(n), "", signature(text)) for n, text in enumerate(texts)]
    found = alike(sketches)
    taken = time.perf_counter() - started
    return taken, {frozenset((int(one.document), int(one.other))) for one in found}


def _every_pair(texts: list[str]) -> tuple[float, set[frozenset[int]]]:
    started = time.perf_counter()
    shingles = [_shingles(text) for text in texts]
    found = {
        frozenset((one, other))
        for (one, these), (other, those) in combinations(enumerate(shingles), 2)
        if len(these & those) >= NEAR * len(these | those)
    }
    return time.perf_counter() - started, found


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}


def _texts(n: int) -> Iterator[str]:
    """One in five is an earlier one with a tenth of it said otherwise."""
    chance = random.Random(7)  # the same texts in each run
    made: list[str] = []
    for at in range(n):
        words = chance.choices(VOCABULARY, k=LENGTH)
        if at % 5 == 0 and made:
            words = chance.choice(made[-500:]).split()
            start = chance.randrange(LENGTH * 9 // 10)
            words[start : start + LENGTH // 10] = chance.choices(VOCABULARY, k=LENGTH // 10)
        made.append(" ".join(words))
        yield made[-1]
