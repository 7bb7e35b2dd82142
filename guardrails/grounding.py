"""Whether cited passages carry a sentence: its numbers, its names, its negations, its words.

A lexical check: it catches what is told apart by figures and words, and lets a paraphrase too
far from its source fall. A sentence quoted whole is always carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from guardrails.contradictions import Place, contradictions, stems
from guardrails.nearness import CLOSE_ENOUGH, Beside, Surroundings, likeness
from guardrails.quantities import DATE, Quantity, figures
from guardrails.text import Shadow, folded
from guardrails.verdicts import Support
from models.ports import Language
from models.segmentation import split
from models.words import PLACEHOLDER

CITATION = re.compile(r"\[(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\]")
THRESHOLD = 0.6
"""Share of a sentence's content words that its sources must say. Tuned on RTE-3 in French."""
WINDOW = 3  # sentences in a row that are read as one place
LONGEST = 200  # words: each of its figures is held to each of the sources'; longer is to be quoted

_WORD = re.compile(r"\w+")
_YEAR = re.compile(r"\A\d{4}-")
_NAME = re.compile(r"(?<![.!?…:«\"“(] )(?<!\w)(?:[dlDL]['’])?([A-ZÀ-Þ][\w-]+)")


def support(sentence: str, passages: Sequence[str], language: Language) -> Support:
    """How far the passages carry the sentence; `missing` names what they do not say."""
    said = CITATION.sub("", sentence).strip()
    if not said or not passages:
        return Support(supported=False, score=0.0, missing=("source",))
    if _quoted(said, passages):
        return Support(supported=True, score=1.0)
    seen = _readable(said)
    if len(_WORD.findall(seen)) > LONGEST:
        return Support(supported=False, score=0.0, missing=("quotation",))
    sources = [_readable(passage) for passage in passages]
    wanted = stems(seen, language)
    score, best = _coverage(wanted, [_places(source, language) for source in sources])
    missing = (
        *_missing_numbers(folded(seen), [folded(source) for source in sources], language),
        *_missing_names(seen, sources),
        *contradictions(folded(seen), best, language),
    )
    supported = not missing and bool(wanted) and score >= THRESHOLD
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


def _places(source: str, language: Language) -> list[Place]:
    sentences = (source[start:end] for start, end in split(source))
    return [Place(folded(one), stems(one, language)) for one in sentences]


def _readable(text: str) -> str:
    """A shadow in which placeholders and signs are words."""
    return Shadow(PLACEHOLDER.sub(r" \1 ", text).replace("€", " euros ")).text


def _coverage(wanted: frozenset[str], passages: Iterable[list[Place]]) -> tuple[float, list[Place]]:
    """The share of the stems in the best run of sentences, and that run."""
    most, best = 0, list[Place]()
    for places in passages:
        for index in range(len(places)):
            run = places[index : index + WINDOW]
            held = len(wanted & frozenset[str]().union(*(place.stems for place in run)))
            if held > most:
                most, best = held, run
    return most / max(len(wanted), 1), best


_Figure = tuple[Quantity, Beside]


def _missing_numbers(said: str, sources: Sequence[str], language: Language) -> list[str]:
    known = [one for source in sources for one in _figures(source, language)]
    missing: list[str] = []
    for figure, beside in _figures(said, language):
        if not _said_there(figure, beside, known):
            missing += _named(figure, known)
    return missing


def _figures(folded: str, language: Language) -> list[_Figure]:
    surroundings = Surroundings(folded, language)
    return [(one, surroundings.of(one.start, one.end)) for one in figures(folded)]


def _said_there(figure: Quantity, beside: Beside, known: Iterable[_Figure]) -> bool:
    """Whether a source says the figure of what the sentence says it of.

    A source that says "3 mois pour un cadre, 1 mois pour un employé" holds a 1, but beside other
    words: no other number may stand in a place that is more like the figure's own.
    """
    same, other = -1.0, 0.0
    for one, around in known:
        if one.says(figure):
            same = max(same, likeness(beside, around))
        elif one.rivals(figure):
            other = max(other, likeness(beside, around))
    return same >= other * CLOSE_ENOUGH


def _named(figure: Quantity, known: Iterable[_Figure]) -> list[str]:
    """The figure as it is looked for: a date without its year too, where no source has that."""
    if figure.unit != DATE:
        return [f"number {figure.written}"]
    day = _YEAR.sub("", figure.written)
    unknown = not any(day in one.values for one, _ in known)
    return [f"date {day}"] * (unknown and day != figure.written) + [f"date {figure.written}"]


def _missing_names(seen: str, sources: Sequence[str]) -> list[str]:
    first = _WORD.search(seen)
    start = first.end() if first else 0
    known = {word for source in sources for word in _WORD.findall(folded(source))}
    return [
        f"name {name}"
        for name in _NAME.findall(seen[start:])
        if not known.issuperset(_WORD.findall(folded(name)))
    ]
