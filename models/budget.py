"""How much of the passages a model may read, for its first sentence to come in time.

Whole sentences are left out, the least relevant first; whoever checks the answer, and whoever
reads it, has the whole passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.fencing import asked, fenced, opening
from models.ports import Prompt, Source
from models.quoting import Quotable, relevance, sentences, weights

BYTES_PER_TOKEN = 3.0
"""Cautious for French; only the model itself could count."""

LEAST_TOKENS = 256
"""Read however slow the model is: a passage or two, without which nothing could be answered."""

_GAP = " … "


@dataclass(frozen=True, slots=True)
class Shortened:
    """A passage of which `kept` sentences are read, of so many; none where it is left out."""

    n: int
    kept: int
    of: int


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What a model is given to read, and what was left out of it."""

    prompt: Prompt
    shortened: tuple[Shortened, ...] = ()


def tokens_in(seconds: float, tokens_per_s: float) -> int:
    """How many tokens may be read until a first sentence is due."""
    return max(LEAST_TOKENS, int(seconds * tokens_per_s))


def trim(prompt: Prompt, tokens: int) -> Trimmed:
    """The prompt with as much of its sources as may be read, their numbers and order kept.

    Each passage keeps its best sentence first, then the best of all follow, as long as they fit.
    The system text is not counted: it is the same each time, and read already.
    """
    room = int(tokens * BYTES_PER_TOKEN) - _size((opening(prompt), asked(prompt)))
    if _size(fenced(one, prompt.mark) for one in prompt.sources) <= room:
        return Trimmed(prompt)
    found = [list(sentences(one, rank, prompt.language)) for rank, one in enumerate(prompt.sources)]
    kept = [_Kept(source, prompt.mark, []) for source in prompt.sources]
    for one in _in_turn(prompt, found):
        cost = kept[one.rank].cost(one)
        if cost <= room:
            kept[one.rank].sentences.append(one)
            room -= cost
    sources = tuple(one.shortened() for one in kept if one.sentences)
    return Trimmed(
        replace(prompt, sources=sources),
        tuple(
            Shortened(one.source.n, len(one.sentences), len(all_of_it))
            for one, all_of_it in zip(kept, found, strict=True)
            if len(one.sentences) < len(all_of_it)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The sentences of one source that are kept so far."""

    source: Source
    mark: str
    sentences: list[Quotable]

    def cost(self, one: Quotable) -> int:
        """Bytes that one sentence more adds to the prompt; it may fill a gap."""
        return self._size([*self.sentences, one]) - self._size(self.sentences)

    def shortened(self) -> Source:
        return replace(self.source, text=_joined(self.source.text, self.sentences))

    def _size(self, kept: Sequence[Quotable]) -> int:
        if not kept:
            return 0
        source = replace(self.source, text=_joined(self.source.text, kept))
        return _size((fenced(source, self.mark),))


def _in_turn(prompt: Prompt, found: Sequence[Sequence[Quotable]]) -> Iterator[Quotable]:
    """The best sentence of each source, then all others, the best one first."""
    everything = [one for each in found for one in each]
    worth = weights(prompt.question, everything, prompt.language)
    ranked = sorted(everything, key=lambda one: (-relevance(one, worth), one.rank, one.start))
    first: dict[int, Quotable] = {}
    for one in ranked:
        first.setdefault(one.rank, one)
    yield from (first[rank] for rank in sorted(first))
    yield from (one for one in ranked if first[one.rank] is not one)


def _joined(text: str, kept: Iterable[Quotable]) -> str:
    """In reading order; neighbours as they stand, the others with a gap between them."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted((one.start, one.end) for one in kept):
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return _GAP.join(text[start:end] for start, end in runs)


def _size(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) for text in texts)
