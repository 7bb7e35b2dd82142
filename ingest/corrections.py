"""Corrections: what a question was taken for, said in words as the documents write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from models.words import folded

MOST = 8
"""Corrections that are told: more than that, and the text was never a question."""

_WORD = re.compile(r"\w+")
_TYPED = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Correction:
    """What was looked for instead of what was typed; empty where that is the same.

    `mended` maps words that were typed to those that were meant; `acronyms` maps each acronym of
    what is asked for to the words it stands for.
    """

    question: str = ""  # the whole of it as it was meant, where a word was mended and it is told
    mended: Mapping[str, str] = field(default_factory=dict)
    acronyms: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.mended or self.acronyms)

    def held_by(self, texts: Iterable[str]) -> Correction:
        """Only what these texts hold, word by word: what they do not show is not told either."""
        shown = folded("\n".join(texts))
        mended = {typed: meant for typed, meant in self.mended.items() if folded(meant) in shown}
        acronyms = {
            short: words for short, words in self.acronyms.items() if folded(words) in shown
        }
        return Correction(mended=mended, acronyms=acronyms)


NO_CORRECTION = Correction()


def correction(
    question: str, mended: Mapping[str, str], acronyms: Mapping[str, str], texts: Iterable[str]
) -> Correction:
    """The correction in the spelling of these texts, which the asker may read."""
    read = list(texts) if mended else []
    told = dict(list(mended.items())[:MOST])
    spelt = {typed: _like(typed, as_written(meant, read) or meant) for typed, meant in told.items()}
    meant = _TYPED.sub(lambda word: spelt.get(word[0], word[0]), question) if spelt else ""
    return Correction(meant, spelt, dict(list(acronyms.items())[:MOST]))


def as_written(phrase: str, texts: Iterable[str]) -> str | None:
    """How the texts write these folded words most often; None where they do not hold them.

    In small letters where they ever do: a capital may be that of a sentence's first word.
    """
    wanted = phrase.split()
    found = Counter(written for text in texts for written in _writings(wanted, text))
    if not found:
        return None
    by_spelling = Counter[str]()
    for written, times in found.items():
        by_spelling[written.lower()] += times
    usual = max(by_spelling, key=lambda spelling: (by_spelling[spelling], spelling))
    if usual in found:
        return usual
    return max(found, key=lambda written: (written.lower() == usual, found[written], written))


def _writings(wanted: list[str], text: str) -> Iterator[str]:
    if not wanted or wanted[0] not in folded(text):
        return
    words = list(_WORD.finditer(text))
    plain = [folded(word[0]) for word in words]
    for n in range(len(words) - len(wanted) + 1):
        if plain[n : n + len(wanted)] == wanted:
            written = text[words[n].start() : words[n + len(wanted) - 1].end()]
            yield " ".join(written.split())


def _like(typed: str, meant: str) -> str:
    """With the capital that was typed."""
    return meant[:1].upper() + meant[1:] if typed[:1].isupper() else meant
