"""The store: what Vigie remembers between two starts, apart from the index and the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import SQLAlchemyError

from server.errors import StoreUnavailableError
from server.store import tables

SCHEMA_VERSION = 1


class Store:
    """One SQLite database (WAL), shared by threads; every transaction is short."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises StoreUnavailableError when the file is not a store this version can use."""
        engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": 5}, hide_parameters=True
        )
        event.listen(engine, "connect", _configure)
        store = cls(engine)
        with store.transaction() as connection:
            tables.metadata.create_all(connection)
            _check_version(connection)
        return store

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, committed at the end. Raises StoreUnavailableError."""
        with self._failures_told(), self._engine.begin() as connection:
            yield connection

    def empty_log(self) -> None:
        """Move the write-ahead log into the file, whose free space is overwritten, and empty it.

        Raises StoreUnavailableError while a reader still needs it: try again.
        """
        with self._failures_told(), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreUnavailableError("What was erased is still being read; erase again.")

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreUnavailableError(
                f"The store {self._engine.url.database} cannot be used: {_first_line(error)}"
            ) from error

    def close(self) -> None:
        self._engine.dispose()


def _configure(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # SQLAlchemy hands the raw DBAPI
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _check_version(connection: Connection) -> None:
    version = connection.execute(select(tables.schema_version.c.version)).scalar()
    if version is None:
        connection.execute(insert(tables.schema_version).values(version=SCHEMA_VERSION))
    elif version != SCHEMA_VERSION:
        raise StoreUnavailableError(
            f"The store was written by another version of Vigie (schema {version}, "
            f"this one reads {SCHEMA_VERSION})."
        )


def _first_line(error: SQLAlchemyError | sqlite3.Error) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
