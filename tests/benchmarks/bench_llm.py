"""The generator: what our loop costs beside llama-cpp-python's own, on the same tiny model.

Random weights: speed is true, what is written means nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import tiny_gguf

from models.llama import LlamaGenerator, LlamaSettings
from models.ports import Language, ModelIdentity, Prompt, Source
from server.benching import Figure

ROUNDS = 5
TOKENS = 128
CONTEXT = 1_024


class Always:
    """A permit that never ends."""

    def check(self) -> None:
        return


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = tiny_gguf.build(Path(folder) / "tiny.gguf", context=CONTEXT)
        ours, theirs = [], []
        mine, peer = _ours(path), _theirs(path)
        for _ in range(ROUNDS):
            ours.append(next(mine))
            theirs.append(next(peer))
        mine.close()
        peer.close()
    yield Figure(
        "llm: tokens decoded, tiny model",
        round(median(ours)),
        "tokens/s",
        "high-level Llama of llama-cpp-python",
        round(median(theirs)),
    )


def _ours(path: Path) -> Iterator[float]:
    settings = LlamaSettings(context_tokens=CONTEXT, answer_tokens=TOKENS)
    generator = LlamaGenerator(path, ModelIdentity("tiny", "0" * 64), settings)
    source = Source(1, "Congés", "Chaque salarié acquiert deux jours et demi par mois.")
    prompt = Prompt("Réponds.", (source,), "Combien de jours ?", Language.FRENCH)
    try:
        while True:
            started = time.perf_counter()
            writing = generator.write(prompt, Always())
            try:
                while True:
                    next(writing)
            except StopIteration as end:
                yield end.value.completion_tokens / (time.perf_counter() - started)
    finally:
        generator.close()


def _theirs(path: Path) -> Iterator[float]:
    from llama_cpp import Llama

    llama = Llama(str(path), n_ctx=CONTEXT, verbose=False)
    try:
        while True:
            started = time.perf_counter()
            made = llama.create_completion(
                "Réponds. Chaque salarié acquiert deux jours et demi par mois. Combien ?",
                max_tokens=TOKENS,
                temperature=0.0,
            )
            yield made["usage"]["completion_tokens"] / (time.perf_counter() - started)
            llama.reset()
    finally:
        llama.close()
