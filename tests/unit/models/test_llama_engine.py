"""Many texts at once over the real llama.cpp: each gets what it would get alone, all of them end.

The tiny model is of 32-bit numbers here, so that what it chooses does not depend on which other
texts were decoded in the same pass.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
import tiny_gguf

from models.errors import (
    ModelBusyError,
    ModelUnavailableError,
    Revocation,
    WritingRevokedError,
)
from models.llama.context import Context, Feed, Shape
from models.llama.engine import Engine
from models.llama.pace import STEPS
from models.llama.running import Request, Stream
from models.llama.sampling import Sampling, sampler_of
from models.llama.spelling import Spelling
from models.llama.weights import Weights
from models.ports import Finish

pytestmark = pytest.mark.slow

SLOTS, ROOM = 4, 512
LIMIT = 24


class Granted:
    """A permit that is withdrawn after so many looks; never by default."""

    def __init__(self, looks: int = sys.maxsize) -> None:
        self.left = looks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise WritingRevokedError(Revocation.STOPPED)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    folder = tmp_path_factory.mktemp("models")
    return Weights(tiny_gguf.build(folder / "exact.gguf", kind=np.float32))


@pytest.fixture
def engine(weights: Weights) -> Iterator[Engine]:
    context = opened(weights)
    engine = Engine(context, waiting=1_000)
    yield engine
    engine.close(20)
    context.close()


def opened(weights: Weights, slots: int = SLOTS, batch: int = 64) -> Context:
    return Context(weights, Shape(slots, ROOM, batch, threads=1, cache="f32"))


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a text is to be written, and where it ends."""

    sampling: Sampling = field(default_factory=Sampling)
    stops: tuple[str, ...] = ()


def asked(tokens: list[int], **wishes: object) -> Request:
    return replace(Request(tuple(tokens), LIMIT, Granted()), **wishes)  # type: ignore[arg-type]


def tokens_of(stream: Stream) -> list[int]:
    return [piece.token for piece in stream]


def text_of(stream: Stream) -> str:
    return "".join(piece.text for piece in stream) + stream.written.rest


def alone(
    weights: Weights, tokens: list[int], limit: int = LIMIT, wishes: Wishes | None = None
) -> list[int]:
    """What the model writes with nobody else there: one token after the other, no engine."""
    wishes = wishes or Wishes()
    context = opened(weights, slots=1, batch=ROOM)
    sampler, spelling = sampler_of(wishes.sampling, weights), Spelling(wishes.stops)
    ((row,),) = context.decode([Feed(0, 0, tokens, answers=1)])
    written: list[int] = []
    while len(written) < limit and not spelling.stopped:
        token = sampler.choose(context, row)
        if weights.ends_text(token):
            break
        written.append(token)
        spelling.add(weights.bytes_of(token))
        at = len(tokens) + len(written) - 1
        ((row,),) = context.decode([Feed(0, at, [token], answers=1)])
    context.close()
    return written


