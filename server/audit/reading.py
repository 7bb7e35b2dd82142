"""Reading the record: entries in order, and answers whole."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO, TypeVarTuple

from sqlalchemy import Engine, Row, Select, select

from server.audit import database, tree
from server.audit.canonical import canonical
from server.audit.citing import Cited, cited_by
from server.audit.entries import AnswerRecord, Entry, group_answers, parse_entry
from server.audit.errors import UnknownRecordError
from server.audit.events import EventKind, Json
from server.audit.schema import contents, entries

_BATCH = 1_000
_Ts = TypeVarTuple("_Ts")


@dataclass(frozen=True, slots=True)
class ClosedAnswer:
    """An `Answered` answer as the review queue sees it; `review` holds a verdict's facts."""

    record: str
    asker: str
    erased: bool
    review: Mapping[str, Json] | None


class RecordReader:
    """Everything that only reads; whoever reads on someone's behalf appends RECORD_READ."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(
        self,
        after: int = -1,
        limit: int = 100,
        kinds: Collection[EventKind] = (),
        subject: str | None = None,
    ) -> list[Entry]:
        """Entries with seq > after, oldest first; every kind and subject unless narrowed."""
        query = _stored().where(entries.c.seq > after).order_by(entries.c.seq).limit(limit)
        if kinds:
            query = query.where(entries.c.kind.in_([kind.value for kind in kinds]))
        if subject is not None:
            query = query.where(entries.c.subject == subject)
        return list(self._read(query))

    def answer(self, record: str) -> AnswerRecord:
        """One answer whole. Raises UnknownRecordError."""
        found = self._answers(_openings().where(entries.c.subject == record))
        if not found:
            raise UnknownRecordError(f"No answer is recorded as {record}.")
        return found[0]

    def answers(
        self, limit: int = 50, before: int | None = None, actor: str | None = None
    ) -> list[AnswerRecord]:
        """Newest first; `before` is the opening's seq where the last page ended."""
        query = _openings(actor).limit(limit)
        return self._answers(query if before is None else query.where(entries.c.seq < before))

    def answers_of(self, actor: str) -> list[AnswerRecord]:
        """All that this pseudonym ever asked, newest first."""
        return self._answers(_openings(actor))

    def answered(self) -> list[ClosedAnswer]:
        """Every answer that ended as `Answered`, oldest first, with its first review."""
        rows = self._rows(_answered())
        found: dict[str, ClosedAnswer] = {}
        for record, asker, body, review in rows:
            facts = None if review is None else json.loads(review)["facts"]
            found.setdefault(record, ClosedAnswer(record, asker, body is None, facts))
        return list(found.values())

    def citing(self, collection: str) -> list[Cited]:
        """Answers that rest on a collection's documents; no word of theirs is read."""
        named = canonical({"collection": collection})[1:-1]
        endings = select(entries.c.subject).where(
            entries.c.kind == EventKind.ANSWER_CLOSED.value,
            entries.c.header.contains(named, autoescape=True),
        )
        parts = [EventKind.SENTENCE_RELEASED.value, EventKind.ANSWER_CLOSED.value]
        query = (
            select(entries.c.header, entries.c.hash)
            .where(entries.c.kind.in_(parts), entries.c.subject.in_(endings))
            .order_by(entries.c.seq)
        )
        told = cited_by(parse_entry(header, hash_, None) for header, hash_ in self._rows(query))
        return [one for one in told if one.collection == collection]

    def unclosed(self) -> list[Entry]:
        """Openings of answers that have no end."""
        ends = [EventKind.ANSWER_CLOSED.value, EventKind.ANSWER_ABORTED.value]
        ended = select(entries.c.subject).where(entries.c.kind.in_(ends))
        opened = entries.c.kind == EventKind.ANSWER_OPENED.value
        query = _stored().where(opened, entries.c.subject.not_in(ended))
        return list(self._read(query.order_by(entries.c.seq)))

    def leaves(self) -> list[bytes]:
        """The leaf hashes of the record's tree, in order."""
        rows = self._rows(select(entries.c.header).order_by(entries.c.seq))
        return [tree.leaf_hash(row.header.encode()) for row in rows]

    def export(self, stream: TextIO) -> int:
        """Write one JSON line per entry, all that an independent verifier needs; how many.

        `header` and `content` are strings, exactly the bytes that were hashed.
        """
        query = _stored().add_columns(contents.c.owner, contents.c.key)
        count = 0
        for header, hash_, body, owner, key in self._rows(query.order_by(entries.c.seq)):
            line = {
                "header": header,
                "hash": hash_,
                "owner": owner,
                "content": body,
                "key": None if key is None else key.hex(),
            }
            # ASCII, because some readers end a line at U+2028.
            stream.write(json.dumps(line) + "\n")
            count += 1
        return count

    def _answers(self, openings: Select[str, int]) -> list[AnswerRecord]:
        page = openings.subquery()
        query = (
            _stored()
            .join(page, page.c.subject == entries.c.subject)
            .order_by(page.c.seq.desc(), entries.c.seq)
        )
        return group_answers(self._read(query))

    def _read(self, query: Select[str, str, str | None]) -> Iterator[Entry]:
        return (parse_entry(*row) for row in self._rows(query))

    def _rows(self, query: Select[*_Ts]) -> Iterator[Row[*_Ts]]:
        with database.reading(self._engine) as connection:
            yield from connection.execute(query.execution_options(yield_per=_BATCH))


def _stored() -> Select[str, str, str | None]:
    return select(entries.c.header, entries.c.hash, contents.c.body).join_from(
        entries, contents, contents.c.seq == entries.c.seq, isouter=True
    )


def _openings(actor: str | None = None) -> Select[str, int]:
    query = select(entries.c.subject, entries.c.seq).order_by(entries.c.seq.desc())
    query = query.where(entries.c.kind == EventKind.ANSWER_OPENED.value)
    return query if actor is None else query.where(entries.c.actor == actor)


def _answered() -> Select[str, str, str | None, str | None]:
    review = entries.alias("review")
    return (
        select(entries.c.subject, entries.c.actor, contents.c.body, review.c.header)
        .join_from(entries, contents, contents.c.seq == entries.c.seq, isouter=True)
        .join(
            review,
            (review.c.subject == entries.c.subject)
            & (review.c.kind == EventKind.ANSWER_REVIEWED.value),
            isouter=True,
        )
        .where(entries.c.kind == EventKind.ANSWER_CLOSED.value)
        .where(entries.c.outcome == "answered")
        .order_by(entries.c.seq, review.c.seq)
    )
