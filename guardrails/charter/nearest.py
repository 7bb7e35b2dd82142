"""Facts told by nearness to examples: for what no list of words says, where a model may be used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from guardrails.charter.facts import Facts
from guardrails.charter.rules import Charter, Likeness
from guardrails.verdicts import Known
from models.ports import Embedder, Matrix

DETECTOR = "nearest"


class NearestExamples:
    """Embeds the examples once, when first asked; then one batch of sentences a question."""

    def __init__(self, charter: Charter, embedder: Embedder) -> None:
        self._likenesses = charter.likenesses
        self._embedder = embedder

    @property
    def tells(self) -> Facts:
        return frozenset(one.fact for one in self._likenesses)

    def facts_in(self, sentences: Sequence[str]) -> Sequence[Known]:
        """Every fact whose nearest example is nearer than any look-alike; confidence is the cosine.

        A clause's grey band looks below `at_least`; without one, that is where a fact begins.
        """
        if not self._likenesses or not sentences:
            return ()
        read = self._embedder.embed(list(sentences))
        return [
            Known(likeness.fact, near, DETECTOR, self._embedder.identity.digest[:8], number)
            for likeness, (like, unlike) in zip(self._likenesses, self._examples, strict=True)
            for number, near in enumerate(_nearness(read, like, unlike))
            if near >= likeness.at_least
        ]

    @cached_property
    def _examples(self) -> tuple[tuple[Matrix, Matrix | None], ...]:
        return tuple(_both(one, self._embedder) for one in self._likenesses)


def calibrated(likeness: Likeness, embedder: Embedder, held_apart: Sequence[str]) -> float:
    """The least `at_least` at which no benign sentence held apart is taken for the fact."""
    read = embedder.embed(list(held_apart))
    like, unlike = _both(likeness, embedder)
    worst = max(_nearness(read, like, unlike), default=0.0)
    return min(1.0, round(worst + 0.01, 2))


def _both(likeness: Likeness, embedder: Embedder) -> tuple[Matrix, Matrix | None]:
    unlike = embedder.embed(likeness.look_alikes) if likeness.look_alikes else None
    return embedder.embed(likeness.examples), unlike


def _nearness(read: Matrix, like: Matrix, unlike: Matrix | None) -> list[float]:
    """The cosine to the nearest example; 0 where a look-alike is as near."""
    near = (read @ like.T).max(axis=1)
    if unlike is None:
        return [float(one) for one in near]
    other = (read @ unlike.T).max(axis=1)
    return [float(one) if one > against else 0.0 for one, against in zip(near, other, strict=True)]
