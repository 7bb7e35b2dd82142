"""How much of a prompt is read between two tokens of those who already write."""

from __future__ import annotations

from itertools import takewhile

STEPS = 6.0  # a chunk may take as long as this many steps: less makes a prompt wait for nothing
SIZES: tuple[int, ...] = (
    4,
    8,
    16,
    *range(32, 4_097, 16),
)  # llama.cpp multiplies rows by fours and sixteens
_WEIGHT = 0.2  # of the last pass in a running mean
_TICK = 1e-9  # seconds: no chunk takes less
_SPIKE = 4.0  # times what was expected: more is an accident


class Pace:
    """Sizes chunks from what passes took: reading one never holds running texts up for long."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._steps_s: dict[int, float] = {}  # by how many texts were writing
        self._chunks_s: dict[int, float] = {}  # by how many tokens were read

    def chunk(self, writing: int, reading: int = 1) -> int:
        """How many tokens of a prompt the next pass may read while so many texts write.

        Where more wait to be read than write, they get the larger share of the time: who writes
        alone would otherwise hold them all up.
        """
        if not writing:
            return self._largest
        share = max(1.0, reading / writing)
        allowed_s = STEPS * share * self._steps_s.get(writing, 0.0)
        fitting = takewhile(lambda size: self._longest(size) <= allowed_s, SIZES)
        return min(self._largest, max(fitting, default=SIZES[0]))

    def wrote(self, writing: int, seconds: float) -> None:
        """A step wrote one token of each of so many texts."""
        past = self._steps_s.get(writing, seconds)
        self._steps_s[writing] = past + _WEIGHT * (seconds - past)

    def read(self, tokens: int, seconds: float) -> None:
        """A pass read a chunk between two steps.

        Where that took longer than it did, more was read before it or the machine is busier:
        chunks of the other sizes, too, are thought to take longer then.
        """
        if tokens not in SIZES:
            return
        past = self._chunks_s.setdefault(tokens, max(seconds, _TICK))
        drift = 1 + _WEIGHT * (min(seconds / past, _SPIKE) - 1)
        for size in self._chunks_s:
            self._chunks_s[size] *= drift

    def _longest(self, size: int) -> float:
        """How long a chunk takes at most: a token of it no longer than one of a smaller chunk."""
        known = self._chunks_s.items()
        return min((seconds * max(1.0, size / one) for one, seconds in known), default=float("inf"))
