"""The generator without weights: it quotes the sentences that answer best, each with its source.

A sentence scores by the question's words that it holds, rare ones first (inverse document
frequency over the sentences at hand, Spärck Jones 1972). Sentences are chosen one by one for
the words still missing, so that three of them do not say one thing three times.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from models.ports import Finish, Generator, ModelIdentity, Permit, Prompt, Source, Usage, Writing
from models.segmentation import split
from models.words import content_words, without_placeholders

_ALGORITHM = "extractive 2"
_MOST = 3  # sentences of an answer
_LEAST_COVERAGE = 0.4  # of the question's words, by weight, for an answer at all
_LEAST_GAIN = 0.15  # of that weight, for one sentence more
_TITLE_SHARE = 0.5  # what a word is worth when only the title says it
_ORDER_BONUS = 1.0  # for the first source, less for each after it
_SHORTEST, _LONGEST = 4, 90  # words of a sentence worth quoting


@dataclass(frozen=True, slots=True)
class _Quotable:
    source: Source
    rank: int  # of the source, from 0
    text: str
    words: frozenset[str]
    title: frozenset[str]


class ExtractiveGenerator(Generator):
    """Writes nothing that is not in a source, and nothing at all when they hold no answer."""

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("extractive", hashlib.sha256(_ALGORITHM.encode()).hexdigest())

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        for chosen in _chosen(prompt):
            permit.check()
            yield f"{chosen.text} [{chosen.source.n}]\n"
        return Usage(0, 0, len(prompt.sources), Finish.END)


def _chosen(prompt: Prompt) -> list[_Quotable]:
    question = without_placeholders(prompt.question)
    asked = dict.fromkeys(content_words(question, prompt.language))
    quotables = _quotables(prompt)
    weights = _weights(asked, quotables)
    whole = sum(weights.values())
    chosen: list[_Quotable] = []
    covered: dict[str, float] = {}  # each word, by how far the chosen sentences say it
    while len(chosen) < _MOST and quotables:
        best = max(quotables, key=lambda one: _score(one, weights, covered))
        gain = _gain(best, weights, covered)
        if not chosen and gain < _LEAST_COVERAGE * whole:
            return []
        if gain <= _LEAST_GAIN * whole:
            break
        chosen.append(best)
        quotables.remove(best)
        covered = {word: max(covered.get(word, 0), _said(best, word)) for word in weights}
    return chosen


def _quotables(prompt: Prompt) -> list[_Quotable]:
    found: dict[str, _Quotable] = {}
    for rank, source in enumerate(prompt.sources):
        title = frozenset(content_words(source.title, prompt.language))
        for text in _sentences(source):
            words = frozenset(content_words(text, prompt.language))
            found.setdefault(text, _Quotable(source, rank, text, words, title))
    return list(found.values())


def _sentences(source: Source) -> list[str]:
    """Whole sentences and table rows of a source; headings and scraps are left out."""
    texts = (source.text[start:end] for start, end in split(source.text))
    return [text for text in texts if _quotable(text) and text != source.title]


def _quotable(text: str) -> bool:
    if not _SHORTEST <= len(text.split()) <= _LONGEST or text.endswith("?"):
        return False
    whole = text.rstrip("»”\"') \u00a0").endswith((".", "!", "…", ";"))
    return whole or "\u00a0: " in text or ": " in text or " | " in text


def _weights(asked: Iterable[str], quotables: list[_Quotable]) -> dict[str, float]:
    """What each word of the question is worth; never nothing, even if every sentence has it."""
    seen = Counter(word for one in quotables for word in one.words)
    return {word: math.log(1 + (1 + len(quotables)) / (1 + seen[word])) for word in asked}


def _score(one: _Quotable, weights: dict[str, float], covered: dict[str, float]) -> float:
    gain = _gain(one, weights, covered)
    order = 1 + _ORDER_BONUS / (1 + one.rank)
    return gain * order / (1 + 0.01 * len(one.words))  # of two equal answers, the shorter


def _gain(one: _Quotable, weights: dict[str, float], covered: dict[str, float]) -> float:
    return sum(
        weight * max(0, _said(one, word) - covered.get(word, 0)) for word, weight in weights.items()
    )


def _said(one: _Quotable, word: str) -> float:
    if word in one.words:
        return 1
    return _TITLE_SHARE if word in one.title else 0
