"""What words mean beside one another: which say the same, and which shut one another out.

A word list of our own, `meanings.txt`, read once. It knows administrative and everyday French and
English; a word that it does not know means itself alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from models.ports import Language
from models.words import content_words, folded, stem

_FILE = Path(__file__).with_name("meanings.txt")
_TWO = 2
_WORD = re.compile(r"[^\W_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Sense:
    """One side of a family of words that shut one another out."""

    family: int
    side: int
    fact: bool  # must stand in the sources, if it is said at all
    turns: bool  # whether its denial says the other side: there are two


@dataclass(frozen=True, slots=True)
class Said:
    """A word or an expression of a folded text, characters [start, end), and its senses."""

    start: int
    end: int
    senses: tuple[Sense, ...]


@dataclass(frozen=True, slots=True)
class Meanings:
    """The word list of one language."""

    same: Mapping[str, str]  # a stem, and the stem that stands for all of its synonyms
    senses: Mapping[str, tuple[Sense, ...]]  # of a stem, or of an expression
    expressions: re.Pattern[str]

    def said(self, folded_text: str) -> Iterator[Said]:
        """The words of a folded text that have a sense, in order; the longest expression first."""
        for match in self.expressions.finditer(folded_text):
            if senses := self._senses(match):
                yield Said(*match.span(), senses)

    def _senses(self, match: re.Match[str]) -> tuple[Sense, ...]:
        if match.lastgroup == "expression":
            return self.senses[re.sub(r"\W+", "_", match[0])]
        return self.senses.get(match[0], ())


@cache
def meanings(language: Language) -> Meanings:
    """The word list of a language, in the form in which it is asked."""
    same: dict[str, str] = {}
    senses: dict[str, list[Sense]] = defaultdict(list)
    for family, (kind, line) in enumerate(_lines(language)):
        sides = [side.split() for side in line.split(" / ")]
        if kind == "same":
            stems = [stem(word, language) for word in sides[0]]
            for one in stems:
                same.setdefault(one, same.get(stems[0], stems[0]))
            continue
        for side, words in enumerate(sides):
            for word in words:
                senses[word].append(Sense(family, side, kind == "fact", len(sides) == _TWO))
    expressions = sorted((word for word in senses if "_" in word), key=len, reverse=True)
    patterns = "|".join(word.replace("_", r"[ '’-]+") for word in expressions)
    return Meanings(
        same,
        {word: tuple(found) for word, found in _inflected(senses).items()},
        re.compile(rf"\b(?P<expression>{patterns})\b|{_WORD.pattern}"),
    )


def _inflected(senses: Mapping[str, list[Sense]]) -> dict[str, list[Sense]]:
    """With the plural of each word that is listed in the singular alone."""
    plurals = {f"{word}s": found for word, found in senses.items() if "_" not in word}
    return {**plurals, **senses}


def _lines(language: Language) -> Iterator[tuple[str, str]]:
    kind = ""
    for raw in _FILE.read_text("utf-8").splitlines():
        line = folded(raw.split("#")[0]).strip()
        if line.startswith("["):
            spoken, kind = line.strip("[]").split()
            kind = kind if spoken == language.value else ""
        elif line and kind:
            yield kind, line


@lru_cache(maxsize=1 << 14)
def meaning(word: str, language: Language) -> str:
    """The stem that stands for a folded word and its synonyms; nothing for a small word."""
    stems = content_words(word, language)
    return meanings(language).same.get(stems[0], stems[0]) if stems else ""
