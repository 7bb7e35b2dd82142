"""The review queue: a secret coin picks answers, people judge them blind, errors are counted."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from server.audit.entries import Entry
from server.audit.errors import ReviewRefusedError
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.audit.reading import ClosedAnswer
from server.audit.statistics import ErrorRate, error_rate
from server.outcomes import Answered

_COIN_BITS = 53  # what a float holds exactly


class Severity(IntEnum):
    """How much harm a wrong answer can do; from MISLEADING on it is an error."""

    NONE = 0
    COSMETIC = 1
    MISLEADING = 2
    HARMFUL = 3
    DANGEROUS = 4


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """What a reviewer says of an answer. `note` can be erased with the asker's content."""

    correct: bool
    grounded: bool
    severity: Severity
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerToReview:
    """All that a reviewer sees: neither who asked, nor who complained, nor other verdicts."""

    record: str
    asked: Mapping[str, Json]
    outcome: Answered


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """The error rate and where the sample stands. `lost` were erased before any review."""

    error_rate: ErrorRate
    sampled: int
    pending: int
    lost: int


def coin(epoch_key: bytes, record: str) -> float:
    """A number in [0, 1) that nobody can foresee without the key, the same each time."""
    tossed = hmac.digest(epoch_key, record.encode(), "sha256")
    return (int.from_bytes(tossed[:8]) >> 64 - _COIN_BITS) / float(1 << _COIN_BITS)


class ReviewQueue:
    """The answers whose coin fell under the rate, and the verdicts on them."""

    def __init__(self, log: AuditLog, epoch_key: bytes, rate: float) -> None:
        self._log = log
        self._epoch_key = epoch_key
        self._rate = rate

    def next_for(self, reviewer: str) -> AnswerToReview | None:
        """The oldest sampled answer that has no verdict and that this reviewer did not ask.

        The same one until it has a verdict: nobody skips to an answer they prefer.
        """
        for answer in self._sampled():
            if _open_to(answer, reviewer):
                return self._show(answer.record)
        return None

    def verdict(self, record: str, reviewer: str, verdict: ReviewVerdict) -> Entry:
        """Put a verdict on the record. Raises ReviewRefusedError for an answer not in the queue.

        Complaints are handled elsewhere: an answer picked by hand would spoil the estimate.
        """
        waiting = (answer for answer in self._sampled() if answer.record == record)
        answer = next(waiting, None)
        if answer is None or not _open_to(answer, reviewer):
            raise ReviewRefusedError("This answer is not waiting for your review.")
        facts: dict[str, Json] = {
            "correct": verdict.correct,
            "grounded": verdict.grounded,
            "severity": int(verdict.severity),
        }
        content: dict[str, Json] | None = {"note": verdict.note} if verdict.note else None
        return self._log.append(
            Event(EventKind.ANSWER_REVIEWED, record, reviewer, facts, content, answer.asker)
        )

    def report(self) -> ReviewReport:
        sampled = list(self._sampled())
        reviews = [answer.review for answer in sampled if answer.review is not None]
        waiting = [answer for answer in sampled if answer.review is None]
        lost = sum(answer.erased for answer in waiting)
        errors = sum(_is_error(review) for review in reviews)
        return ReviewReport(
            error_rate(errors, len(reviews)), len(sampled), len(waiting) - lost, lost
        )

    def _sampled(self) -> Iterator[ClosedAnswer]:
        answers = self._log.answered()
        return (a for a in answers if coin(self._epoch_key, a.record) < self._rate)

    def _show(self, record: str) -> AnswerToReview:
        answer = self._log.answer(record)
        outcome = answer.outcome
        if not isinstance(outcome, Answered):
            raise ReviewRefusedError("This answer was erased meanwhile.")
        return AnswerToReview(record, answer.opening.content or {}, outcome)


def _open_to(answer: ClosedAnswer, reviewer: str) -> bool:
    return answer.review is None and not answer.erased and answer.asker != reviewer


def _is_error(review: Mapping[str, Json]) -> bool:
    severity = review["severity"]
    return isinstance(severity, int) and severity >= Severity.MISLEADING
