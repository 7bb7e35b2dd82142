"""Who pays for a pass: the texts that are in it, alike when they write, and alone who is read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from random import Random

import pytest
import tiny_gguf

from models.llama.context import Context, Feed, Shape
from models.llama.effort import Effort
from models.llama.engine import Engine
from models.llama.running import Request
from models.llama.weights import Weights

SLOTS, BATCH, LIMIT = 4, 64, 24
PASS_S = 2.0  # what a pass costs by the clock of these tests: one second before it, one in it


def test_all_threads_of_a_pass_count_and_the_engine_alone_between_passes() -> None:
    ticks = iter([1.0, 5.0, 6.0, 6.5])
    others = count(0.0, 100.0)
    effort = Effort(2, lambda: next(ticks), lambda: next(others))

    effort.begin()
    assert effort.end() == pytest.approx(1 + 2 * 4)
    effort.begin()
    assert effort.end() == pytest.approx(1 + 2 * 0.5)


def test_passes_never_cost_more_than_the_process_took_in_them() -> None:
    ticks, process = iter([0.0, 4.0, 4.0, 8.0]), iter([0.0, 7.0, 7.0, 17.0])
    effort = Effort(2, lambda: next(ticks), lambda: next(process))

    effort.begin()
    assert effort.end() == pytest.approx(7), "and not 8"
    effort.begin()
    assert effort.end() == pytest.approx(9), "what was left over before is told now"


@dataclass
class Paying:
    """A permit that never ends, and remembers what it is charged."""

    paid: list[float] = field(default_factory=list)

    def check(self) -> None:
        return

    def charge(self, cpu_s: float) -> None:
        self.paid.append(cpu_s)


class Counted(Context):
    """A context that remembers how many texts were in each pass."""

    passes: list[int]

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        self.passes.append(len(feeds))
        return super().decode(feeds)


@dataclass(frozen=True)
class House:
    engine: Engine
    context: Counted
    vocabulary: int

    def write(self, length: int, seed: int) -> tuple[Paying, float]:
        """What a text of so many tokens paid, and what its end says of it."""
        random, paying = Random(seed), Paying()
        tokens = tuple(random.randrange(3, self.vocabulary) for _ in range(length))
        stream = self.engine.submit(Request(tokens, LIMIT, paying, drafts=False))
        for _ in stream:
            continue
        return paying, stream.written.work_s


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    return Weights(tiny_gguf.build(tmp_path_factory.mktemp("models") / "tiny.gguf"))


@pytest.fixture
def house(weights: Weights) -> House:
    """One whose clock moves by a second whenever it is looked at."""
    seconds = count(1)
    context = Counted(weights, Shape(SLOTS, 512, BATCH, threads=1))
    context.passes = []
    process = count(0.0, 100.0)
    effort = Effort(1, lambda: float(next(seconds)), lambda: next(process))
    engine = Engine(context, waiting=100, effort=effort)
    return House(engine, context, weights.vocabulary_size)


@pytest.mark.slow
def test_who_is_alone_pays_for_every_pass(house: House) -> None:
    with closing(house.context):
        paying, work_s = house.write(200, seed=1)
        house.engine.close(20)

        assert work_s == sum(paying.paid) == PASS_S * len(house.context.passes)
        assert len(paying.paid) >= -(-200 // BATCH), "reading costs before a token comes"


@pytest.mark.slow
def test_what_texts_pay_together_is_what_the_passes_cost(house: House) -> None:
    random = Random(0)
    with closing(house.context), ThreadPoolExecutor(10) as pool:
        lengths = [random.randrange(1, 300) for _ in range(40)]
        paid = list(pool.map(house.write, lengths, range(40)))
        house.engine.close(20)
        passes = house.context.passes

        assert sum(work_s for _, work_s in paid) == pytest.approx(PASS_S * len(passes))
        assert {PASS_S / n for n in passes} == {one for paying, _ in paid for one in paying.paid}
        assert max(passes) > 1
