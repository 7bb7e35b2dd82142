"""Whether cited passages carry a sentence: its numbers, its names, its negations, its words.

A lexical check: it catches what is told apart by figures and words, and lets a paraphrase too
far from its source fall. A sentence quoted whole is always carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from guardrails.contradictions import contradictions
from guardrails.nearness import CLOSE_ENOUGH, Beside, Rival, dimmed, displaced
from guardrails.proper_names import Name, missing_names
from guardrails.quantities import DATE, Quantity, Values
from guardrails.reading import Place, Reading, read
from guardrails.text import Shadow, folded
from guardrails.verdicts import Support
from models.ports import Entailment, Language
from models.segmentation import split

CITATION = re.compile(r"\[(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\]")
THRESHOLD = 0.6
"""Share of a sentence's content words that its sources must say. Tuned on RTE-3 in French."""
ENTAILED = 0.5  # what a model must give at least one passage: more likely than not
WINDOW = 3  # sentences in a row that are read as one place
SECOND = 0.2  # share of a sentence's words that another place must add to count as well
FLOOR = 0.3  # what a place tells in a sentence that has no other word of what is said
LONGEST = 120  # words: each of its figures is held to each of the sources'; longer is to be quoted

JOINTS = 4  # of a sentence that are tried as the joint of two
SHORTEST = 5  # words of a sentence that was joined to another

_WORD = re.compile(r"\w+")
_JOINT = re.compile(
    r"\s*;\s+|,?\s+(?:et|and)\s+(?=(?:les?|la|l['’]|une?|des|ils?|elles?|vous|on|nous|ce|cette|ces|"
    r"cet|chaque|si|en|dans|pour|the|an?|it|they|he|she|you|this|these|each|if|in|for)\b)"
)
_YEAR = re.compile(r"\A\d{4}-")


def support(sentence: str, passages: Sequence[str], language: Language) -> Support:
    """How far the passages carry the sentence; `missing` names what they do not say."""
    said = CITATION.sub("", sentence).strip()
    if not said or not passages:
        return Support(supported=False, score=0.0, missing=("source",))
    if quoted(said, passages):
        return Support(supported=True, score=1.0)
    if len(_WORD.findall(said)) > LONGEST:
        return Support(supported=False, score=0.0, missing=("quotation",))
    sources = [read(passage, language) for passage in passages]
    whole = _weighed(said, sources)
    return whole if whole.supported else _in_two(said, sources, whole)


def confirmed(
    support: Support, sentence: str, passages: Sequence[str], entailment: Entailment
) -> Support:
    """The support, taken back where a model finds that no passage entails the sentence.

    It only tightens: what the rules refuse is not asked. A sentence quoted whole needs no model.
    """
    said = re.sub(r"\s+(?=[.])", "", CITATION.sub("", sentence)).strip()
    if not support.supported or quoted(said, passages):
        return support
    premises = [*passages, "\n".join(passages)] if len(passages) > 1 else passages
    if max(entailment.entails(premises, said)) >= ENTAILED:
        return support
    return replace(support, supported=False, missing=("entailment",))


def _in_two(said: str, sources: Sequence[Reading], whole: Support) -> Support:
    """A sentence that joins two, each with its own subject, is carried where both are."""
    for joint in islice(_JOINT.finditer(said), JOINTS):
        parts = said[: joint.start()], said[joint.end() :]
        if min(len(_WORD.findall(part)) for part in parts) < SHORTEST:
            continue
        first = _weighed(parts[0], sources)
        second = _weighed(parts[1], sources) if first.supported else first
        if second.supported:
            return Support(supported=True, score=min(first.score, second.score))
    return whole


def _weighed(said: str, sources: Sequence[Reading]) -> Support:
    seen = Reading(said, sources[0].language)
    score, best = _coverage(seen.stems, [source.sentences for source in sources])
    places = [_telling(place, seen.stems) for source in sources for place in source.sentences]
    missing = (
        *_missing_numbers(seen, places),
        *_missing_names(seen, places, sources),
        *contradictions(seen, best),
    )
    supported = not missing and bool(seen.stems) and score >= THRESHOLD
    if not supported and not missing:
        missing = ("words",)
    return Support(supported, round(score, 4), tuple(dict.fromkeys(missing)))


def quoted(said: str, passages: Sequence[str]) -> bool:
    """Whether whole sentences of a passage say it word for word; a part may mean the opposite."""
    wanted = _words_by_sentence(said)
    return any(wanted in _words_by_sentence(passage) for passage in passages)


