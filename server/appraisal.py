"""Appraisal: how good whole answers are, on questions whose sources and facts are known.

The questions go the whole way that an employee's goes, with every guard, and on a record of their
own that is removed at the end: nobody is shown an answer, and the error rate that auditors compute
stays one of answers that people read. That the model was appraised, and how it did, stands on the
house's record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from models.words import folded, guess_language
from server.access import Person
from server.answering import Answering
from server.asking import Asking
from server.audit.content import outcome_name
from server.audit.events import Json
from server.audit.log import AuditLog
from server.audit.statistics import Interval, clopper_pearson
from server.errors import InvalidInputError
from server.evaluation import JudgedQuestion, names
from server.outcomes import Answered, Citation, Outcome, Stopped

Progress = Callable[[int, int], None]
"""Told how many questions of how many were answered."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and where the true share lies with 95 % confidence."""

    hits: int
    of: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Appraised:
    """One question: how it ended, and what can be counted of it."""

    judged: JudgedQuestion
    outcome: Outcome
    cited: tuple[bool, ...]  # each citation: is its document one that was expected?
    told: tuple[bool, ...]  # each expected fact: does the answer hold it?
    written: int  # sentences that the model wrote
    withheld: int  # those that were not shown
    timings_ms: Mapping[str, float]

    @property
    def answered(self) -> bool:
        return isinstance(self.outcome, Answered)

    @property
    def text(self) -> str:
        return self.outcome.text if isinstance(self.outcome, Answered) else ""

    @property
    def words(self) -> int:
        return len(_WORD.findall(self.text))


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Shares over the judged questions; None where there was nothing to count.

    `answered`: answerable questions that got an answer. `sourced`: answers to them that cite an
    expected document. `cited`: citations in them that are of one. `told`: expected facts that
    stand in the answer, out of all that were expected. `abstained`: other questions that got no
    answer. `spoken`: answers in the language of their question. `withheld`: sentences written
    that the guards kept back. `words`: of the median answer and of the longest.
    """

    questions: tuple[Appraised, ...]
    outcomes: Mapping[str, int]
    answered: Share | None
    sourced: Share | None
    cited: Share | None
    told: Share | None
    abstained: Share | None
    spoken: Share | None
    withheld: Share | None
    words: tuple[int, int] | None
    first_sentence_ms: float | None  # median
    total_ms: float  # median


def appraised(
    answering: Answering, questions: Sequence[JudgedQuestion], asker: Person, progress: Progress
) -> Appraisal:
    """Ask each question as this person would. Costs an answer each.

    Raises InvalidInputError when there is no question, and when the AI is stopped meanwhile.
    """
    if not questions:
        raise InvalidInputError("There is no question to ask.")
    asked: list[Appraised] = []
    with TemporaryDirectory() as scratch:
        clock = answering.retrieval.clock
        with AuditLog.open(Path(scratch) / "record.db", clock) as record:
            apart = replace(answering, record=record)
            for n, judged in enumerate(questions, start=1):
                asked.append(_asked(apart, judged, asker))
                progress(n, len(questions))
    return _appraisal(tuple(asked))


def _asked(answering: Answering, judged: JudgedQuestion, asker: Person) -> Appraised:
    asking = Asking(judged.question, asker, guess_language(judged.question))
    sentences, last = answering.answer_whole(asking)
    outcome = last.outcome
    if isinstance(outcome, Stopped):
        raise InvalidInputError(f"The AI is {outcome.mode.value}: it cannot be appraised.")
    text = outcome.text if isinstance(outcome, Answered) else ""
    cited = outcome.citations if isinstance(outcome, Answered) else ()
    withheld, timings = last.facts["withheld"], last.facts["timings_ms"]
    kept_back = len(withheld) if isinstance(withheld, list) else 0
    return Appraised(
        judged,
        outcome,
        tuple(_expected(citation, judged) for citation in cited),
        tuple(holds(text, fact) for fact in judged.facts),
        len(sentences) + kept_back,
        kept_back,
        _milliseconds(timings),
    )


def _expected(citation: Citation, judged: JudgedQuestion) -> bool:
    return names(judged.relevant, citation.collection, citation.document)


def holds(text: str, fact: str | tuple[str, ...]) -> bool:
    """Whether the text says one of these, word for word but for accents, capitals and signs."""
    said = f" {_plain(text)} "
    ways = (fact,) if isinstance(fact, str) else fact
    return any(f" {_plain(way)} " in said for way in ways)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))


def _milliseconds(timings: Json) -> dict[str, float]:
    if not isinstance(timings, dict):
        return {}
    return {name: float(ms) for name, ms in timings.items() if isinstance(ms, int | float)}


def _appraisal(questions: tuple[Appraised, ...]) -> Appraisal:
    known = [one for one in questions if one.judged.relevant]
    answers = [one for one in questions if one.answered]
    answers_to_known = [one for one in answers if one.judged.relevant]
    lengths = sorted(one.words for one in answers)
    first = [one.timings_ms["first_sentence"] for one in answers]
    written = sum(one.written for one in questions)
    return Appraisal(
        questions,
        dict(sorted(Counter(outcome_name(one.outcome) for one in questions).items())),
        answered=_share(one.answered for one in known),
        sourced=_share(any(one.cited) for one in answers_to_known),
        cited=_share(right for one in answers_to_known for right in one.cited),
        told=_share(held for one in known for held in one.told),
        abstained=_share(not one.answered for one in questions if not one.judged.relevant),
        spoken=_share(_in_its_language(one) for one in answers),
        withheld=_part(sum(one.withheld for one in questions), written),
        words=(round(median(lengths)), lengths[-1]) if lengths else None,
        first_sentence_ms=median(first) if first else None,
        total_ms=median(one.timings_ms["total"] for one in questions),
    )


def _in_its_language(one: Appraised) -> bool:
    return guess_language(one.text) is guess_language(one.judged.question)


def _share(right: Iterable[bool]) -> Share | None:
    counted = list(right)
    return _part(sum(counted), len(counted))


def _part(hits: int, of: int) -> Share | None:
    return Share(hits, of, clopper_pearson(hits, of)) if of else None
