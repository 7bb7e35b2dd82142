"""How an author writes words: `classer+`, `candidat~`, `cong*`, `<number>`, `...`, `<family>`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guardrails.charter.shorthand import written_out
from guardrails.text import Shadow, folded
from models.ports import Language

GAP = "..."
NUMBER = "<number>"
WIDEST_GAP = 4  # words

_TOKEN = re.compile(r"\.\.\.|<[\w-]+>|\w+[*+~]?")
_WORD = re.compile(r"\w+")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FR_ER = _listed(
    "er e es ez ons eons ent ant eant ee ees ait eait ais aient era erai eras erez erons eront "
    "erait erais eraient iez ions a"
)
_FR_IR = _listed(
    "ir is it i ie ies issez issent issons issant issait ira irai iras irez irait isse"
)
_FR_NOUN = ("", "s", "e", "es", "x")
_EN_NOUN = ("", "s", "es")
_VOWELS = "aeiou"
_SHORTEST_DOUBLED = 3


@dataclass(frozen=True, slots=True)
class Expression:
    """Symbols in order. A symbol is a word, a stem with `*`, `<family>` or a gap."""

    symbols: tuple[str, ...]

    @property
    def needed(self) -> frozenset[str]:
        return frozenset(self.symbols) - {GAP}


def words_of(text: str) -> list[str]:
    """The words of a shadow, folded; shortened ones as they stand for."""
    return list(written_out(_WORD.findall(folded(text))))


def read(written: str, language: Language) -> Iterable[Expression]:
    """Every expression that a line of the charter stands for; none if it holds no word."""
    expressions: list[tuple[str, ...]] = [()]
    for token in written_out(_TOKEN.findall(folded(Shadow(written).text))):
        forms = _forms(token, language)
        expressions = [(*before, form) for before in expressions for form in forms]
    for symbols in expressions:
        words = [at for at, symbol in enumerate(symbols) if symbol != GAP]
        if words:
            yield Expression(symbols[words[0] : words[-1] + 1])


def _forms(token: str, language: Language) -> list[str]:
    stem, mark = token[:-1], token[-1]
    if mark == "~":
        endings = _FR_NOUN if language is Language.FRENCH else _EN_NOUN
        return [stem + ending for ending in endings]
    if mark == "+":
        return sorted(_french(stem) if language is Language.FRENCH else _english(stem))
    return [token]


def _french(verb: str) -> set[str]:
    """The forms of a regular verb in -er or -ir, folded; any other is taken as it stands."""
    stem = verb[:-2]
    if verb.endswith("er"):
        forms = {stem + ending for ending in _FR_ER}
        if stem.endswith("y"):
            forms |= {stem[:-1] + "i" + ending for ending in _FR_ER}
        if stem[-1:] in {"l", "t"} and stem[-2:-1] == "e":
            forms |= {stem + stem[-1] + ending for ending in _FR_ER}
        return forms
    if verb.endswith("ir"):
        return {stem + ending for ending in _FR_IR}
    return {verb}


def _english(verb: str) -> set[str]:
    forms = {verb, f"{verb}s", f"{verb}ing", f"{verb}ed"}
    if verb.endswith("e"):
        forms |= {f"{verb[:-1]}ing", f"{verb}d"}
    elif verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    elif verb.endswith(("s", "sh", "ch", "x")):
        forms.add(f"{verb}es")
    if len(verb) >= _SHORTEST_DOUBLED and verb[-1] not in _VOWELS and verb[-2] in _VOWELS:
        forms |= {f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"}
    return forms
