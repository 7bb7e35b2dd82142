"""From sentences to facts: which of the charter's words stand in a text, whatever their accents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guardrails.text import Shadow, folded
from models.segmentation import split

Facts = frozenset[str]
"""Names of facts: the family and the value, as in `criterion.age`. Never words of the text."""

NAMED_PERSON = "text.names_a_person"
"""The one fact that is read from capitals: a title with a name, or two capitalised words."""

_NAME = re.compile(
    r"\b(?:M\.|Mme|Mlle|Mr|Mrs|Ms|Monsieur|Madame) ?[A-ZÀ-Þ]"
    r"|(?<=[\w,:'’] )[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)? [A-ZÀ-Þ][\w-]*[a-zß-ÿA-ZÀ-Þ]\b"
)
_WORD = re.compile(r"\w+")
_GAP = "..."
_WIDEST_GAP = 4  # words


def words_of(text: str) -> str:
    """The words of a text, folded, each between single spaces."""
    return f" {' '.join(_WORD.findall(folded(text)))} "


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The expressions that make one fact.

    `cong*` is any word that begins so; `...` stands for up to four words.
    """

    fact: str
    plain: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, fact: str, expressions: Iterable[str]) -> Lexicon:
        plain, patterns = [], []
        for expression in expressions:
            tokens = _tokens(expression)
            if _GAP in tokens or any(token.endswith("*") for token in tokens[:-1]):
                patterns.append(_pattern(tokens))
            else:
                plain.append(_plain(tokens))
        return cls(fact, tuple(plain), tuple(patterns))

    def stands_in(self, words: str) -> bool:
        return any(one in words for one in self.plain) or any(
            pattern.search(words) for pattern in self.patterns
        )


def _tokens(expression: str) -> list[str]:
    return re.findall(r"\.\.\.|\w+\*?", folded(Shadow(expression).text))


def _plain(tokens: list[str]) -> str:
    return f" {' '.join(tokens)} ".removesuffix("* ")


def _pattern(tokens: list[str]) -> re.Pattern[str]:
    pieces = [
        rf"(?:\w+ ){{0,{_WIDEST_GAP}}}" if token == _GAP else token.replace("*", r"\w*") + " "
        for token in tokens
    ]
    return re.compile(" " + "".join(pieces))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, as their shadow."""
    seen = Shadow(text).text
    return [seen[start:end] for start, end in split(seen)]


def facts_by_sentence(text: str, lexicons: Iterable[Lexicon]) -> list[Facts]:
    """The facts of each sentence, in order."""
    sentences = sentences_of(text)
    whole = words_of(" ".join(sentences))
    present = [lexicon for lexicon in lexicons if lexicon.stands_in(whole)]
    return [_facts_of(sentence, present) for sentence in sentences]


def _facts_of(sentence: str, lexicons: Iterable[Lexicon]) -> Facts:
    words = words_of(sentence)
    found = {lexicon.fact for lexicon in lexicons if lexicon.stands_in(words)}
    if _NAME.search(sentence):
        found.add(NAMED_PERSON)
    return frozenset(found)
