"""What is read back from the record: one entry, and one answer with all that concerns it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.audit.content import decode_outcome
from server.audit.errors import RecordUnavailableError
from server.audit.events import EventKind, Json
from server.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands. `content` is None when there never was any, or when `erased`."""

    seq: int
    at: datetime
    kind: EventKind
    subject: str
    actor: str
    facts: Mapping[str, Json]
    commitment: str | None
    previous: str
    hash: str
    content: Mapping[str, Json] | None
    erased: bool


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer from its question to its reviews, each part in the order it was written.

    `closing` is None while the answer is being written; it is an ANSWER_ABORTED after a crash.
    """

    record: str
    opening: Entry
    sentences: tuple[Entry, ...]
    closing: Entry | None
    reports: tuple[Entry, ...]
    reviews: tuple[Entry, ...]

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it is open, after a crash, and once erased."""
        closing = self.closing
        if closing is None or closing.kind is not EventKind.ANSWER_CLOSED or closing.erased:
            return None
        return decode_outcome(closing.content)


def parse_entry(header: str, hash_: str, body: str | None) -> Entry:
    """An entry from what is stored. Raises RecordUnavailableError when it is damaged."""
    try:
        fields: dict[str, Any] = json.loads(header)
        return Entry(
            seq=fields["seq"],
            at=datetime.fromisoformat(fields["at"]),
            kind=EventKind(fields["kind"]),
            subject=fields["subject"],
            actor=fields["actor"],
            facts=fields["facts"],
            commitment=fields["commitment"],
            previous=fields["previous"],
            hash=hash_,
            content=None if body is None else json.loads(body),
            erased=fields["commitment"] is not None and body is None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RecordUnavailableError(
            "An entry of the record is damaged: run `vigie log verify` to find it."
        ) from error


def group_answers(entries: Iterable[Entry]) -> list[AnswerRecord]:
    """Answers from their entries, which come grouped by answer and in order within each."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.subject, []).append(entry)
    return [_answer(record, parts) for record, parts in grouped.items()]


def _answer(record: str, parts: list[Entry]) -> AnswerRecord:
    closings = _of(parts, EventKind.ANSWER_CLOSED, EventKind.ANSWER_ABORTED)
    return AnswerRecord(
        record=record,
        opening=_of(parts, EventKind.ANSWER_OPENED)[0],
        sentences=_of(parts, EventKind.SENTENCE_RELEASED),
        closing=closings[0] if closings else None,
        reports=_of(parts, EventKind.ANSWER_REPORTED),
        reviews=_of(parts, EventKind.ANSWER_REVIEWED),
    )


def _of(parts: list[Entry], *kinds: EventKind) -> tuple[Entry, ...]:
    return tuple(entry for entry in parts if entry.kind in kinds)
