"""How the next token is chosen: the best one, or drawn by a chain of llama.cpp's samplers."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from models.errors import ModelUnavailableError
from models.llama.context import Context
from models.llama.weights import Weights

_NO_BIAS: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sampling:
    """`temperature` 0 takes the best token; `repetition` 1 leaves repetition alone.

    `grammar` is GBNF, llama.cpp's own notation, whose root is `root`. `bias` is added to the
    logits of its tokens.
    """

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repetition: float = 1.0
    repetition_window: int = 64  # tokens
    seed: int = 0
    grammar: str | None = None
    bias: Mapping[int, float] = field(default_factory=lambda: _NO_BIAS)

    @property
    def plain(self) -> bool:
        """Whether the best token is all there is to choose."""
        return (
            self.temperature == 0
            and self.repetition == 1
            and self.grammar is None
            and not self.bias
        )


class Sampler(Protocol):
    """Chooses the tokens of one text, in order."""

    def choose(self, context: Context, row: int) -> int: ...


class Best:
    """The token of the highest logit; NumPy finds it faster than a sampler lists candidates."""

    def choose(self, context: Context, row: int) -> int:
        return int(np.argmax(context.logits(row)))


class Chain:
    """Samplers of llama.cpp, one behind the other. Raises ModelUnavailableError for a grammar
    that it cannot read.
    """

    def __init__(self, sampling: Sampling, weights: Weights) -> None:
        import llama_cpp

        self._c: Any = llama_cpp
        self._chain = self._c.llama_sampler_chain_init(self._c.llama_sampler_chain_default_params())
        self._freed = weakref.finalize(self, self._c.llama_sampler_free, self._chain)
        self._freed.atexit = False
        self._constrain(sampling, weights)
        self._draw(sampling)

    def choose(self, context: Context, row: int) -> int:
        return int(self._c.llama_sampler_sample(self._chain, context.handle, row))

    def _constrain(self, sampling: Sampling, weights: Weights) -> None:
        if sampling.bias:
            entries = (self._c.llama_logit_bias * len(sampling.bias))(*sampling.bias.items())
            self._add(
                self._c.llama_sampler_init_logit_bias(
                    weights.vocabulary_size, len(entries), entries
                )
            )
        if sampling.grammar is not None:
            self._add(
                self._c.llama_sampler_init_grammar(
                    weights.vocabulary, sampling.grammar.encode(), b"root"
                ),
                otherwise="The grammar is not one that llama.cpp can read.",
            )
        if sampling.repetition != 1:
            self._add(
                self._c.llama_sampler_init_penalties(
                    weights.vocabulary_size,
                    sampling.repetition_window,
                    sampling.repetition,
                    0.0,
                    0.0,
                )
            )

    def _draw(self, sampling: Sampling) -> None:
        if sampling.temperature == 0:
            self._add(self._c.llama_sampler_init_greedy())
            return
        self._add(self._c.llama_sampler_init_top_k(sampling.top_k))
        self._add(self._c.llama_sampler_init_top_p(sampling.top_p, 1))
        self._add(self._c.llama_sampler_init_min_p(sampling.min_p, 1))
        self._add(self._c.llama_sampler_init_temp(sampling.temperature))
        self._add(self._c.llama_sampler_init_dist(sampling.seed))

    def _add(self, sampler: Any, otherwise: str = "llama.cpp made no sampler.") -> None:
        if not sampler:
            raise ModelUnavailableError(otherwise)
        self._c.llama_sampler_chain_add(self._chain, sampler)


def sampler_of(sampling: Sampling, weights: Weights) -> Sampler:
    return Best() if sampling.plain else Chain(sampling, weights)


def log_probability(context: Context, row: int, token: int) -> float:
    """Of a token, under the model's own distribution: before temperature and constraints."""
    logits = context.logits(row).astype(np.float64)
    highest = logits.max()
    return float(logits[token] - highest - np.log(np.exp(logits - highest).sum()))
