"""Past decisions kept as facts on the record, and read again under another charter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from guardrails.charter import Charter
from guardrails.charter.replay import Change, Past, replay
from guardrails.verdicts import Decision, Grounds, Known, Stage, Verdict
from server.audit.entries import AnswerRecord
from server.audit.events import Json
from server.audit.log import AuditLog

PAGE = 500  # answers read at a time


class _KnownFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    fact: str
    confidence: float
    detector: str
    version: str
    sentence: int


class _GroundsFile(BaseModel):
    """What `grounds_json` wrote."""

    model_config = ConfigDict(frozen=True)

    known: tuple[_KnownFile, ...]
    sentences: int
    untold: tuple[str, ...]
    heard: int
    clauses: dict[str, Decision]


def grounds_json(verdict: Verdict, charter: str) -> dict[str, Json]:
    """The facts of a question's decision and what its charter's clauses said: no word of it."""
    if verdict.grounds is None:
        return {}
    decided = {one.clause: one.decision.value for one in verdict.violations}
    own = {one.clause for one in verdict.violations if one.version == charter}
    return {
        "grounds": {
            **asdict(verdict.grounds),
            "clauses": {clause: decision for clause, decision in decided.items() if clause in own},
        }
    }


def replayed(record: AuditLog, charter: Charter) -> dict[str, Any]:
    """What another charter would have decided of every question on the record."""
    diff = replay(charter, _past(record))
    return {
        "charter": charter.reference,
        "decisions": diff.decisions,
        "changes": [_change_json(one) for one in diff.changes],
        "unsure": diff.unsure,
        "new_facts": list(diff.new_facts),
    }


def _past(record: AuditLog) -> Iterator[Past]:
    before: int | None = None
    while page := record.answers(PAGE, before):
        yield from (past for one in page if (past := _past_of(one)) is not None)
        before = page[-1].opening.seq


def _past_of(answer: AnswerRecord) -> Past | None:
    """None for what was erased, and for decisions older than the keeping of facts."""
    try:
        kept = _GroundsFile.model_validate((answer.opening.content or {}).get("grounds"))
    except ValidationError:
        return None
    known = tuple(
        Known(one.fact, one.confidence, one.detector, one.version, one.sentence)
        for one in kept.known
        if 0 <= one.sentence < kept.sentences
    )
    return Past(
        answer.record,
        Stage.QUESTION,
        Grounds(known, kept.sentences, kept.untold, kept.heard),
        max(kept.clauses.values(), key=lambda one: one.severity, default=Decision.ALLOW),
        tuple(kept.clauses),
    )


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "record": change.record,
        "before": change.before.value,
        "after": change.after.value,
        "clauses_before": list(change.clauses_before),
        "clauses_after": list(change.clauses_after),
    }
