"""The engine beside llama-cpp-python's own class, on the same synthetic model in one run.

The peer serves one caller at a time, so eight users queue behind a lock, as its servers do. The
model has the shape of Qwen2.5 0.5B in Q4_0 and random weights: speed is true, what is written
means nothing. `VIGIE_BENCH_SIZE` and `VIGIE_BENCH_KIND` choose another size (1.5B) or kind (Q8_0).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from statistics import median

import shaped_gguf
from writings import Granted

from models.errors import Revocation, WritingRevokedError
from models.llama.context import Context, Feed, Shape
from models.llama.engine import Engine
from models.llama.running import Request
from models.llama.sampling import Best
from models.llama.weights import Weights
from server.benching import Figure

USERS, ROOM = 8, 2_304
ROUNDS = 3
PEER = "high-level Llama behind a lock"
ORDINARY = 500  # tokens of the vocabulary that texts are made of

Tokens = list[int]


class Revocable:
    """A permit that can be taken away."""

    held = True

    def check(self) -> None:
        if not self.held:
            raise WritingRevokedError(Revocation.STOPPED)


@dataclass(frozen=True, slots=True)
class House:
    """One model file, opened by us and by the peer."""

    path: Path
    engine: Engine
    context: Stopwatch
    peer: Peer
    random: Random

    def text(self, length: int) -> Tokens:
        return [self.random.randrange(3, ORDINARY) for _ in range(length)]

    def stamps(self, tokens: Tokens, limit: int) -> list[float]:
        """When each token of one text came."""
        stream = self.engine.submit(Request(tuple(tokens), limit, Granted()))
        return [time.perf_counter() for _ in stream]

    def together(self, texts: Sequence[Tokens], limit: int) -> list[list[float]]:
        with ThreadPoolExecutor(len(texts)) as pool:
            return list(pool.map(lambda one: self.stamps(one, limit), texts))


class Stopwatch(Context):
    """A context that remembers when each pass began and ended."""

    passes: list[tuple[float, float]]

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        began = time.perf_counter()
        rows = super().decode(feeds)
        self.passes.append((began, time.perf_counter()))
        return rows


class Peer:
    """llama-cpp-python's Llama: one generation at a time; it reuses the last prompt's beginning."""

    def __init__(self, path: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(str(path), n_ctx=ROOM, n_batch=512, verbose=False)

    def stamps(self, tokens: Tokens, limit: int) -> list[float]:
        written = self._llama.generate(tokens, temp=0.0)
        return [time.perf_counter() for _ in islice(written, limit)]

    def in_turn(self, texts: Sequence[Tokens], limit: int) -> None:
        for text in texts:
            self.stamps(text, limit)

    def close(self) -> None:
        self._llama.close()


def figures() -> Iterator[Figure]:
    with house() as one:
        yield eight_users(one)
        yield from sharing(one)
        yield next_turn(one)
        yield shared_prefix(one)
        yield from longest_gap(one)
        yield single_user(one)
        yield from own_cost(one)
        yield stop(one)
    with house(habit=500) as one:
        yield from quoting(one)


@contextmanager
def house(habit: float = 0.0) -> Iterator[House]:
    size = shaped_gguf.SIZES[os.environ.get("VIGIE_BENCH_SIZE", "0.5B")]
    kind = os.environ.get("VIGIE_BENCH_KIND", "Q4_0")
    with tempfile.TemporaryDirectory() as folder:
        path = shaped_gguf.build(Path(folder) / "shaped.gguf", size, kind, habit=habit)
        weights = Weights(path)
        context = Stopwatch(weights, Shape(USERS, ROOM, batch=512))
        context.passes = []
        engine, peer = Engine(context, waiting=USERS), Peer(path)
        yield House(path, engine, context, peer, Random(0))
        engine.close(60)
        context.close()
        weights.close()
        peer.close()


def eight_users(one: House) -> Figure:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        shared = one.text(599)
        texts = [[*shared, 3 + n] for n in range(USERS)]
        ours.append(decoding(one, texts))
        alone = one.peer.stamps(texts[0], 64)
        theirs.append((len(alone) - 1) / (alone[-1] - alone[0]))
    return Figure(
        "llm: 8 users, 600 tokens of context, decoding",
        round(median(ours), 1),
        "tokens/s",
        PEER,
        round(median(theirs), 1),
    )


def decoding(one: House, texts: Sequence[Tokens]) -> float:
    """Tokens a second of all together, from when all of them write until the first has finished."""
    stamps = one.together(texts, 64)
    began, ended = max(s[0] for s in stamps), min(s[-1] for s in stamps)
    return sum(began < at <= ended for s in stamps for at in s) / (ended - began)


def sharing(one: House) -> Iterator[Figure]:
    """From the questions until the last user has the last token; prompts share 300 of 600."""
    for limit in (64, 256):
        ours, theirs = [], []
        for _ in range(ROUNDS):
            texts = half_shared(one)
            ours.append(seconds(partial(one.together, texts, limit)))
            theirs.append(seconds(partial(one.peer.in_turn, texts, limit)))
        yield Figure(
            f"llm: 8 users, 600-token prompts sharing 300, until all have {limit} tokens",
            round(median(ours), 2),
            "s",
            PEER,
            round(median(theirs), 2),
        )


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def half_shared(one: House) -> list[Tokens]:
    shared = one.text(300)
    return [[*shared, *one.text(300)] for _ in range(USERS)]


def next_turn(one: House) -> Figure:
    """Time to the first token of a second turn, against the same text read cold."""
    warm, cold = [], []
    for _ in range(ROUNDS):
        history = one.text(1_500)
        one.stamps(history, 8)
        warm.append(first_token(one, [*history, *one.text(30)]))
        cold.append(first_token(one, one.text(1_530)))
    return Figure(
        "llm: first token of a second turn, 1 500 tokens of history",
        round(1000 * median(warm)),
        "ms",
        "the same length read cold",
        round(1000 * median(cold)),
    )


def shared_prefix(one: House) -> Figure:
    """A prompt of 600 tokens of which 300 are known, against all 600 read."""
    known, unknown = [], []
    for _ in range(ROUNDS):
        prefix = one.text(300)
        one.stamps([*prefix, *one.text(100)], 1)
        known.append(first_token(one, [*prefix, *one.text(300)]))
        unknown.append(first_token(one, one.text(600)))
    return Figure(
        "llm: first token, 300 of 600 tokens known",
        round(1000 * median(known)),
        "ms",
        "none known",
        round(1000 * median(unknown)),
    )


def first_token(one: House, tokens: Tokens) -> float:
    began = time.perf_counter()
    return one.stamps(tokens, 1)[0] - began


def longest_gap(one: House) -> Iterator[Figure]:
    """Between two tokens of a running text while 2 000 tokens arrive, in its own steps."""
    gaps, slower = [], []
    for _ in range(ROUNDS):
        running = iter(one.engine.submit(Request(tuple(one.text(100)), 1_500, Granted())))
        steps = [time.perf_counter() for _ in islice(running, 40)]
        with ThreadPoolExecutor(1) as pool:
            arriving = pool.submit(first_token, one, one.text(2_000))
            stamps = list(stamped_until(running, arriving.done))
        running.close()
        usual = median(later - earlier for earlier, later in pairwise(steps[1:]))
        gaps.append(max(later - earlier for earlier, later in pairwise(stamps)) / usual)
        slower.append((arriving.result(), first_token(one, one.text(2_000))))
    yield Figure(
        "llm: longest gap between tokens while a prompt of 2 000 arrives",
        round(median(gaps), 1),
        "decode steps",
        aim="≤ 3",
    )
    yield Figure(
        "llm: first token of that prompt",
        round(median(between for between, _ in slower), 1),
        "s",
        "while nobody writes",
        round(median(alone for _, alone in slower), 1),
    )


def stamped_until(running: Iterator[object], over: Callable[[], bool]) -> Iterator[float]:
    for _ in running:
        yield time.perf_counter()
        if over():
            return


def single_user(one: House) -> Figure:
    """One user, against a bare loop over the same llama.cpp: what the engine itself costs."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        text = one.text(100)
        stamps = one.stamps(text, 96)
        ours.append((len(stamps) - 1) / (stamps[-1] - stamps[0]))
        bare.append(bare_loop(one.context, one.text(100), 96))
    return Figure(
        "llm: one user, decoding",
        round(median(ours), 1),
        "tokens/s",
        "llama.cpp in a bare loop",
        round(median(bare), 1),
    )


