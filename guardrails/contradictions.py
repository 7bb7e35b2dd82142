"""What a sentence turns around of its source: a negation put or left out, a word of the other side.

Each statement is held to the statements that are closest to it, and each turning word ("may",
"before", "employer") to the one that stands beside the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.nearness import CLOSE_ENOUGH, Beside, Surroundings, likeness
from models.ports import Language
from models.words import content_words

_NEGATION = re.compile(
    r"\b(?:pas|jamais|aucune?s?|rien|ni|not|never|no|cannot|neither|nor|none)\b|n't\b"
    r"|\b(?:ne|n') ?\w+ (?:\w+ )?plus\b"
)
_DENIAL = re.compile(r"\b(?:interdi[ts]\w*|impossible\w*|refuse\w*|prohibited|forbidden|banned)\b")
# Where one statement of a sentence ends and another begins: each has its own negation.
_STATEMENT = re.compile(
    r"[,;:()]|\b(?:mais|et|ou|alors que|bien que|parce que|meme si|qui|dont|lorsque|si|"
    r"but|and|or|while|although|because|even if|which|who|when|if)\b"
)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{left})"), re.compile(rf"\b(?:{right})"))
    for left, right in (
        ("avant|before", "apres|after"),
        ("peu[tx]\\b|peuvent|pouvez|pouvons|pourr[aio]|may\\b|can\\b",
         "doi[st]\\b|doivent|devez|devons|devr[aio]|must\\b|shall\\b"),
        ("employeur|employer", "salarie|employee|employes?\\b"),
        ("tous\\b|toute?s?\\b|all\\b|every\\b", "certaine?s?\\b|quelques\\b|some\\b"),
        ("minim|au moins|at least", "maxim|au plus|at most"),
        ("obligatoire|mandatory|compulsory", "facultati|optional"),
        ("inferieur|below|moins de|less than", "superieur|above|plus de|more than"),
        ("augment|hausse|increas|rais", "diminu|baiss|redui|decreas|reduc"),
        ("accept|accord", "refus|reject|rejet"),
        ("gratui|free\\b", "payant|charged"),
        ("(?<!non )remunere|paid\\b", "non remunere|unpaid"),
        ("brut\\b|gross\\b", "net\\b|nets\\b"),
        ("premie|first\\b", "dernie|last\\b"),
        ("entree|entrant|incoming", "sortie|sortant|outgoing"),
        ("achet|achat|buy|bought", "vend|vente|sell|sold"),
        ("gagn|won\\b|win", "perd|lost\\b|lose"),
    )
)  # fmt: skip
_TELLING = 0.5  # likeness below which two places have nothing to do with each other


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a passage: its folded text and the stems of its content words."""

    text: str
    stems: frozenset[str]


def stems(text: str, language: Language) -> frozenset[str]:
    """Of content words; numbers are held to more than being there."""
    return frozenset(one for one in content_words(text, language) if not one[0].isdigit())


def contradictions(said: str, run: Sequence[Place], language: Language) -> list[str]:
    """What a folded sentence turns around of sentences in a row."""
    return [*_negations(said, run, language), *_turns(said, run, language)]


def _negations(said: str, run: Sequence[Place], language: Language) -> list[str]:
    """A denial must be denied by a close statement, and an assertion by none.

    But where the sentence denies one part of a statement, it may state the others: "pour cela, il
    n'est pas obligatoire d'avoir…" is said in two parts of "il n'est pas obligatoire… pour cela".
    """
    split = [(place, _statements(place.text, language)) for place in run]
    pairs = [(one, _closest(split, words)) for one, words in _statements(said, language).items()]
    denied = {each for one, close in pairs if _denies(one) for each in close}
    return [
        "negation"
        for one, close in pairs
        if (
            not any(map(_denies, close))
            if _denies(one)
            else any(_denies(each) for each in close if each not in denied)
        )
    ]


_Statements = dict[str, frozenset[str]]


def _statements(text: str, language: Language) -> _Statements:
    """The statements of a sentence and their stems; small words alone belong to a neighbour."""
    found: _Statements = {}
    waiting = ""
    for part in _STATEMENT.split(text):
        waiting = f"{waiting} {part}".strip()
        if words := stems(waiting, language):
            found[waiting], waiting = words, ""
    if found and waiting:
        last, words = found.popitem()
        found[f"{last} {waiting}"] = words
    return found


def _closest(run: Iterable[tuple[Place, _Statements]], wanted: frozenset[str]) -> list[str]:
    """What is stated about the wanted words: by the best sentence, then by those that add some."""
    found: list[str] = []
    left = wanted
    for place, statements in sorted(run, key=lambda one: -len(one[0].stems & wanted)):
        if shared := left & place.stems:
            most = max((len(shared & words) for words in statements.values()), default=0)
            found += [one for one, words in statements.items() if len(shared & words) == most]
            left -= place.stems
    return found


def _denies(text: str) -> bool:
    """Two negations make none: "pas interdit" allows."""
    cues = [_NEGATION.search(text) is not None, _DENIAL.search(text) is not None]
    return sum(cues) % 2 == 1


def _turns(said: str, run: Sequence[Place], language: Language) -> list[str]:
    source = "\n".join(place.text for place in run)
    here, there = Surroundings(said, language), Surroundings(source, language)
    found = []
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            asked = _places(one, said, here)
            same, opposite = (_places(each, source, there) for each in (one, other))
            found += ["opposite" for beside in asked if _nearer(beside, opposite, same)]
    return found


def _places(word: re.Pattern[str], text: str, surroundings: Surroundings) -> list[Beside]:
    return [surroundings.of(*match.span()) for match in word.finditer(text)]


def _nearer(beside: Beside, opposite: Iterable[Beside], same: Iterable[Beside]) -> bool:
    """Whether the opposite word, rather than the word itself, stands in this place."""
    against = max((likeness(beside, each) for each in opposite), default=0)
    agreed = max((likeness(beside, each) for each in same), default=0)
    return against >= _TELLING and against * CLOSE_ENOUGH > agreed
