"""What the machine's own counters say was used, and whose work it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

POWERCAP = Path("/sys/class/powercap")
JOULES_PER_WH = 3600
_OFTEN_S = 0.05  # between two readings while tokens come; the kernel's counters are no faster
_JOULES = 1e-6  # a counter's unit is the microjoule


class Meter(Protocol):
    """A counter of energy that only grows."""

    def joules(self) -> float:
        """Since some beginning. Raises OSError when it can no longer be read."""
        ...


class Rapl(Meter):
    """The kernel's counters of processors and their memory (powercap; Intel and AMD).

    Each one begins again at nought behind its range; whoever reads it at least once a minute
    misses no turn.
    """

    def __init__(self, root: Path = POWERCAP) -> None:
        """Raises OSError where there is none, or none that this process may read."""
        self._zones = [_Zone.at(one) for one in sorted(root.glob("intel-rapl:*")) if _counts(one)]
        if not self._zones:
            raise FileNotFoundError(f"{root} has no counter of energy")

    def joules(self) -> float:
        return sum(zone.read() for zone in self._zones) * _JOULES


class Sharing:
    """Divides what a meter counts between those who are served, and idleness while nobody is.

    Between two readings each is charged by the tokens that came to it, and by one more for being
    there: who is being read to writes nothing yet. What is charged sums up to the meter.
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
    def idle(self) -> float:
        """Joules used while nobody was served."""
        with self._lock:
            return self._idle

    @contextmanager
    def share(self) -> Iterator[Share]:
        share = Share(self)
        with self._lock:
            self._settle()
            self._served.append(share)
        try:
            yield share
        finally:
            with self._lock:
                self._settle()
                self._served.remove(share)

    def settle(self, share: Share, tokens: int) -> None:
        """Count tokens of a share; the meter is read again now and then."""
        with self._lock:
            share.tokens += tokens
            if not tokens or self._seconds() - self._read_at >= _OFTEN_S:
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
        whole = sum(1 + one.tokens for one in self._served)
        for one in self._served:
            one.charged += used * (1 + one.tokens) / whole
            one.tokens = 0


class Share:
    """What one answer used."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing
        self.tokens = 0  # since the last reading
        self.charged = 0.0  # joules
        self.known = True

    def token(self) -> None:
        self._sharing.settle(self, 1)

    def joules(self) -> float | None:
        """Up to now; None where the meter failed meanwhile."""
        self._sharing.settle(self, 0)
        return self.charged if self.known else None


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
    """None where no counter can be read: the energy is estimated then."""
    try:
        return Sharing(Rapl(root))
    except OSError:
        return None
