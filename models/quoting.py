"""Which sentences of some sources answer a question best, told from their words alone.

A sentence scores by the question's words that it holds, rare ones first (inverse document
frequency over the sentences at hand, Spärck Jones 1972). Sentences are chosen one by one for
the words still missing, so that three of them do not say one thing three times.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.ports import Language, Source
from models.segmentation import split
from models.words import content_words, without_placeholders

_TITLE_SHARE = 0.5  # what a word is worth when only the title says it
_ORDER_BONUS = 1.0  # for the first source, less for each after it
_SHORTEST, _LONGEST = 4, 90  # words of a sentence worth quoting

Weights = Mapping[str, float]
"""What each word of a question is worth."""

Highlights = tuple[tuple[int, int], ...]
"""Characters [start, end) of a text to look at, in reading order."""


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence or a table row of a source: characters [start, end) of it."""

    source: Source
    rank: int  # of the source, from 0
    start: int
    end: int
    words: frozenset[str]
    title: frozenset[str]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Choice:
    """How many sentences at most, and the shares of the question's weight that they must say."""

    most: int
    least_coverage: float  # the first, for anything to be chosen at all
    least_gain: float  # each one more


HIGHLIGHTS = Choice(most=2, least_coverage=0.15, least_gain=0.15)
"""What is marked in a passage: where to look, not the whole answer."""


def quotables(sources: Iterable[Source], language: Language) -> Iterator[Quotable]:
    """Whole sentences and table rows of the sources; headings and scraps are left out."""
    for rank, source in enumerate(sources):
        for one in sentences(source, rank, language):
            if _quotable(one.text) and one.text != source.title:
                yield one


def sentences(source: Source, rank: int, language: Language) -> Iterator[Quotable]:
    """All of a source, sentence by sentence, worth quoting or not."""
    title = frozenset(content_words(source.title, language))
    for start, end in split(source.text):
        words = frozenset(content_words(source.text[start:end], language))
        yield Quotable(source, rank, start, end, words, title)


def relevance(one: Quotable, worth: Weights) -> float:
    """How much of the question's weight a sentence says by itself; more in the first sources."""
    return _score(one, worth, {})


def weights(question: str, found: Sequence[Quotable], language: Language) -> Weights:
    """What each word of the question is worth; never nothing, even if every sentence has it."""
    asked = dict.fromkeys(content_words(without_placeholders(question), language))
    seen = Counter(word for one in found for word in one.words)
    return {word: math.log(1 + (1 + len(found)) / (1 + seen[word])) for word in asked}


def chosen(found: Iterable[Quotable], worth: Weights, choice: Choice) -> list[Quotable]:
    """The sentences that answer, the best one first; none when they hold no answer."""
    left = list(found)
    whole = sum(worth.values())
    best_ones: list[Quotable] = []
    covered: dict[str, float] = {}  # each word, by how far the chosen sentences say it
    while len(best_ones) < choice.most and left:
        best = max(left, key=lambda one: _score(one, worth, covered))
        gain = _gain(best, worth, covered)
        if not best_ones and gain < choice.least_coverage * whole:
            return []
        if gain <= choice.least_gain * whole:
            break
        best_ones.append(best)
        left.remove(best)
        covered = {word: max(covered.get(word, 0), _said(best, word)) for word in worth}
    return best_ones


def highlights(question: str, texts: Sequence[str], language: Language) -> list[Highlights]:
    """For each text the sentences [start, end) that answer best, in reading order."""
    sources = [Source(n, "", text) for n, text in enumerate(texts)]
    found = list(quotables(sources, language))
    worth = weights(question, found, language)
    marked: list[Highlights] = []
    for rank in range(len(texts)):
        own = (replace(one, rank=0) for one in found if one.rank == rank)
        best = chosen(own, worth, HIGHLIGHTS)
        marked.append(tuple(sorted((one.start, one.end) for one in best)))
    return marked


def _quotable(text: str) -> bool:
    if not _SHORTEST <= len(text.split()) <= _LONGEST or text.endswith("?"):
        return False
    whole = text.rstrip("»”\"') \u00a0").endswith((".", "!", "…", ";"))
    return whole or "\u00a0: " in text or ": " in text or " | " in text


def _score(one: Quotable, worth: Weights, covered: Mapping[str, float]) -> float:
    gain = _gain(one, worth, covered)
    order = 1 + _ORDER_BONUS / (1 + one.rank)
    return gain * order / (1 + 0.01 * len(one.words))  # of two equal answers, the shorter


def _gain(one: Quotable, worth: Weights, covered: Mapping[str, float]) -> float:
    return sum(
        weight * max(0, _said(one, word) - covered.get(word, 0)) for word, weight in worth.items()
    )


def _said(one: Quotable, word: str) -> float:
    if word in one.words:
        return 1
    return _TITLE_SHARE if word in one.title else 0
