"""Tuning: which threads and batch go fastest here, and what ways of attending would bring.

Each trial takes a second or two, whatever the model: a heavy one is given fewer candidates.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from math import sqrt
from statistics import quantiles

from models.errors import ModelUnavailableError
from models.llama.context import Context, Feed, Shape
from models.llama.weights import Weights
from models.profiles import CLEARLY, Attention, Speeds, Tuning

Seconds = Callable[[], float]

TOGETHER = 8  # texts at once
BATCHES = (64, 128, 256, 512)  # tokens
_TRIAL_S = 1.0
_LEAST_PASSES = 4
_MOST_PASSES = 64
_ROOM = 256  # tokens of a trial that writes
_TOKEN = 1  # what is fed does not change the time that it takes
_LENGTHS = (256, 512, 1024)  # tokens that are read before the ways of attending are compared
_READING_S = 4.0  # longest reading of them
_ROUNDS = 2
_WRITTEN = 64  # tokens, at most, of a trial behind them


@dataclass(frozen=True, slots=True)
class Trials:
    """Measures contexts over some weights, one after the other."""

    weights: Weights
    seconds: Seconds = time.perf_counter

    def tuned(self) -> Tuning:
        self.weights.settle()
        one = Shape(slots=1, tokens=_ROOM, batch=BATCHES[0])
        threads = smallest_fastest({n: self._speed(replace(one, threads=n)) for n in candidates()})
        one = replace(one, threads=threads)
        read = self._reading(one)
        batches = {size: self._reading(_of_batch(one, size)) for size in self._bearable(read)}
        batch = smallest_fastest({BATCHES[0]: read, **batches})
        written = self._writing(one)
        return Tuning(
            threads=threads,
            batch_tokens=batch,
            read_tokens_per_s=round(batches.get(batch, read), 1),
            written_tokens_per_s=round(written, 1),
            together=TOGETHER,
            together_tokens_per_s=round(self._writing(replace(one, slots=TOGETHER)), 1),
            attention=self._attention(replace(one, batch=batch), batches.get(batch, read)),
        )

    def _attention(self, one: Shape, read_tokens_per_s: float) -> Attention | None:
        """At the length of a question with its passages, for among short texts all are alike."""
        length = self._length(read_tokens_per_s)
        shape = replace(one, slots=TOGETHER, tokens=length + _WRITTEN * 2)
        ways = (shape, replace(shape, flash=True), replace(shape, flash=True, cache="q8_0"))
        # By turns, so that what else the machine does in one of them does not choose.
        rounds = [[self._behind(length, way) for way in ways] for _ in range(_ROUNDS)]
        plain, flash, q8 = map(_undisturbed, zip(*rounds, strict=True))
        return Attention(length, plain, flash, q8) if plain else None

    def _length(self, read_tokens_per_s: float) -> int:
        """The longest that is read soon enough and leaves the model room to write."""
        room = self.weights.trained_tokens - _WRITTEN * 2
        longest = min(room, _READING_S * read_tokens_per_s)
        return max((one for one in _LENGTHS if one <= longest), default=min(_LENGTHS[0], room))

    def _behind(self, length: int, shape: Shape) -> Speeds | None:
        """None for what this model cannot do, or this machine's memory not hold."""
        try:
            context = self._context(shape)
        except ModelUnavailableError:
            return None
        with closing(context):
            read = self._read_whole(context, length)
            for slot in range(1, context.slots):
                context.copy(0, slot, length)
            alone, together = (self._written(context, n, length) for n in (1, context.slots))
            return Speeds(round(read, 1), round(alone, 1), round(together, 1))

    def _read_whole(self, context: Context, length: int) -> float:
        """Tokens a second of a prompt that one slot then holds."""
        context.decode([Feed(0, 0, [_TOKEN], answers=1)])  # the first pass wakes the threads
        context.clear()
        began = self.seconds()
        for start in range(0, length, context.batch):
            size = min(context.batch, length - start)
            context.decode([Feed(0, start, [_TOKEN] * size, answers=1)])
        return length / (self.seconds() - began)

    def _written(self, context: Context, texts: int, behind: int) -> float:
        """Tokens a second of some texts together, each behind so many tokens."""
        slots = range(texts)
        took: list[float] = []
        while len(took) < _LEAST_PASSES or (len(took) < _WRITTEN and sum(took) < _TRIAL_S):
            took.append(self._pass(context, slots, behind + len(took)))
        for slot in slots:
            context.cut(slot, behind)
        return texts / quantiles(took, n=4)[0]

    def _bearable(self, tokens_per_s: float) -> list[int]:
        """The larger batches whose trial does not last."""
        longest = min(self.weights.trained_tokens, 2 * _TRIAL_S * tokens_per_s)
        return [size for size in BATCHES[1:] if size <= longest]

    def _speed(self, shape: Shape) -> float:
        """Of reading and writing alike."""
        return sqrt(self._reading(shape) * self._writing(shape))

    def _reading(self, shape: Shape) -> float:
        """Tokens of a prompt a second, the better of two: the first pass wakes the threads."""
        with closing(self._context(shape)) as context:
            size = min(shape.batch, context.tokens)
            return max(self._read(context, size) for _ in range(2))

    def _read(self, context: Context, size: int) -> float:
        context.clear()
        began = self.seconds()
        context.decode([Feed(0, 0, [_TOKEN] * size, answers=1)])
        return size / (self.seconds() - began)

    def _writing(self, shape: Shape) -> float:
        """Tokens a second of all texts together."""
        with closing(self._context(shape)) as context:
            slots = range(context.slots)
            took = [self._pass(context, slots, at) for at in range(_LEAST_PASSES)]
            while len(took) < _MOST_PASSES and sum(took) < _TRIAL_S:
                took.append(self._pass(context, slots, len(took)))
            # Whatever else the machine does only slows passes down: look at the undisturbed ones.
            return context.slots / quantiles(took, n=4)[0]

    def _pass(self, context: Context, slots: range, at: int) -> float:
        """Seconds for one more token of each."""
        began = self.seconds()
        context.decode([Feed(slot, at, [_TOKEN], answers=1) for slot in slots])
        return self.seconds() - began

    def _context(self, shape: Shape) -> Context:
        context = Context(self.weights, shape)
        self.weights.adapt(context.handle)
        return context


def candidates() -> list[int]:
    """One thread, half of the cores that are given, and all of them."""
    cores = len(os.sched_getaffinity(0))
    return sorted({1, -(-cores // 2), cores})


def smallest_fastest(speeds: Mapping[int, float]) -> int:
    """The fastest, unless less is as fast."""
    best = max(speeds.values())
    return min(size for size, speed in speeds.items() if speed * CLEARLY >= best)


def _undisturbed(rounds: Sequence[Speeds | None]) -> Speeds | None:
    """The best of each figure; None where it could not be had."""
    had = [astuple(one) for one in rounds if one is not None]
    return Speeds(*map(max, zip(*had, strict=True))) if had else None


def _of_batch(shape: Shape, size: int) -> Shape:
    return replace(shape, batch=size, tokens=max(_ROOM, size))
