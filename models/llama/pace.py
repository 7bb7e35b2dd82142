"""How much of a prompt is read between two tokens of those who already write."""

from __future__ import annotations

STEPS = 2.0  # a chunk may take as long as this many decode steps: gaps of at most three
SMALLEST = 16  # tokens of a chunk: less would waste the pass over the weights
_WEIGHT = 0.2  # of the last measure in the running mean


class Pace:
    """Sizes chunks from what steps took: reading one never holds running texts up for long."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._step_s = 0.0  # of a step that only writes
        self._token_s = 0.0  # of one token of a prompt

    def chunk(self, *, writing: bool) -> int:
        """How many tokens of a prompt the next step may read."""
        if not writing:
            return self._largest
        if not self._step_s or not self._token_s:
            return min(self._largest, 2 * SMALLEST)
        return max(SMALLEST, min(self._largest, int(STEPS * self._step_s / self._token_s)))

    def took(self, seconds: float, *, writing: int, read: int) -> None:
        """A step decoded one token for each of `writing` texts and `read` tokens of a prompt."""
        if writing and not read:
            self._step_s = _mean(self._step_s, seconds)
        elif read >= SMALLEST:
            own = max(0.0, seconds - (self._step_s if writing else 0.0))
            self._token_s = _mean(self._token_s, own / read)


def _mean(past: float, last: float) -> float:
    return last if not past else (1 - _WEIGHT) * past + _WEIGHT * last