def prompts(weights: Weights, random: Random, count: int) -> list[list[int]]:
    """Texts that share beginnings of all lengths."""

    def drawn(length: int) -> list[int]:
        return [random.randrange(3, weights.vocabulary_size) for _ in range(length)]

    shared = drawn(150)
    return [shared[: random.randrange(150)] + drawn(random.randrange(1, 120)) for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Life:
    """One request as a test lives it: read to the end, or left after some pieces."""

    tokens: list[int]
    limit: int
    leaves_after: int | None
    revoked_after: int | None
    wishes: Wishes


def lives(weights: Weights, random: Random, count: int) -> list[Life]:
    def sometimes(chance: float, highest: int) -> int | None:
        return random.randrange(highest) if random.random() < chance else None

    return [
        Life(
            tokens,
            random.randrange(1, 40),
            sometimes(0.2, 20),
            sometimes(0.2, 60),
            Wishes(
                Sampling(temperature=random.choice([0, 0, 0.7]), seed=random.randrange(100)),
                random.choice([(), (), ("e",), ("os", "<|"), ("z",)]),
            ),
        )
        for tokens in prompts(weights, random, count)
    ]


def lived(engine: Engine, life: Life) -> tuple[list[int], bool]:
    """What was read, and whether to its end."""
    permit = Granted() if life.revoked_after is None else Granted(life.revoked_after)
    request = asked(life.tokens, limit=life.limit, permit=permit)
    wishes = life.wishes
    stream = engine.submit(replace(request, sampling=wishes.sampling, stops=wishes.stops))
    read: list[int] = []
    pieces = iter(stream)
    try:
        for piece in pieces:
            if life.leaves_after is not None and len(read) == life.leaves_after:
                return read, False
            read.append(piece.token)
    except WritingRevokedError:
        return read, False
    finally:
        pieces.close()
    return read, True


def standing() -> float:
    """A clock by which nothing takes any time, so that drafts always seem to pay."""
    return 0.0


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.mark.parametrize(("seed", "seconds"), [(1, time.perf_counter), (2, standing)])
def test_random_lives_each_get_what_they_would_get_alone(
    weights: Weights, seed: int, seconds: Callable[[], float]
) -> None:
    all_lives = lives(weights, Random(seed), 500)
    context = opened(weights)
    engine = Engine(context, waiting=1_000, seconds=seconds)

    with ThreadPoolExecutor(24) as pool:
        outcomes = list(pool.map(lambda life: lived(engine, life), all_lives[:200]))
        at_first = resident_mb()
        outcomes += pool.map(lambda life: lived(engine, life), all_lives[200:])

    assert resident_mb() < at_first + 16, "the memory is what it was"
    assert engine.load().free == SLOTS, "nothing is left in a slot"
    assert sum(whole for _, whole in outcomes) > 200
    for life, (read, whole) in zip(all_lives, outcomes, strict=True):
        expected = alone(weights, life.tokens, life.limit, life.wishes)
        assert read == (expected if whole else expected[: len(read)])
    engine.close(20)
    context.close()


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """A model that says of most tokens what its prompts, too, say after them."""
    folder = tmp_path_factory.mktemp("models")
    return Weights(tiny_gguf.build(folder / "quoting.gguf", kind=np.float32, habit=5.0))


@pytest.fixture
def drafting(quoting: Weights) -> Iterator[Engine]:
    context = opened(quoting)
    engine = Engine(context, waiting=1_000, seconds=standing)
    yield engine
    engine.close(20)
    context.close()


def passages(random: Random) -> list[int]:
    """Runs of numbers, one after the other, and the beginning of one of them again."""
    starts = [random.randrange(3, 400) for _ in range(5)]
    runs = [token for start in starts for token in range(start, start + random.randrange(20, 60))]
    return [*runs, *range(starts[0], starts[0] + 4)]


@pytest.mark.parametrize("seed", range(6))
def test_what_was_foretold_is_written_several_tokens_at_a_time_and_is_the_same(
    quoting: Weights, drafting: Engine, seed: int
) -> None:
    random = Random(seed)
    lives = [(passages(random), random.randrange(1, 90)) for _ in range(20)]
    streams = [drafting.submit(asked(tokens, limit=limit)) for tokens, limit in lives]

    written = [tokens_of(stream) for stream in streams]

    assert written == [alone(quoting, tokens, limit) for tokens, limit in lives]
    foretold = sum(stream.written.foretold for stream in streams)
    drafted = sum(stream.written.drafted for stream in streams)
    assert 80 < foretold < drafted, "some were right, and some were not"
    assert drafting.load().free == SLOTS


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=0.5, seed=3, repetition=1.05),
        Sampling(temperature=0.5, seed=4, bias={60: 2.0}),
        Sampling(grammar='root ::= "oui non "+'),
    ],
)
def test_drafts_change_nothing_of_what_is_drawn(drafting: Engine, sampling: Sampling) -> None:
    def drawn(*, drafts: bool) -> tuple[list[int], bool]:
        stream = drafting.submit(
            asked(passages(Random(1)), limit=60, sampling=sampling, drafts=drafts)
        )
        return tokens_of(stream), stream.written.foretold > 0

    with_drafts, without = drawn(drafts=True), drawn(drafts=False)

    assert with_drafts == (without[0], True)
    assert not without[1]


