"""A question and its answer as their asker sees them, taken from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from guardrails.charter import Charter
from guardrails.pii.ports import Kind
from models.ports import Language
from server.access import Person
from server.audit.content import outcome_name
from server.audit.entries import AnswerRecord, Entry
from server.audit.events import Json
from server.audit.log import AuditLog
from server.errors import NotFoundError
from server.outcomes import Answered, Citation, Outcome


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked, what was said, how it ended. `outcome` is None while it is open,
    after a crash, and once erased.
    """

    record: str
    at: datetime
    question: str  # as it stands on the record: personal data masked
    redacted: Mapping[str, int]  # what was masked in it, by kind
    sentences: tuple[str, ...]
    outcome: Outcome | None
    reported: bool
    erased: bool

    @property
    def shape(self) -> str:
        """Which template tells how it ended."""
        return "unfinished" if self.outcome is None else outcome_name(self.outcome)

    @property
    def citations(self) -> tuple[Citation, ...]:
        return self.outcome.citations if isinstance(self.outcome, Answered) else ()

    @property
    def by_ai(self) -> bool:
        return bool(self.sentences)


def exchange(found: AnswerRecord) -> Exchange:
    opening = found.opening
    redacted = opening.facts.get("redacted")
    return Exchange(
        record=found.record,
        at=opening.at,
        question=_text(opening, "question"),
        redacted=_counts(redacted) if isinstance(redacted, dict) else {},
        sentences=tuple(_text(sentence, "text") for sentence in found.sentences),
        outcome=found.outcome,
        reported=bool(found.reports),
        erased=opening.erased,
    )


def own_exchange(record: AuditLog, wanted: str, person: Person) -> Exchange:
    """One of a person's own. Raises UnknownRecordError, and NotFoundError for another's."""
    found = record.answer(wanted)
    if found.opening.actor != person.pseudonym:
        raise NotFoundError("There is no such answer, or it is not yours.")
    return exchange(found)


def titles_of(charter: Charter, language: Language) -> dict[str, str]:
    """What each clause of the charter is called; the built-in ones have no other title."""
    return {clause.id: clause.title.spoken(language) for clause in charter.clauses}


def _text(entry: Entry, name: str) -> str:
    return str((entry.content or {}).get(name, ""))


def _counts(redacted: Mapping[str, Json]) -> dict[str, int]:
    """Personal data alone: an order to the assistant is found in a question, never masked."""
    found = ((kind.value, redacted.get(kind.value)) for kind in Kind)
    return {kind: n for kind, n in found if isinstance(n, int)}