def _words_by_sentence(text: str) -> str:
    low = [folded(Shadow(text[start:end]).text) for start, end in split(text)]
    sentences = (" ".join(re.findall(r"\d+(?:[.,]\d+)*|\w+|[%€$]", one)) for one in low)
    return f"¶{'¶'.join(one for one in sentences if one)}¶"


def _coverage(
    wanted: frozenset[str], passages: Sequence[Sequence[Place]]
) -> tuple[float, list[Place]]:
    """The share of the stems in the best run of sentences and in the one that adds most to it.

    And the sentences of both; the second counts where it says what the first does not.
    """
    best = _best_run(wanted, passages)
    held = wanted & _stems(best)
    left = wanted - held
    if len(left) >= SECOND * len(wanted):
        more = _best_run(left, passages)
        added = left & _stems(more)
        if len(added) >= SECOND * len(wanted):
            best, held = [*best, *(one for one in more if one not in best)], held | added
    return len(held) / max(len(wanted), 1), best


def _best_run(wanted: frozenset[str], passages: Iterable[Sequence[Place]]) -> list[Place]:
    runs = (
        list(places[index : index + WINDOW]) for places in passages for index in range(len(places))
    )
    return max(runs, key=lambda run: len(wanted & _stems(run)), default=[])


def _stems(run: Iterable[Place]) -> frozenset[str]:
    return frozenset[str]().union(*(place.stems for place in run))


_Figure = tuple[Quantity, Beside]
_Found = TypeVar("_Found", Quantity, Name)
_Telling = tuple[Place, float]


def _telling(place: Place, wanted: frozenset[str]) -> _Telling:
    """A sentence of a source, and how much what it holds may tell: the more it says, the more."""
    said = len(wanted & place.stems) / max(min(len(wanted), len(place.stems)), 1)
    return place, FLOOR + (1 - FLOOR) * said


def _missing_numbers(said: Reading, places: Iterable[_Telling]) -> list[str]:
    if not said.figures:
        return []
    known = [one for place, share in places for one in _placed(place, place.reading.figures, share)]
    own = said.placed(said.figures)
    missing: list[str] = []
    for figure, beside in own:
        if not _said_there(figure, beside, own, known):
            missing += _named(figure, known)
    return missing


def _placed(place: Place, found: Sequence[_Found], share: float) -> Iterable[tuple[_Found, Beside]]:
    """Findings of a sentence with what they stand beside, as far as the sentence tells anything."""
    if share > FLOOR:
        return [(one, dimmed(beside, share)) for one, beside in place.placed(found)]
    return [(one, {}) for one in place.within(found)]


def _said_there(
    figure: Quantity, beside: Beside, said: Iterable[_Figure], known: Iterable[_Figure]
) -> bool:
    """Whether a source says the figure of what the sentence says it of.

    A source that says "3 mois pour un cadre, 1 mois pour un employé" holds a 1, but beside other
    words: no other number may stand in a place that is more like the figure's own.
    """
    own = [around for one, around in known if one.says(figure)]
    rivals: dict[Values, list[Beside]] = {}
    for one, around in known:
        if not one.says(figure) and one.rivals(figure):
            rivals.setdefault(one.values, []).append(around)
    return bool(own) and not any(
        displaced(beside, own, Rival(there, _saying(values, said)), CLOSE_ENOUGH)
        for values, there in rivals.items()
    )


def _saying(values: Values, said: Iterable[_Figure]) -> list[Beside]:
    return [around for one, around in said if one.values & values]


def _named(figure: Quantity, known: Iterable[_Figure]) -> list[str]:
    """The figure as it is looked for: a date without its year too, where no source has that."""
    if figure.unit != DATE:
        return [f"number {figure.written}"]
    day = _YEAR.sub("", figure.written)
    unknown = not any(day in one.values for one, _ in known)
    return [f"date {day}"] * (unknown and day != figure.written) + [f"date {figure.written}"]


def _missing_names(
    said: Reading, places: Iterable[_Telling], sources: Iterable[Reading]
) -> Iterable[str]:
    if not said.names:
        return ()
    known = frozenset[str]().union(*(source.words for source in sources))
    held = [one for place, share in places for one in _placed(place, place.reading.names, share)]
    return missing_names(said.placed(said.names), known, held)
