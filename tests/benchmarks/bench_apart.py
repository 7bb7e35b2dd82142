"""The model in a process of its own beside the same model in this one, answers asked by turns.

The model has random weights: speed is true, what is written means nothing. `VIGIE_BENCH_MODEL`
names a GGUF to take instead of building one.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median

import shaped_gguf
import tiny_gguf
from cpu_time import cpu_seconds
from writings import Granted

from models.apart import ApartGenerator
from models.errors import ModelUnavailableError
from models.llama import LlamaGenerator, LlamaSettings
from models.ports import Generator, Language, ModelIdentity, Prompt, Source
from server.benching import Figure

ROUNDS = 3
USERS = 4
PEER = "the same model in the server's process"
IDENTITY = ModelIdentity("shaped", "0" * 64)
TINY = LlamaSettings(context_tokens=4_096, answer_tokens=1_500, threads=1, parallel=USERS)
SETTINGS = LlamaSettings(context_tokens=1_024, answer_tokens=48, parallel=USERS)


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        tiny = tiny_gguf.build(Path(folder) / "tiny.gguf", context=TINY.context_tokens)
        yield cost(tiny, 1)
        yield cost(tiny, USERS)
        given = os.environ.get("VIGIE_BENCH_MODEL")
        path = Path(given) if given else _built(Path(folder))
        apart, here = (kind(path, IDENTITY, SETTINGS) for kind in (ApartGenerator, LlamaGenerator))
        with closing(apart), closing(here):
            apart.start()
            yield decoding(apart, here, 1)
            yield decoding(apart, here, USERS)
            yield first_piece(apart, here)
            yield anew(apart)


def cost(tiny: Path, users: int) -> Figure:
    """CPU time of all processes for one token of a model that takes hardly any itself."""
    kinds = (ApartGenerator, LlamaGenerator)
    measured = [[_cpu_ms(kind(tiny, IDENTITY, TINY), users) for kind in kinds] for _ in range(3)]
    ours, theirs = (median(values) for values in zip(*measured, strict=True))
    return Figure(f"apart: {users} at once, CPU time of a token", ours, "ms", PEER, theirs)


def decoding(apart: Generator, here: Generator, users: int) -> Figure:
    """Tokens of all users a second, from when all write until the first has finished."""
    measured = [[_rate(one, users, n) for one in (apart, here)] for n in range(ROUNDS)]
    ours, theirs = (median(values) for values in zip(*measured, strict=True))
    return Figure(f"apart: {users} at once, decoding", ours, "tokens/s", PEER, theirs)


def first_piece(apart: Generator, here: Generator) -> Figure:
    """Time to the first piece of a short question."""
    measured = [[_first(one, 100 + n) for one in (apart, here)] for n in range(ROUNDS)]
    ours, theirs = (1000 * median(values) for values in zip(*measured, strict=True))
    return Figure("apart: first piece of an answer", ours, "ms", PEER, theirs)


def anew(apart: ApartGenerator) -> Figure:
    """From the death of the process in the middle of an answer to the next answer's first piece."""
    writing = apart.write(_prompt(0), Granted())
    next(writing)
    assert apart.pid is not None
    began = time.perf_counter()
    os.kill(apart.pid, signal.SIGKILL)
    try:
        for _ in writing:
            pass
    except ModelUnavailableError:
        _first(apart, 999)
    return Figure("apart: first piece after a crash", time.perf_counter() - began, "s")


def _built(folder: Path) -> Path:
    return shaped_gguf.build(folder / "shaped.gguf", shaped_gguf.SIZES["0.5B"], "Q4_0")


def _prompt(number: int) -> Prompt:
    source = Source(1, "Frais", f"Les repas du dossier {number} sont remboursés. " * 8)
    return Prompt("Charte.", (source,), f"Question {number} ?", Language.FRENCH)


def _cpu_ms(generator: ApartGenerator | LlamaGenerator, users: int) -> float:
    with closing(generator), ThreadPoolExecutor(users) as pool:
        _first(generator, 999)
        began = cpu_seconds()
        tokens = sum(pool.map(lambda user: _count(generator, _prompt(user)), range(users)))
        return 1000 * (cpu_seconds() - began) / tokens


def _count(generator: Generator, prompt: Prompt) -> int:
    """The tokens of one answer; many bytes of a random model are no text yet."""
    writing = generator.write(prompt, Granted())
    while True:
        try:
            next(writing)
        except StopIteration as end:
            return int(end.value.completion_tokens)


def _rate(generator: Generator, users: int, number: int) -> float:
    prompts = [_prompt(10 * number + user) for user in range(users)]
    with ThreadPoolExecutor(users) as pool:
        stamps = list(pool.map(lambda prompt: _stamps(generator, prompt), prompts))
    began, ended = max(one[0] for one in stamps), min(one[-1] for one in stamps)
    return sum(began < at <= ended for one in stamps for at in one) / (ended - began)


def _stamps(generator: Generator, prompt: Prompt) -> list[float]:
    return [time.perf_counter() for _ in generator.write(prompt, Granted())]


def _first(generator: Generator, number: int) -> float:
    began = time.perf_counter()
    writing = generator.write(_prompt(number), Granted())
    next(writing)
    took = time.perf_counter() - began
    writing.close()
    return took
