"""What answers are charged, beside the CPU time of all processes and beside a machine's counters.

The model has random weights: what it takes is true, what is written means nothing. Counters in
the shape of the kernel's are turned by CPU time. `VIGIE_BENCH_MODEL` names a GGUF to take instead
of building one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from threading import Barrier, Lock

import shaped_gguf
import writings
from cpu_time import cpu_seconds
from powercap import Powercap

from models.apart import ApartGenerator
from models.llama import LlamaGenerator, LlamaSettings
from models.llama.effort import Effort
from models.metering import Sharing, open_sharing
from models.ports import Language, ModelIdentity, Prompt, Source
from server.benching import Figure

USERS = 8
WATTS = 10.0
PEER = "CPU time of all processes"
IDENTITY = ModelIdentity("shaped", "0" * 64)
SETTINGS = LlamaSettings(context_tokens=1_024, answer_tokens=12, parallel=USERS)
KINDS = {"in the server's process": LlamaGenerator, "in a process of its own": ApartGenerator}
Model = LlamaGenerator | ApartGenerator


class Paying(writings.Paying):
    """It knows what its peer would have paid."""

    def __init__(self) -> None:
        super().__init__()
        self.began = cpu_seconds()


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("VIGIE_BENCH_MODEL")
        path = Path(given) if given else _built(Path(folder))
        for where, kind in KINDS.items():
            with closing(kind(path, IDENTITY, SETTINGS)) as model:
                _answer(model, 99)
                for users in (1, USERS):
                    yield from estimate(model, where, users)
                yield meter(model, where, Path(folder) / kind.__name__)
    yield own_cost()


def estimate(model: Model, where: str, users: int) -> Iterator[Figure]:
    """CPU seconds of answers at once, by their own work and, as before, by everyone's."""
    together = Barrier(users)

    def one(user: int) -> tuple[float, float]:
        together.wait()
        return _answer(model, 10 * users + user)

    began = cpu_seconds()
    with ThreadPoolExecutor(users) as pool:
        charged = list(pool.map(one, range(users)))
    spent = cpu_seconds() - began
    name = f"energy: {users} at once {where}, CPU time charged"
    own, everyones = (round(sum(seconds), 3) for seconds in zip(*charged, strict=True))
    yield Figure(name, own, "s", PEER, round(spent, 3))
    yield Figure(f"{name}, each with everyone's", everyones, "s", PEER, round(spent, 3))


def meter(model: Model, where: str, root: Path) -> Figure:
    """Joules of answers that come one after the other and together, and of idleness."""
    powercap, began = Powercap(root), cpu_seconds()
    sharing = open_sharing(root)
    assert sharing is not None

    turning = Lock()

    def turn() -> None:
        with turning:
            powercap.turn("intel-rapl:0", int(WATTS * (cpu_seconds() - began) * 1e6))

    def one(user: int) -> float:
        time.sleep(user / 10)
        return _metered(model, user, sharing, turn)

    with ThreadPoolExecutor(USERS) as pool:
        charged = sum(pool.map(one, range(USERS)))
    turn()
    sharing.settle()
    counted = int((root / "intel-rapl:0" / "energy_uj").read_text()) / 1e6
    return Figure(
        f"energy: {USERS} that come and go {where}, charged and idle",
        round(charged + sharing.idle, 2),
        "J",
        "the counter",
        round(counted, 2),
    )


def own_cost() -> Figure:
    """What telling every one of so many texts its share adds to a pass, at its best."""
    effort, permits = Effort(2), [Paying() for _ in range(USERS)]

    def once() -> float:
        began = time.perf_counter()
        effort.begin()
        share = effort.end() / len(permits)
        for permit in permits:
            permit.charge(share)
        return time.perf_counter() - began

    took = sorted(once() for _ in range(2_000))
    return Figure(f"energy: telling {USERS} texts their share of a pass", 1e6 * median(took), "µs")


def _built(folder: Path) -> Path:
    return shaped_gguf.build(folder / "shaped.gguf", shaped_gguf.SIZES["0.5B"], "Q4_0")


def _prompt(number: int) -> Prompt:
    source = Source(1, "Frais", f"Les repas du dossier {number} sont remboursés. " * 8)
    return Prompt("Charte.", (source,), f"Question {number} ?", Language.FRENCH)


def _answer(model: Model, number: int) -> tuple[float, float]:
    """CPU seconds that it is charged, and all that were spent meanwhile."""
    paying = Paying()
    for _ in model.write(_prompt(number), paying):
        continue
    return paying.work.cpu_s, cpu_seconds() - paying.began


def _metered(model: Model, number: int, sharing: Sharing, turn: Callable[[], None]) -> float:
    paying = Paying()
    with sharing.share(paying.work) as share:
        for _ in model.write(_prompt(200 + number), paying):
            turn()
            share.look()
        turn()
    return share.charged
