"""The record: append-only, chained by hash, durable before anything is shown."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, select

from server.audit import canonical, database, schema, tree
from server.audit.checkpoint import CheckpointSigner
from server.audit.entries import Entry, parse_entry
from server.audit.errors import (
    RecordAlteredError,
    RecordUnavailableError,
    UnrecordableEventError,
)
from server.audit.events import Event, EventKind, Json
from server.audit.reading import RecordReader
from server.audit.recording import Recording, SealedOutcome, SealedSentence

__all__ = ["AuditLog", "Recording", "SealedOutcome", "SealedSentence"]  # the record's one door

PATIENCE_S = 5.0
"""How long a writer waits for another, in this process or elsewhere."""

_KEY_BYTES = 32
_ERASED_PER_EVENT = 5_000  # keeps the list of erased entries within one header


def new_record_id() -> str:
    """A record id nobody can guess, and no command takes for an option: 24 hexadecimal digits."""
    return secrets.token_hex(12)


def new_key() -> bytes:
    """A fresh key for one commitment."""
    return secrets.token_bytes(_KEY_BYTES)


class AuditLog(RecordReader):
    """Appends to the record of one state folder. Every failure is a RecordUnavailableError."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        record_ids: Callable[[], str] = new_record_id,
        keys: Callable[[], bytes] = new_key,
        patience_s: float = PATIENCE_S,
    ) -> None:
        super().__init__(engine)
        self._patience_s = patience_s
        self._clock = clock
        self._record_ids = record_ids
        self._keys = keys
        self._writer = Lock()

    @classmethod
    def open(
        cls, path: Path, clock: Callable[[], datetime], busy_timeout_s: float = PATIENCE_S
    ) -> AuditLog:
        """The record in this file, made when there is none. Raises RecordUnavailableError."""
        engine = database.connect(path, busy_timeout_s)
        with database.writing(engine) as connection:
            schema.create(connection)
        # After a crash in the middle of an erasure, the write-ahead log still holds the words.
        database.truncate_wal(engine)
        return cls(engine, clock, patience_s=busy_timeout_s)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, event: Event) -> Entry:
        """Durable when it returns. Raises UnrecordableEventError for what is not JSON."""
        with self._alone(), database.writing(self._engine) as connection:
            return self._append(connection, event)

    def open_answer(self, event: Event) -> Recording:
        """Record a question, durably, under a new record id that takes the subject's place."""
        if event.kind is not EventKind.ANSWER_OPENED:
            raise UnrecordableEventError(f"{event.kind.value} does not open an answer.")
        record = self._record_ids()
        self.append(replace(event, subject=record))
        return Recording(self.append, record, event.actor, event.owner)

    def recover(self) -> tuple[str, ...]:
        """Mark as aborted every answer that has no end; their record ids.

        For the start of the one server on this folder: it would abort another's answers.
        """
        opened = self.unclosed()
        for entry in opened:
            self.append(Event(EventKind.ANSWER_ABORTED, entry.subject, "system"))
        return tuple(entry.subject for entry in opened)

    def erase(self, owner: str, by: str, ground: str) -> int:
        """Erase all content this pseudonym owns, leaving no byte of it; how many entries had some.

        Commits first, then cleans the files: asking again finishes an interrupted erasure.
        `ground` is the legal ground and stays in the record: never a name.
        """
        if not owner:
            raise UnrecordableEventError("Content without an owner is nobody's to erase.")
        with self._alone():
            with database.writing(self._engine) as connection:
                erased = _erase_contents(connection, owner)
                for facts in _erasure_facts(erased, ground):
                    self._append(connection, Event(EventKind.PERSON_ERASED, owner, by, facts))
            self._clean()
        return len(erased)

    def checkpoint(self, signer: CheckpointSigner, by: str) -> str:
        """Sign the record as it stands: a note to be kept by someone else.

        Raises RecordAlteredError when the record no longer begins with what was signed last.
        """
        leaves = self.leaves()
        last = self._last_signed()
        if last is not None and base64.b64encode(tree.root(leaves[: last[0]])).decode() != last[1]:
            raise RecordAlteredError("The record no longer begins with what was signed last.")
        root = tree.root(leaves)
        note = signer.sign(len(leaves), root)
        facts: dict[str, Json] = {"size": len(leaves), "root": base64.b64encode(root).decode()}
        self.append(Event(EventKind.CHECKPOINT_SIGNED, signer.name, by, facts))
        return note

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer of this process at a time; whoever waited too long is told, and not queued."""
        if not self._writer.acquire(timeout=self._patience_s):
            raise RecordUnavailableError("The record is busy: others wait to write.")
        try:
            yield
        finally:
            self._writer.release()

    def _append(self, connection: Connection, event: Event) -> Entry:
        seq, previous = _next_link(connection)
        key, body, committed = None, None, None
        if event.content is not None:
            key, body = self._keys(), canonical.canonical(event.content)
            committed = canonical.commitment(key, event.owner, body)
        header = canonical.header(seq, self._clock(), event, committed, previous)
        digest = canonical.digest(header)
        connection.execute(insert(schema.entries).values(seq=seq, header=header, hash=digest))
        if body is not None:
            connection.execute(
                insert(schema.contents).values(seq=seq, owner=event.owner, key=key, body=body)
            )
        return parse_entry(header, digest, body)

    def _last_signed(self) -> tuple[int, str] | None:
        query = select(schema.entries.c.header, schema.entries.c.hash)
        query = query.where(schema.entries.c.kind == EventKind.CHECKPOINT_SIGNED.value)
        query = query.order_by(schema.entries.c.seq.desc()).limit(1)
        for header, digest in self._rows(query):
            facts = parse_entry(header, digest, None).facts
            return int(str(facts["size"])), str(facts["root"])
        return None

    def _clean(self) -> None:
        clean = database.truncate_wal(self._engine)
        database.vacuum(self._engine)
        if not (database.truncate_wal(self._engine) and clean):
            raise RecordUnavailableError(
                "The content is erased, but a reader still keeps the old file: erase again."
            )


def _next_link(connection: Connection) -> tuple[int, str]:
    """The next seq, and the hash of the entry before it."""
    entries = schema.entries
    query = select(entries.c.seq, entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
    last = connection.execute(query).first()
    return (0, canonical.GENESIS) if last is None else (last[0] + 1, last[1])


def _erase_contents(connection: Connection, owner: str) -> list[int]:
    contents = schema.contents
    owned = contents.c.owner == owner
    erased = list(connection.scalars(select(contents.c.seq).where(owned).order_by(contents.c.seq)))
    connection.execute(delete(contents).where(owned))
    return erased


def _erasure_facts(erased: list[int], ground: str) -> Iterator[dict[str, Json]]:
    """What an erasure leaves on the record: which contents may be missing, and why."""
    for start in range(0, max(1, len(erased)), _ERASED_PER_EVENT):
        part = erased[start : start + _ERASED_PER_EVENT]
        yield {"count": len(part), "ground": ground, "entries": [*part]}
