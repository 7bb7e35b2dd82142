"""What the machine's own counters say was used, and whose work it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from models.energy import Work

POWERCAP = Path("/sys/class/powercap")
JOULES_PER_WH = 3600
_OFTEN_S = 0.05  # between two readings while an answer comes
_JOULES = 1e-6  # a counter's unit is the microjoule


class Meter(Protocol):
    """A counter of energy that only grows."""

    counters: tuple[str, ...]  # what is read, by name

    def joules(self) -> float:
        """Since some beginning. Raises OSError when it can no longer be read."""
        ...


class Rapl(Meter):
    """The kernel's counters of processors and their memory (powercap; Intel and AMD).

    Each one begins again at nought behind its range; whoever reads it at least once a minute
    misses no turn.
    """

    counters = ("rapl",)

    def __init__(self, root: Path = POWERCAP) -> None:
        """Raises OSError where there is none, or none that this process may read."""
        self._zones = [_Zone.at(one) for one in sorted(root.glob("intel-rapl:*")) if _counts(one)]
        if not self._zones:
            raise FileNotFoundError(f"{root} has no counter of energy")

    def joules(self) -> float:
        return sum(zone.read() for zone in self._zones) * _JOULES


class Together(Meter):
    """Several counters of different things, as one."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = meters
        self.counters = tuple(name for meter in meters for name in meter.counters)

    def joules(self) -> float:
        return sum(meter.joules() for meter in self._meters)


class Sharing:
    """Divides what a meter counts between the answers on their way, and idleness without any.

    Between two readings each is charged by the CPU time that it took meanwhile: reading a long
    prompt costs as much as it works, though no token comes of it. Where none worked, all are
    charged alike. What is charged sums up to the meter.
    """

    def __init__(self, meter: Meter, seconds: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError when the meter cannot be read."""
        self._meter = meter
        self._seconds = seconds
        self._lock = Lock()
        self._last = meter.joules()
        self._read_at = seconds()
        self._served: list[Share] = []
        self._idle = 0.0

    @property
    def counters(self) -> tuple[str, ...]:
        """What is read, by name."""
        return self._meter.counters

    @property
    def idle(self) -> float:
        """Joules used while nobody was served."""
        with self._lock:
            return self._idle

    @contextmanager
    def share(self, work: Work) -> Iterator[Share]:
        share = Share(self, work)
        with self._lock:
            self._settle()
            self._served.append(share)
        try:
            yield share
        finally:
            with self._lock:
                self._settle()
                self._served.remove(share)

    def settle(self, within_s: float = 0.0) -> None:
        """Read the meter and charge what it counted, unless that was done so lately."""
        with self._lock:
            if self._seconds() - self._read_at >= within_s:
                self._settle()

    def _settle(self) -> None:
        try:
            now = self._meter.joules()
        except OSError:
            for one in self._served:
                one.known = False
            return
        used, self._last, self._read_at = now - self._last, now, self._seconds()
        if not self._served:
            self._idle += used
            return
        worked = [one.worked() for one in self._served]
        whole = sum(worked)
        for one, cpu_s in zip(self._served, worked, strict=True):
            one.charged += used * (cpu_s / whole if whole else 1 / len(worked))


class Share:
    """What one answer used."""

    def __init__(self, sharing: Sharing, work: Work) -> None:
        self._sharing = sharing
        self._work = work
        self._cpu_s = work.cpu_s  # at the last reading
        self.charged = 0.0  # joules
        self.known = True

    @property
    def counters(self) -> tuple[str, ...]:
        """Of what, by name."""
        return self._sharing.counters

    def look(self) -> None:
        """Now and then while an answer comes: whoever draws more power meanwhile pays for it."""
        self._sharing.settle(_OFTEN_S)

    def joules(self) -> float | None:
        """Up to now; None where the meter failed meanwhile, or has not moved since."""
        self._sharing.settle()
        return self.charged if self.known and self.charged > 0 else None

    def worked(self) -> float:
        """CPU seconds since this was asked last."""
        # Words of another process may overtake each other: work is never taken back.
        before, self._cpu_s = self._cpu_s, max(self._cpu_s, self._work.cpu_s)
        return self._cpu_s - before


@dataclass(slots=True)
class _Zone:
    """One counter, in microjoules; `total` goes on where the counter begins again."""

    counter: Path
    range: int
    last: int
    total: int = 0

    @classmethod
    def at(cls, folder: Path) -> _Zone:
        counter = folder / "energy_uj"
        return cls(counter, _number(folder / "max_energy_range_uj"), _number(counter))

    def read(self) -> int:
        now = _number(self.counter)
        grown = now - self.last
        self.total += grown if grown >= 0 else grown + self.range + 1
        self.last = now
        return self.total


def _counts(folder: Path) -> bool:
    """Packages and their memory; their parts are in them, and they are in the whole platform."""
    name = (folder / "name").read_text(encoding="ascii").strip()
    return name.startswith("package") or name == "dram"


def _number(file: Path) -> int:
    """Raises OSError, also for what is no number."""
    try:
        return int(file.read_text(encoding="ascii"))
    except ValueError as error:
        raise OSError(f"{file} holds no number") from error


def open_sharing(root: Path) -> Sharing | None:
    """None where no counter of the processor can be read: the energy is estimated then.

    One of a graphics card alone would leave the processor's energy out, and is not read.
    """
    try:
        return Sharing(Together([Rapl(root), *_cards()]))
    except OSError:
        return None


def _cards() -> list[Meter]:
    from models.nvml import Nvml

    try:
        return [Nvml()]
    except OSError:
        return []
