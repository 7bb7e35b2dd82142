"""Whether cited passages carry a sentence: its numbers, its names, its negation, its words.

A lexical check: it catches what is told apart by figures and words, and lets a paraphrase too
far from its source fall. A sentence quoted whole is always carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.quantities import Quantity, dates, quantities
from guardrails.text import Shadow, folded
from guardrails.verdicts import Support
from models.ports import Language
from models.segmentation import split
from models.words import PLACEHOLDER, content_words

CITATION = re.compile(r"\[(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\]")
THRESHOLD = 0.6
"""Share of a sentence's content words that its sources must say. Tuned on RTE-3 in French."""
WINDOW = 3  # sentences in a row that are read as one place

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<![.!?…:«\"“(] )(?<!\w)(?:[dlDL]['’])?([A-ZÀ-Þ][\w-]+)")
_NEGATION = re.compile(
    r"\b(?:pas|jamais|aucune?s?|rien|ni|not|never|no|cannot|neither|nor|none)\b|n't\b"
    r"|\b(?:ne|n') ?\w+ (?:\w+ )?plus\b"
)
_DENIAL = re.compile(r"\b(?:interdi[ts]\w*|impossible\w*|refuse\w*|prohibited|forbidden|banned)\b")
# Where one statement of a sentence ends and another begins: each has its own negation.
_STATEMENT = re.compile(
    r"[,;:()]|\b(?:mais|alors que|bien que|parce que|meme si|qui|dont|lorsque|si|"
    r"but|while|although|because|even if|which|who|when|if)\b"
)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{left})"), re.compile(rf"\b(?:{right})"))
    for left, right in (
        ("avant|before", "apres|after"),
        ("minim|au moins|at least", "maxim|au plus|at most"),
        ("obligatoire|mandatory|compulsory", "facultati|optional"),
        ("inferieur|below|moins de|less than", "superieur|above|plus de|more than"),
        ("augment|hausse|increas|rais", "diminu|baiss|redui|decreas|reduc"),
        ("accept|accord", "refus|reject|rejet"),
        ("gratui|free\\b", "payant|charged"),
        ("remunere|paid\\b", "non remunere|unpaid"),
        ("brut\\b|gross\\b", "net\\b|nets\\b"),
        ("premie|first\\b", "dernie|last\\b"),
        ("entree|entrant|incoming", "sortie|sortant|outgoing"),
        ("achet|achat|buy|bought", "vend|vente|sell|sold"),
        ("gagn|won\\b|win", "perd|lost\\b|lose"),
    )
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence of a passage: its folded text and the stems of its content words."""

    text: str
    stems: frozenset[str]


def support(sentence: str, passages: Sequence[str], language: Language) -> Support:
    """How far the passages carry the sentence; `missing` names what they do not say."""
    said = CITATION.sub("", sentence).strip()
    if not said or not passages:
        return Support(supported=False, score=0.0, missing=("source",))
    if _quoted(said, passages):
        return Support(supported=True, score=1.0)
    seen = _readable(said)
    sources = [_readable(passage) for passage in passages]
    stems = _stems(seen, language)
    places = [_places(source, language) for source in sources]
    score, best = _coverage(stems, places)
    missing = (
        *_missing_numbers(folded(seen), [folded(source) for source in sources]),
        *_missing_names(seen, sources),
        *_contradictions(folded(seen), _statements(best, stems, language)),
    )
    supported = not missing and bool(stems) and score >= THRESHOLD
    if not supported and not missing:
        missing = ("words",)
    return Support(supported, round(score, 4), missing)


def _quoted(said: str, passages: Sequence[str]) -> bool:
    """Whether whole sentences of a passage say it word for word; a part may mean the opposite."""
    wanted = _words_by_sentence(said)
    return any(wanted in _words_by_sentence(passage) for passage in passages)


def _words_by_sentence(text: str) -> str:
    low = [folded(Shadow(text[start:end]).text) for start, end in split(text)]
    sentences = (" ".join(re.findall(r"\d+(?:[.,]\d+)*|\w+|[%€$]", one)) for one in low)
    return f"¶{'¶'.join(one for one in sentences if one)}¶"


def _places(source: str, language: Language) -> list[_Place]:
    sentences = (source[start:end] for start, end in split(source))
    return [_Place(folded(one), _stems(one, language)) for one in sentences]


def _readable(text: str) -> str:
    """A shadow in which placeholders and signs are words."""
    return Shadow(PLACEHOLDER.sub(r" \1 ", text).replace("€", " euros ")).text


def _stems(text: str, language: Language) -> frozenset[str]:
    """Of content words; numbers are held to more than being there."""
    return frozenset(one for one in content_words(text, language) if not one[0].isdigit())


def _coverage(
    wanted: frozenset[str], passages: Iterable[list[_Place]]
) -> tuple[float, list[_Place]]:
    """The share of the stems in the best run of sentences, and that run."""
    most, best = 0, list[_Place]()
    for places in passages:
        for index in range(len(places)):
            run = places[index : index + WINDOW]
            held = len(wanted & frozenset[str]().union(*(place.stems for place in run)))
            if held > most:
                most, best = held, run
    return most / max(len(wanted), 1), best


def _missing_numbers(said: str, sources: Sequence[str]) -> list[str]:
    wanted_dates, rest = dates(said)
    known_dates: set[str] = set()
    known: list[Quantity] = []
    for source in sources:
        some, without = dates(source)
        known_dates |= some
        known += [*quantities(without), *quantities(source)]
    missing = [f"date {one}" for one in sorted(wanted_dates - known_dates)]
    return missing + [
        f"number {one.written}" for one in quantities(rest) if not any(_same(one, k) for k in known)
    ]


def _same(said: Quantity, known: Quantity) -> bool:
    if said.values.isdisjoint(known.values):
        return False
    return not said.unit or not known.unit or said.unit == known.unit


def _missing_names(seen: str, sources: Sequence[str]) -> list[str]:
    first = _WORD.search(seen)
    start = first.end() if first else 0
    known = {word for source in sources for word in _WORD.findall(folded(source))}
    return [
        f"name {name}"
        for name in _NAME.findall(seen[start:])
        if not known.issuperset(_WORD.findall(folded(name)))
    ]


def _statements(run: Sequence[_Place], wanted: frozenset[str], language: Language) -> list[str]:
    """What the run states about the wanted words: the best sentence, then those that add some."""
    found: list[str] = []
    left = wanted
    for place in sorted(run, key=lambda one: -len(one.stems & wanted)):
        if left & place.stems:
            found += _closest(place, left & place.stems, language)
            left -= place.stems
    return found


def _closest(place: _Place, shared: frozenset[str], language: Language) -> list[str]:
    """The statements of a sentence that hold most of these words: one, or several equals."""
    held = {
        statement: len(shared.intersection(content_words(statement, language)))
        for statement in _STATEMENT.split(place.text)
    }
    most = max(held.values())
    return [statement for statement, count in held.items() if count == most]


def _contradictions(said: str, statements: Sequence[str]) -> list[str]:
    """A denial must be denied by one of the statements, and an assertion by none."""
    found = []
    if _denies(said) is not any(map(_denies, statements)):
        found.append("negation")
    for left, right in _OPPOSITES:
        for one, other in ((left, right), (right, left)):
            if _only(said, one, other) and any(_only(each, other, one) for each in statements):
                found.append("opposite")
    return found


def _denies(text: str) -> bool:
    """Two negations make none: "pas interdit" allows."""
    cues = [_NEGATION.search(text) is not None, _DENIAL.search(text) is not None]
    return sum(cues) % 2 == 1


def _only(text: str, present: re.Pattern[str], absent: re.Pattern[str]) -> bool:
    return present.search(text) is not None and absent.search(text) is None