def test_a_text_that_quotes_ends_where_it_would_have_ended(
    quoting: Weights, drafting: Engine
) -> None:
    tokens = passages(Random(2))
    whole = text_of(drafting.submit(asked(tokens, limit=60, drafts=False)))
    stop = whole[10:13]

    stream = drafting.submit(asked(tokens, limit=60, stops=(stop,)))

    assert text_of(stream) == whole[: whole.index(stop)]


def test_what_was_drafted_wrong_is_not_taken_for_read(quoting: Weights, drafting: Engine) -> None:
    tokens = passages(Random(2))
    stream = drafting.submit(asked(tokens, limit=60))
    said = tokens_of(stream)
    longer = [*tokens, *said, 7, 8]

    again = drafting.submit(asked(longer, limit=10))

    assert tokens_of(again) == alone(quoting, longer, 10)
    assert stream.written.foretold < stream.written.drafted
    assert again.written.kept >= len(tokens) + len(said) - 1


def test_a_beginning_that_was_read_for_another_is_not_read_again(
    weights: Weights, engine: Engine
) -> None:
    shared = prompts(weights, Random(3), 1)[0] * 3
    first, second = [*shared[:200], 5], [*shared[:200], 9, 9]
    streams = [engine.submit(asked(tokens)) for tokens in (first, second)]

    written = [tokens_of(stream) for stream in streams]

    assert [stream.written.kept for stream in streams] == [0, 200]
    assert written == [alone(weights, first), alone(weights, second)]


def test_the_next_turn_of_a_conversation_reads_only_what_is_new(
    weights: Weights, engine: Engine
) -> None:
    turn = prompts(weights, Random(4), 1)[0]
    said = tokens_of(engine.submit(asked(turn)))
    longer = [*turn, *said, 7, 8, 9]

    stream = engine.submit(asked(longer))
    written = tokens_of(stream)

    assert stream.written.kept >= len(turn) + len(said) - 1
    assert written == alone(weights, longer)


class Timed(Context):
    """A context on a clock of its own: a pass takes a second, and a tenth for each token.

    It remembers how many tokens each pass read of each text.
    """

    now = 0.0
    passes: list[list[int]]

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        self.passes.append([len(feed.tokens) for feed in feeds])
        self.now += 1 + sum(self.passes[-1]) / 10
        return super().decode(feeds)


def test_a_long_prompt_is_read_between_the_tokens_of_others(weights: Weights) -> None:
    context = Timed(weights, Shape(SLOTS, ROOM, 128, threads=1, cache="f32"))
    context.passes = []
    engine = Engine(context, waiting=8, seconds=lambda: context.now)
    running = iter(engine.submit(asked([5, 6, 7], limit=200)))
    next(running)
    long = engine.submit(asked(prompts(weights, Random(5), 1)[0] * 2 + [3] * 250, limit=1))

    tokens_of(long)
    running.close()
    engine.close(20)

    between = context.passes[context.passes.index([1]) :]
    chunks = [size for (size,) in between if size > 1]
    assert len(chunks) > 8
    assert all(1 + size / 10 <= STEPS for size in chunks), "no longer than was agreed"
    assert all([1] in pair for pair in pairwise(between)), "a step between two chunks"
    context.close()


def test_a_prompt_that_holds_nobody_up_is_read_in_large_chunks(weights: Weights) -> None:
    context = Timed(weights, Shape(SLOTS, ROOM, 128, threads=1, cache="f32"))
    context.passes = []
    engine = Engine(context, waiting=8, seconds=lambda: context.now)

    tokens_of(engine.submit(asked([3] * 300, limit=1)))

    assert context.passes == [[128], [128], [44]]
    engine.close(20)
    context.close()