def stop(one: House) -> Figure:
    """Tokens that any of eight streams gives after the stop was said to all."""
    permits = [Revocable() for _ in range(USERS)]
    requests = [Request(tuple(one.text(50)), 400, permit) for permit in permits]
    streams = [iter(one.engine.submit(request)) for request in requests]
    for stream in streams:
        next(stream)
    for permit in permits:
        permit.held = False
    return Figure(
        "llm: tokens after a stop, 8 streams",
        max(given_after(stream) for stream in streams),
        "tokens",
        aim="≤ 1",
    )


def given_after(stream: Iterator[object]) -> int:
    given = 0
    with suppress(WritingRevokedError):
        for _ in stream:
            given += 1
    return given


def quoting(one: House) -> Iterator[Figure]:
    """Answers of which 25 tokens of each 40 stand in the prompt, written with drafts and without.

    The model follows each token with the one numbered next; the prompt holds runs of numbers.
    """
    for users in (1, USERS):
        with_drafts, without = [], []
        for at in range(ROUNDS):
            texts = [passages(1_000 + 1_000 * (at * USERS + n)) for n in range(users)]
            one.together(texts, 1)
            with_drafts.append(written(one, texts, drafts=True))
            without.append(written(one, texts, drafts=False))
        differ = sum(
            said != other
            for (_, ours), (_, theirs) in zip(with_drafts, without, strict=True)
            for said, other in zip(ours, theirs, strict=True)
        )
        yield Figure(
            f"llm: answers that quote, {users} at once, drafts from the prompt",
            round(median(speed for speed, _ in with_drafts), 1),
            "tokens/s",
            "the same without drafts",
            round(median(speed for speed, _ in without), 1),
        )
        yield Figure(f"llm: texts that drafts changed, {users} at once", differ, "texts", aim="≤ 0")


