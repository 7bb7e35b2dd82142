"""Which of the charter's words a typed word is, one typing error in a long word forgiven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from guardrails.charter.expressions import NUMBER

SHORTEST_FORGIVEN = 6
_SHORTEST_STEM_FORGIVEN = 7
_KEPT = 16_384  # typed words remembered
_WORDS_FOR_NUMBERS = (
    "deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente quarante "
    "cinquante soixante cent mille two three four five six seven eight nine ten eleven twelve "
    "fifteen twenty thirty forty fifty sixty hundred thousand"
)
_NUMBERS = frozenset(_WORDS_FOR_NUMBERS.split())


@dataclass(frozen=True, slots=True)
class Read:
    """The symbols that a typed word is; `exactly` when no typing error had to be forgiven."""

    symbols: frozenset[str]
    exactly: bool = True


class Spelling:
    """Knows the symbols of a charter. `right` are words never taken for a slip of another."""

    def __init__(self, symbols: Iterable[str], right: Iterable[str] = ()) -> None:
        symbols = frozenset(symbols)
        self._words = frozenset(one for one in symbols if one[-1].isalnum())
        self._stems = frozenset(one[:-1] for one in symbols if one.endswith("*"))
        self._longest_stem = max(map(len, self._stems), default=0)
        self._right = frozenset(right)
        self._near_words = _by_deletion(
            one for one in self._words if len(one) >= SHORTEST_FORGIVEN and one.isalpha()
        )
        self._near_stems = _by_deletion(
            one for one in self._stems if len(one) >= _SHORTEST_STEM_FORGIVEN
        )
        self.read = lru_cache(_KEPT)(self._read)

    def _read(self, word: str) -> Read:
        found = self._exactly(word)
        if found or len(word) < SHORTEST_FORGIVEN or word in self._right or not word.isalpha():
            return Read(found)
        return Read(frozenset(self._nearly(word)), exactly=False)

    def _exactly(self, word: str) -> frozenset[str]:
        found = {word} & self._words
        for length in range(1, min(len(word), self._longest_stem) + 1):
            if word[:length] in self._stems:
                found.add(f"{word[:length]}*")
        if word.isdigit() or word in _NUMBERS:
            found.add(NUMBER)
        return frozenset(found)

    def _nearly(self, word: str) -> Iterator[str]:
        for near in _candidates(word, self._near_words):
            if _a_slip(word, near):
                yield near
        for length in range(
            _SHORTEST_STEM_FORGIVEN - 1, min(len(word), self._longest_stem + 1) + 1
        ):
            for near in _candidates(word[:length], self._near_stems):
                if _begins_with_a_slip(word[:length], near):
                    yield f"{near}*"


def _by_deletion(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every word under itself and under itself less one letter: what two near words share."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        for key in _keys(word):
            found[key].append(word)
    return {key: tuple(words) for key, words in found.items()}


def _candidates(word: str, near: dict[str, tuple[str, ...]]) -> set[str]:
    return {one for key in _keys(word) for one in near.get(key, ())}


def _keys(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _begins_with_a_slip(typed: str, stem: str) -> bool:
    """The same at the beginning of a word, where its end is still to come."""
    return typed[0] == stem[0] and OSA.distance(typed, stem, score_cutoff=1) == 1


def _a_slip(typed: str, meant: str) -> bool:
    """One letter missing, added, changed or swapped, inside: a word's ends carry its grammar."""
    return (
        typed[0] == meant[0]
        and typed[-1] == meant[-1]
        and OSA.distance(typed, meant, score_cutoff=1) == 1
    )