def test_slots_in_any_order_and_with_idle_ones_between_them_answer_alike(weights: Weights) -> None:
    context = opened(weights)
    texts = {3: [5, 6, 7], 0: [5, 6, 8], 1: [5, 6, 9]}
    context.decode([Feed(2, 0, [9, 9, 9])])
    for slot, tokens in texts.items():
        context.decode([Feed(slot, 0, tokens[:2])])

    rows = context.decode([Feed(slot, 2, tokens[2:], answers=1) for slot, tokens in texts.items()])

    chosen = [int(context.logits(row).argmax()) for (row,) in rows]
    assert chosen == [alone(weights, tokens, 1)[0] for tokens in texts.values()]
    ((row,),) = context.decode([Feed(2, 3, [7], answers=1)])
    assert int(context.logits(row).argmax()) == alone(weights, [9, 9, 9, 7], 1)[0], "as it was"
    context.close()


def test_a_stop_ends_every_running_text_before_its_next_token(engine: Engine) -> None:
    permits = [Granted() for _ in range(8)]
    streams = [
        iter(engine.submit(asked([5, 6, 7 + n], limit=400, permit=permits[n]))) for n in range(8)
    ]
    for stream in streams[:SLOTS]:
        next(stream)
    for permit in permits:
        permit.left = 0

    for stream in streams:
        with pytest.raises(WritingRevokedError):
            next(stream)

    assert engine.load().free == SLOTS


class Watched(Context):
    """A context that remembers the last token of each prompt, in the order they were read."""

    read: list[int]

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        self.read += [feed.tokens[-1] for feed in feeds if len(feed.tokens) > 1]
        return super().decode(feeds)


def test_who_asks_much_does_not_push_others_back(weights: Weights) -> None:
    context = Watched(weights, Shape(1, ROOM, 64, threads=1, cache="f32"))
    context.read = []
    engine = Engine(context, waiting=12)
    first = iter(engine.submit(asked([5, 6], limit=400, asker="busy")))
    next(first)
    askers = ["busy"] * 5 + ["other"]
    waiting = [
        engine.submit(asked([20 + n] * 8, limit=2, asker=asker)) for n, asker in enumerate(askers)
    ]

    first.close()
    for stream in waiting:
        tokens_of(stream)

    read = [askers[token - 20] for token in context.read[1:]]
    assert sorted(read) == sorted(askers)
    assert read.index("other") <= 1
    engine.close(20)
    context.close()


def test_one_asker_fills_half_of_the_waiting_room_at_most(weights: Weights) -> None:
    context = opened(weights, slots=1)
    engine = Engine(context, waiting=3)
    first = iter(engine.submit(asked([5, 6], limit=400, asker="busy")))
    next(first)
    for n in range(2):
        engine.submit(asked([5, n + 3], asker="busy"))

    with pytest.raises(ModelBusyError, match="same person"):
        engine.submit(asked([5, 6], asker="busy"))

    assert engine.submit(asked([5, 6], asker="other"))
    first.close()
    engine.close(20)
    context.close()


def test_a_stop_string_ends_the_text_before_it(weights: Weights, engine: Engine) -> None:
    whole = text_of(engine.submit(asked([5, 6, 7])))
    stop = whole[6:9]

    stream = engine.submit(asked([5, 6, 7], stops=(stop,)))

    assert text_of(stream) == whole[: whole.index(stop)]
    assert stream.written.finish is Finish.END


def test_a_grammar_decides_what_may_be_written(engine: Engine) -> None:
    grammar = 'root ::= ("oui" | "non") "."'

    said = text_of(engine.submit(asked([5, 6, 7], sampling=Sampling(grammar=grammar))))

    assert said in {"oui.", "non."}


