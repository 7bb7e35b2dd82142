"""What acronyms stand for, as the documents themselves say it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.words import folded

_NEAR = 12  # words before a bracket that may be what it abbreviates
_LONG = 40  # characters of a word, at most
_ACRONYM = r"[A-Z][A-Z0-9&-]{1,9}"
_ABBREVIATED = re.compile(rf"\(\s*({_ACRONYM})s?\s*\)")  # délégué à la protection des données (DPO)
_SPELT_OUT = re.compile(rf"\b({_ACRONYM})\s*\(([^()\n]{{6,90}})\)")  # DPO (délégué à la …)
_END = re.compile(r"[.;:!?()\n«»\"]")
_WORD = re.compile(r"\w+")
_LINKS = frozenset(
    re.split(" ", "a au aux d de des du en et l la le les par pour sur and by for in of on the to")
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An acronym beside a bracket, with the folded words before it, or in it, and their text."""

    acronym: str
    words: tuple[str, ...]
    text: str


def mentions(text: str) -> Iterator[Mention]:
    """Every place where the text may say what an acronym stands for."""
    for found in _SPELT_OUT.finditer(text):
        yield Mention(found[1], tuple(_WORD.findall(folded(found[2]))), found[2])
    for found in _ABBREVIATED.finditer(text):
        before = _END.split(text[max(0, found.start() - _NEAR * _LONG) : found.start()])[-1]
        yield Mention(found[1], tuple(_WORD.findall(folded(before))[-_NEAR:]), before)


def meanings(said: Iterable[Mention]) -> dict[str, str]:
    """Acronym → the words it stands for, folded: the phrase that is said most often.

    A phrase counts when the acronym's letters are found in it in their order (Schwartz & Hearst
    2003), or when several brackets stand beside the very same words: "délégué à la protection
    des données (DPO)" is abbreviated in another language.
    """
    by_acronym: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for mention in said:
        if folded(mention.acronym) not in mention.words:
            by_acronym[mention.acronym].append(mention.words)
    phrases = {acronym: _phrases(acronym, said) for acronym, said in by_acronym.items()}
    return {acronym: _usual(found) for acronym, found in phrases.items() if found}


def _phrases(acronym: str, contexts: Sequence[tuple[str, ...]]) -> Counter[str]:
    aligned = (_aligned(acronym, words) for words in contexts)
    return Counter(phrase for phrase in aligned if phrase) or _shared(contexts)


def _shared(contexts: Sequence[tuple[str, ...]]) -> Counter[str]:
    """What at least two of these contexts, and three in ten, end with."""
    endings = Counter(
        words[-length:]
        for words in contexts
        for length in range(2, len(words) + 1)
        if words[-length] not in _LINKS
    )
    least = max(2, 0.3 * len(contexts))
    return Counter({" ".join(words): times for words, times in endings.items() if times >= least})


def _aligned(acronym: str, words: Sequence[str]) -> str | None:
    """The last of these words whose letters spell the acronym in order; None if they do not.

    Read backwards: each letter anywhere, the first one where a word of some weight begins.
    """
    phrase = " ".join(words[-(2 * len(acronym) + 3) :])
    starts = {found.start() for found in _WORD.finditer(phrase) if found[0] not in _LINKS}
    first, *others = [letter for letter in folded(acronym) if letter.isalnum()]
    place = len(phrase)
    for letter in reversed(others):
        place = phrase.rfind(letter, 0, max(place, 0))
        if place < 0:
            return None
    begun = [start for start in starts if start < place and phrase[start] == first]
    return phrase[max(begun) :] if begun and " " in phrase[max(begun) :] else None


def _usual(phrases: Counter[str]) -> str:
    """The most frequent; of equals, the longest."""
    return max(phrases, key=lambda phrase: (phrases[phrase], len(phrase), phrase))
