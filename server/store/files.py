"""Rows about the files of each source: what became of them, and when they are tried again."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, select, update

from ingest.ledger import FileNote, FileState, Ledger
from models.wording import Wording
from server.store import Store
from server.store.tables import files

UNREAD = (FileState.FAILED, FileState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file by the name its source gives it, and what became of it."""

    collection: str
    path: str
    note: FileNote


class Files(Ledger):
    """The ledger of ingestion, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def notes(self, collection: str, origin: str) -> Mapping[str, FileNote]:
        query = select(files).where(_of(collection), files.c.origin == origin)
        with self._store.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.path: _note(row) for row in rows}

    def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
        place = {"collection": collection, "origin": origin}
        rows = [{**place, "path": path, **_values(note)} for path, note in notes.items()]
        with self._store.transaction() as connection:
            connection.execute(delete(files).where(_SAME), _named(place, notes))
            connection.execute(insert(files), rows)

    def strike(self, collection: str, origin: str, paths: Several[str]) -> None:
        place = {"collection": collection, "origin": origin}
        with self._store.transaction() as connection:
            connection.execute(delete(files).where(_SAME), _named(place, paths))

    def counts(self) -> dict[str, dict[FileState, int]]:
        """How many files of each collection are in each state."""
        query = select(files.c.collection, files.c.state, func.count())
        with self._store.transaction() as connection:
            rows = connection.execute(query.group_by(files.c.collection, files.c.state)).all()
        counted: dict[str, dict[FileState, int]] = {}
        for collection, state, n in rows:
            counted.setdefault(collection, {})[FileState(state)] = n
        return counted

    def listed(
        self, collection: str | None, states: Several[FileState], limit: int
    ) -> list[KnownFile]:
        """By collection and path; of every collection when none is named."""
        query = select(files).where(files.c.state.in_([state.value for state in states]))
        if collection is not None:
            query = query.where(_of(collection))
        with self._store.transaction() as connection:
            rows = connection.execute(
                query.order_by(files.c.collection, files.c.path).limit(limit)
            ).all()
        return [KnownFile(row.collection, row.path, _note(row)) for row in rows]

    def release(self, collection: str, paths: Several[str] | None) -> int:
        """Let these failed and quarantined files, or all of them, be tried anew; how many."""
        which = and_(_of(collection), files.c.state.in_([state.value for state in UNREAD]))
        if paths is not None:
            which = and_(which, files.c.path.in_(list(paths)))
        waiting = update(files).where(which).values(state=FileState.WAITING.value, attempts=0)
        with self._store.transaction() as connection:
            return int(connection.execute(waiting).rowcount)

    def forget(self, collection: str) -> None:
        with self._store.transaction() as connection:
            connection.execute(delete(files).where(_of(collection)))


def _of(collection: str) -> ColumnElement[bool]:
    return files.c.collection == collection


_SAME = and_(
    files.c.collection == bindparam("_collection"),
    files.c.origin == bindparam("_origin"),
    files.c.path == bindparam("_path"),
)


def _named(place: Mapping[str, str], paths: Several[str]) -> list[dict[str, str]]:
    return [
        {"_collection": place["collection"], "_origin": place["origin"], "_path": path}
        for path in paths
    ]


def _values(note: FileNote) -> dict[str, object]:
    values = asdict(note)
    del values["reason"]
    return {
        **values,
        "state": note.state.value,
        "reason_fr": note.reason.fr if note.reason else None,
        "reason_en": note.reason.en if note.reason else None,
        "tried": note.tried.astimezone(UTC).replace(tzinfo=None) if note.tried else None,
    }


def _note(row: Row[tuple[object, ...]]) -> FileNote:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's documented name for a row's columns
    tried: datetime | None = values["tried"]
    return FileNote(
        state=FileState(values["state"]),
        version=values["version"],
        stamp=values["stamp"],
        reader=values["reader"],
        reason=Wording(values["reason_fr"], values["reason_en"]) if values["reason_fr"] else None,
        attempts=values["attempts"],
        tried=tried.replace(tzinfo=UTC) if tried else None,
    )
