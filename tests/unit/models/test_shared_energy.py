"""Answers that come and go at random pay together, with idleness, what the machine's counters say.

This machine need not have counters: a folder in their shape is turned by the CPU time that is
really spent, and by what a machine draws all the time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest
import tiny_gguf
from cpu_time import cpu_seconds
from powercap import Powercap
from writings import Paying

from models.apart import ApartGenerator
from models.llama import LlamaGenerator, LlamaSettings
from models.metering import Sharing, open_sharing
from models.ports import Language, ModelIdentity, Prompt, Source

pytestmark = pytest.mark.slow

ANSWERS, AT_ONCE = 30, 6
SLOTS = 3  # some wait for one
IDENTITY = ModelIdentity("tiny", "0" * 64)
SETTINGS = LlamaSettings(
    context_tokens=1024, answer_tokens=120, threads=1, waiting=2 * AT_ONCE, parallel=SLOTS
)
WATTS, ALWAYS_WATTS = 10.0, 3.0
OFTEN_S = 0.005
Model = LlamaGenerator | ApartGenerator


@contextmanager
def turning(powercap: Powercap) -> Iterator[None]:
    """The counters grow meanwhile."""
    over, began, worked = Event(), time.monotonic(), cpu_seconds()

    def turn() -> None:
        while not over.wait(OFTEN_S):
            joules = WATTS * (cpu_seconds() - worked)
            joules += ALWAYS_WATTS * (time.monotonic() - began)
            powercap.turn("intel-rapl:0", int(joules * 1e6))

    thread = Thread(target=turn)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@dataclass(frozen=True)
class Bill:
    """What one answer was charged, and what it worked."""

    joules: float
    cpu_s: float


@dataclass(frozen=True)
class Life:
    """One answer: when it comes, how long its prompt is, whether it is left before its end."""

    number: int
    comes_after_s: float
    sources: int
    leaves_after: int | None

    @classmethod
    def drawn(cls, random: Random, number: int) -> Life:
        leaves = random.randrange(60) if random.random() < 0.3 else None
        return cls(number, random.random() / 20, random.randrange(1, 6), leaves)

    @property
    def prompt(self) -> Prompt:
        said = f"Les repas du dossier {self.number} sont remboursés. " * 2
        sources = tuple(Source(n, "Frais", said) for n in range(1, self.sources + 1))
        return Prompt(
            "Charte.",
            sources,
            f"Question {self.number} ?",
            Language.FRENCH,
            asker=str(self.number),
        )

    def lived(self, model: Model, sharing: Sharing) -> Bill:
        time.sleep(self.comes_after_s)
        paying = Paying()
        with sharing.share(paying.work) as share:
            with closing(model.write(self.prompt, paying)) as writing:
                for n, _ in enumerate(writing):
                    share.look()
                    if n == self.leaves_after:
                        break
            cpu_s = paying.work.cpu_s
        return Bill(share.charged, cpu_s)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("models") / "tiny.gguf", context=1024)


@pytest.fixture(params=["none", "process"])
def model(request: pytest.FixtureRequest, file: Path) -> Iterator[Model]:
    kind = LlamaGenerator if request.param == "none" else ApartGenerator
    with closing(kind(file, IDENTITY, SETTINGS)) as generator:
        yield generator


@pytest.mark.parametrize("seed", range(3))
def test_bills_and_idleness_sum_up_to_the_counters(model: Model, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    powercap = Powercap(tmp_path / "powercap")
    sharing = open_sharing(powercap.root)
    assert sharing is not None
    lives = [Life.drawn(random, number) for number in range(ANSWERS)]
    began = cpu_seconds()
    with turning(powercap), ThreadPoolExecutor(AT_ONCE) as pool:
        time.sleep(4 * OFTEN_S)  # nobody is there yet
        bills = list(pool.map(lambda life: life.lived(model, sharing), lives))
    spent = cpu_seconds() - began
    sharing.settle()
    counted = int((powercap.root / "intel-rapl:0" / "energy_uj").read_text()) / 1e6

    assert sum(bill.joules for bill in bills) + sharing.idle == pytest.approx(counted)
    assert sharing.idle > 0
    assert sum(bill.cpu_s for bill in bills) <= spent, "nothing is paid twice"
