"""What a text is likely to say next, so that several of its tokens are verified in one pass.

Answers quote their passages: what followed the last few tokens before follows them again
(prompt lookup decoding, as proposed by A. Saxena in 2023; verified as in Leviathan et al., ICML
2023). Whether verifying pays is measured: a pass over more tokens takes longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LENGTHS = (1, 2, 4, 8, 16)  # tokens of each text in a pass: the last written one, and drafts
MOST = LENGTHS[-1] - 1  # drafts at once
_ROWS = 32  # of a pass in which several write: none waits for another's drafts for long
_KEY = 3  # tokens that must have come before in the same order
_HOPE = 0.3  # how likely a foretold token is thought to be at first
_SWIFTNESS = 0.25  # weight of the last foretold token in that
_PRICE = 0.3  # of a draft, in steps, until it is measured
_WEIGHT = 0.2  # of the last pass in a running mean
_FORGETTING = 0.002  # of a price at each step without drafts: one slow pass is forgiven
_TICK = 1e-9  # steps: no pass takes less
_ACCIDENT = 2.0  # steps for each token: a pass that took longer was held up by something else


class Lookup:
    """Foretells the tokens of one text from earlier ones, and keeps count of being right."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = list(tokens)
        keys = zip(*(tokens[n:] for n in range(_KEY)), strict=False)
        self._follows = dict(zip(keys, range(_KEY, len(tokens)), strict=False))
        self._next = self._found()
        self.sure = _HOPE

    def draft(self, most: int) -> list[int]:
        """The tokens that may follow; none when nothing like it came before."""
        return [] if self._next is None else self._tokens[self._next : self._next + most]

    def add(self, token: int) -> None:
        """One more token, whether it was foretold or not."""
        right = self._next is not None and self._tokens[self._next] == token
        if self._next is not None:
            self.sure += _SWIFTNESS * (right - self.sure)
        self._follows[self._key()] = len(self._tokens)
        self._tokens.append(token)
        self._next = self._next + 1 if right and self._next is not None else self._found()

    def _key(self) -> tuple[int, ...]:
        return tuple(self._tokens[-_KEY:])

    def _found(self) -> int | None:
        return self._follows.get(self._key())


@dataclass(frozen=True, slots=True)
class Chance:
    """Of one text: so many tokens are foretold, each as likely as `sure` after the last."""

    sure: float
    foretold: int

    def tokens(self, length: int) -> float:
        """How many tokens a pass of this length writes on average."""
        return float(sum(self.sure**n for n in range(min(length - 1, self.foretold) + 1)))


class Stakes:
    """How long drafts should be, by what passes took with and without them.

    A length that was never tried costs by the draft what the last one cost that was: where
    llama.cpp multiplies rows one by one, a single pass tells it for all.
    """

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}  # of a pass without drafts, by how many texts write
        self._prices: dict[tuple[int, int], float] = {}  # texts, length: in passes without drafts
        self._rates: dict[int, float] = {}  # of a draft, by how many texts write

    def length(self, chances: Sequence[Chance], room: int) -> int:
        """How many tokens of each text the next pass reads: 1 without drafts, `room` at most.

        All texts are given as many, since llama.cpp takes unequal lengths apart.
        """
        count = len(chances)
        open_ = [n for n in LENGTHS if n <= room and (count == 1 or n * count <= _ROWS or n == 1)]
        return max(open_, key=lambda n: sum(c.tokens(n) for c in chances) / self._price(count, n))

    def took(self, texts: int, length: int, seconds: float) -> None:
        """A pass over so many tokens of so many texts took so long."""
        if length > 1:
            self._paid(texts, length, seconds / max(self._seconds.get(texts, seconds), _TICK))
            return
        past = self._seconds.get(texts, seconds)
        self._seconds[texts] = past + _WEIGHT * (seconds - past)
        for (count, size), price in self._prices.items():
            self._prices[count, size] = price + _FORGETTING * (_cost(size, _PRICE) - price)
        for count, rate in self._rates.items():
            self._rates[count] = rate + _FORGETTING * (_PRICE - rate)

    def _paid(self, texts: int, length: int, steps: float) -> None:
        price = min(max(steps, _TICK), _ACCIDENT * length)
        past = self._prices.get((texts, length), price)
        self._prices[texts, length] = past + _WEIGHT * (price - past)
        self._rates[texts] = (price - 1) / (length - 1)

    def _price(self, texts: int, length: int) -> float:
        rate = self._rates.get(texts, _PRICE)
        return self._prices.get((texts, length), max(_cost(length, rate), _TICK))


def _cost(length: int, rate: float) -> float:
    return 1 + rate * (length - 1)