def test_a_grammar_that_cannot_be_read_is_refused(engine: Engine) -> None:
    with pytest.raises(ModelUnavailableError, match="grammar"):
        engine.submit(asked([5], sampling=Sampling(grammar="root ::= (")))


def test_a_bias_forbids_a_token(engine: Engine) -> None:
    first = tokens_of(engine.submit(asked([5, 6, 7], limit=1)))[0]

    other = tokens_of(
        engine.submit(asked([5, 6, 7], limit=1, sampling=Sampling(bias={first: -100.0})))
    )

    assert other != [first]


def test_a_seed_draws_the_same_text_twice_and_another_another(engine: Engine) -> None:
    def drawn(seed: int) -> list[int]:
        sampling = Sampling(temperature=1.0, seed=seed, repetition=1.1)
        return tokens_of(engine.submit(asked([5, 6, 7], sampling=sampling)))

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_log_probabilities_are_the_models_own(weights: Weights, engine: Engine) -> None:
    stream = engine.submit(asked([5, 6, 7], limit=1, log_probabilities=True))
    (piece,) = list(stream)
    context = opened(weights, slots=1)
    ((row,),) = context.decode([Feed(0, 0, [5, 6, 7], answers=1)])
    odds = np.exp(context.logits(row).astype(float))

    assert piece.log_probability == pytest.approx(np.log(odds[piece.token] / odds.sum()), abs=1e-3)
    context.close()


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (asked([]), "has a token to continue"),
        (asked([5], limit=0), "has a token to continue"),
        (asked([5] * 500), "context_tokens is too small: 524 tokens"),
        (asked([5, 10**6]), "not of this model's vocabulary"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    engine: Engine, request_: Request, sentence: str
) -> None:
    with pytest.raises(ModelUnavailableError, match=sentence):
        engine.submit(request_)


class Failing(Context):
    """A context whose n-th pass fails, as llama.cpp's may for want of memory."""

    passes_left = 6

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        self.passes_left -= 1
        if not self.passes_left:
            raise ModelUnavailableError("llama.cpp could not decode (status -3).")
        return super().decode(feeds)


def test_a_pass_that_fails_ends_the_running_texts_and_the_next_ones_are_right(
    weights: Weights,
) -> None:
    context = Failing(weights, Shape(SLOTS, ROOM, 64, threads=1, cache="f32"))
    engine = Engine(context, waiting=8)
    streams = [engine.submit(asked([5, 6, n + 7], limit=40)) for n in range(3)]

    for stream in streams:
        with pytest.raises(ModelUnavailableError, match="could not decode"):
            tokens_of(stream)

    assert tokens_of(engine.submit(asked([5, 6, 7]))) == alone(weights, [5, 6, 7])
    engine.close(20)
    context.close()


class Broken:
    """A permit that cannot say whether it holds."""

    def check(self) -> None:
        raise OSError("the folder is gone")


def test_a_permit_that_breaks_ends_its_own_text_alone(weights: Weights, engine: Engine) -> None:
    other = engine.submit(asked([5, 6, 7]))

    with pytest.raises(OSError, match="the folder is gone"):
        tokens_of(engine.submit(asked([5, 6, 8], permit=Broken())))

    assert tokens_of(other) == alone(weights, [5, 6, 7])


def test_a_closed_engine_takes_nothing_more(weights: Weights) -> None:
    context = opened(weights)
    engine = Engine(context, waiting=8)
    engine.close(20)

    with pytest.raises(ModelUnavailableError, match="closed"):
        engine.submit(asked([5]))

    context.close()


def test_the_memory_of_the_slots_is_what_llama_cpp_takes(weights: Weights) -> None:
    shape = Shape(slots=4, tokens=512, batch=64, cache="f16")

    context = Context(weights, shape)

    numbers = 2 * tiny_gguf.LAYERS * tiny_gguf.WIDTH
    assert weights.cache_numbers_per_token == numbers
    assert context.memory_mb == 4 * 512 * numbers * 2 // 2**20
    context.close()