def passages(first: int) -> Tokens:
    """Eight passages of 25 tokens, and the first ones of an answer that quotes them in order."""
    runs = [range(first + 40 * n, first + 40 * n + 25) for n in range(8)]
    return [*(token for run in runs for token in run), *range(first - 20, first)]


def written(one: House, texts: Sequence[Tokens], *, drafts: bool) -> tuple[float, list[Tokens]]:
    """Tokens per second of all together, from the first one to the last, and the tokens."""

    def write(tokens: Tokens) -> list[tuple[float, int]]:
        request = Request(tuple(tokens), 160, Granted(), drafts=drafts)
        return [(time.perf_counter(), piece.token) for piece in one.engine.submit(request)]

    with ThreadPoolExecutor(len(texts)) as pool:
        pieces = list(pool.map(write, texts))
    began, ended = min(one[0][0] for one in pieces), max(one[-1][0] for one in pieces)
    speed = (sum(map(len, pieces)) - 1) / (ended - began)
    return speed, [[token for _, token in one] for one in pieces]


def own_cost(one: House) -> Iterator[Figure]:
    """What passes between two passes of the model: choosing, spelling, handing over, filling."""
    for users in (1, USERS):
        texts = [one.text(50) for _ in range(users)]
        one.together(texts, 1)
        one.context.passes.clear()
        one.together(texts, 128)
        passes = one.context.passes
        whole = passes[-1][1] - passes[0][0]
        between = whole - sum(ended - began for began, ended in passes)
        yield Figure(
            f"llm: time outside llama.cpp, choosing the token included, {users} at once",
            round(100 * between / whole, 1),
            "%",
            aim="≤ 3",
        )


def bare_loop(context: Context, tokens: Tokens, count: int) -> float:
    """Tokens per second of decode and best token, nothing else, in a context of its own."""
    alone = Context(context.weights, Shape(1, ROOM, batch=512))
    ((row,),) = alone.decode([Feed(0, 0, tokens, answers=1)])
    best, began = Best(), time.perf_counter()
    for at in range(len(tokens), len(tokens) + count):
        ((row,),) = alone.decode([Feed(0, at, [best.choose(alone, row)], answers=1)])
    took = time.perf_counter() - began
    alone.close()
    return count / took
