"""Runs the benchmarks of `tests/benchmarks/`: each figure beside a peer from the same run."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from server.audit.events import Json
from server.errors import InvalidInputError
from server.settings import CHECKOUT

NAMES = (
    "search",
    "guards",
    "llm",
    "answer",
    "record",
    "embed",
    "ingest",
    "isolation",
    "likeness",
    "sync",
    "backup",
    "apart",
    "llama_cpp",
    "energy",
)


class PeerMissingError(InvalidInputError):
    """What a benchmark measures against is not on this machine."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `aim` reads like "≤ 60"; `ratio` is value ÷ peer's value."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.peer_value, 3) if self.peer_value else None

    @property
    def met(self) -> bool | None:
        if not self.aim:
            return None
        sign, bound = self.aim.split()
        return self.value <= float(bound) if sign == "≤" else self.value >= float(bound)


def measure(name: str | None, say: Callable[[str], None]) -> Json:
    """Run one benchmark, or all whose peers are here.

    Raises PeerMissingError for one whose peer is not, InvalidInputError outside a checkout.
    """
    if name is not None and name not in NAMES:
        raise InvalidInputError(f"There is no benchmark {name}: {', '.join(NAMES)}.")
    figures: list[Figure] = []
    for one in NAMES if name is None else (name,):
        say(f"measuring {one} …")
        try:
            figures += _benchmark(CHECKOUT / "tests" / "benchmarks" / f"bench_{one}.py")()
        except PeerMissingError as error:
            if name is not None:
                raise
            say(f"left out: {error}")
    return {"machine": machine(), "figures": [_json(figure) for figure in figures]}


def machine() -> str:
    """Processor, cores and Python, in words."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [
            line.partition(":")[2].strip()
            for line in cpuinfo.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        processor = names[0] if names else processor
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _benchmark(path: Path) -> Callable[[], Iterable[Figure]]:
    spec = importlib.util.spec_from_file_location(path.stem, path) if path.is_file() else None
    if spec is None or spec.loader is None:
        raise InvalidInputError(
            "The benchmarks are in a checkout of Vigie, under tests/benchmarks."
        )
    if str(path.parent) not in sys.path:
        sys.path[:0] = [str(path.parent), str(path.parents[1])]  # they share their measures
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its own module up
    spec.loader.exec_module(module)
    figures: Callable[[], Iterable[Figure]] = module.figures
    return figures


def _json(figure: Figure) -> Json:
    return {
        "name": figure.name,
        "value": _readable(figure.value),
        "unit": figure.unit,
        "peer": figure.peer,
        "peer_value": None if figure.peer_value is None else _readable(figure.peer_value),
        "ratio": figure.ratio,
        "aim": figure.aim,
        "met": figure.met,
    }


def _readable(value: float) -> float:
    """Four figures: more than a noisy machine knows."""
    return float(f"{value:.4g}")
