"""The ledger: what became of each file of a source, so that none is read in vain or forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from ingest import readers
from ingest.readers import reasons
from models.wording import Wording

TRIES = 3
"""Failed runs in a row of the same content, after which a file is left alone."""

_ENOUGH = 500
"""Notes that are written together."""


class FileState(StrEnum):
    """What became of a file. Failed ones are tried again, quarantined ones are not."""

    WAITING = "waiting"
    READING = "reading"
    INDEXED = "indexed"
    FAILED = "failed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class FileNote:
    """What is known of one file. The defaults are those of a file that was never opened."""

    state: FileState
    version: str = ""  # SHA-256 (hex) of what it held when it was last opened
    stamp: str = ""  # how it looked from outside then; empty when that proves nothing
    reader: str = ""  # `readers.VERSION` that read it
    reason: Wording | None = None  # why it failed
    attempts: int = 0  # failures in a row of this version
    tried: datetime | None = None


class Ledger(Protocol):
    """Keeps the notes of one source's files by their paths there; durable when it returns."""

    def notes(self, collection: str, origin: str) -> Mapping[str, FileNote]: ...

    def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
        """Write these notes over those of the same paths."""
        ...

    def strike(self, collection: str, origin: str, paths: Collection[str]) -> None:
        """Forget these files."""
        ...


class NoLedger(Ledger):
    """Remembers nothing: every file is read at each run, and none is ever left alone."""

    def notes(self, collection: str, origin: str) -> Mapping[str, FileNote]:  # noqa: ARG002
        return {}

    def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
        """Nothing is kept."""

    def strike(self, collection: str, origin: str, paths: Collection[str]) -> None:
        """Nothing was kept."""


class Filing:
    """What one run tells the ledger. A note never says more than the index holds."""

    def __init__(
        self,
        ledger: Ledger,
        collection: str,
        origin: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._place = (collection, origin)
        self._now = now
        self._former = ledger.notes(*self._place)
        self._notes = dict(self._former)
        self._unwritten: set[str] = set()
        self._met: set[str] = set()

    @property
    def former(self) -> Mapping[str, FileNote]:
        """What was known before this run."""
        return self._former

    def expect(self, paths: Iterable[str]) -> None:
        """These will be offered. What a run that was cut off was reading, waits again."""
        for path in paths:
            if path not in self._notes:
                self._write(path, FileNote(FileState.WAITING))
        for path, note in self._former.items():
            if note.state is FileState.READING:
                self._notes[path] = replace(note, state=FileState.WAITING)
        self._flush()

    def refusal(self, path: str, version: str) -> Wording | None:
        """Why this file is not read again; None when it is."""
        note = self._notes.get(path)
        if note is None or note.state is not FileState.QUARANTINED or note.reason is None:
            return None
        if (note.version, note.reader) != (version, readers.VERSION):
            return None
        self._met.add(path)
        return reasons.quarantined(note.reason, note.attempts)

    def reading(self, path: str, version: str, stamp: str) -> None:
        """A file is opened; whoever looks now sees which."""
        note = self._notes.get(path)
        again = note is not None and (note.version, note.reader) == (version, readers.VERSION)
        failures = note.attempts if note is not None and again else 0
        opened = FileNote(FileState.READING, version, stamp, readers.VERSION, None, failures)
        self._write(path, replace(opened, tried=self._now()))
        self._flush()

    def read(self, path: str) -> None:
        """It was read, and waits for its passages to be indexed."""
        self._write(path, replace(self._notes[path], state=FileState.WAITING))

    def indexed(self, paths: Iterable[str]) -> None:
        for path in paths:
            done = replace(self._notes[path], state=FileState.INDEXED, attempts=0)
            self._write(path, done)
        self._flush()

    def unchanged(self, path: str, version: str, stamp: str) -> None:
        """The index holds it as it is."""
        self._met.add(path)
        note = self._notes.get(path)
        tried = note.tried if note else self._now()
        held = FileNote(FileState.INDEXED, version, stamp, readers.VERSION, tried=tried)
        if note != held:
            self._write(path, held)
        if len(self._unwritten) >= _ENOUGH:
            self._flush()

    def failed(self, path: str, reason: Wording) -> Wording:
        """It could not be read; the reason as people are told it."""
        note = self._notes.get(path, FileNote(FileState.WAITING))
        if note.state is not FileState.READING:  # nothing was opened: nothing to leave alone
            failed = replace(note, state=FileState.FAILED, reason=reason, tried=self._now())
            self._write(path, failed)
            return reason
        attempts = note.attempts + 1
        state = FileState.QUARANTINED if attempts >= TRIES else FileState.FAILED
        self._write(path, replace(note, state=state, reason=reason, attempts=attempts))
        return reasons.quarantined(reason, attempts) if attempts >= TRIES else reason

    def end(self, gone: Callable[[str], bool]) -> None:
        """Write what is left, and forget the files that are gone."""
        self._flush()
        absent = [
            path
            for path, note in self._notes.items()
            if path not in self._met and (not note.version or gone(path))
        ]
        if absent:
            self._ledger.strike(*self._place, absent)

    def _write(self, path: str, note: FileNote) -> None:
        self._notes[path] = note
        self._unwritten.add(path)
        self._met.add(path)

    def _flush(self) -> None:
        if self._unwritten:
            self._ledger.note(*self._place, {path: self._notes[path] for path in self._unwritten})
            self._unwritten = set()
