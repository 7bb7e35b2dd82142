"""The record's own SQLite file: how it is opened, and how its failures are told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from server.audit.errors import RecordUnavailableError

_PRAGMAS = (
    "journal_mode=WAL",  # readers and the writer do not wait for each other
    "synchronous=FULL",  # a commit that returned has been flushed
    "secure_delete=ON",  # what is erased is overwritten
    "recursive_triggers=ON",  # REPLACE fires the fences too
)


def connect(path: Path, busy_timeout_s: float) -> Engine:
    """An engine on the file, made for its owner only. Raises RecordUnavailableError."""
    with failures_told(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # An error's text would otherwise carry what people asked into the server's log.
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": busy_timeout_s},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes its lock before it reads the last entry, so that nobody else appends between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the record."""
    with failures_told(engine.url.database), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A short transaction; what it wrote is durable when the block ends."""
    with (
        failures_told(engine.url.database),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


def truncate_wal(engine: Engine) -> bool:
    """Move the write-ahead log into the file and empty it; False while a reader needs it."""
    busy, _, _ = _run_alone(engine, "PRAGMA wal_checkpoint(TRUNCATE)")
    return busy == 0


def vacuum(engine: Engine) -> None:
    """Rewrite the file without its free space."""
    _run_alone(engine, "VACUUM")


def _run_alone(engine: Engine, statement: str) -> tuple[int, int, int]:
    with failures_told(engine.url.database):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
    return row or (0, 0, 0)


@contextmanager
def failures_told(path: Path | str | None) -> Iterator[None]:
    """Whatever the disk or SQLite says becomes one sentence in RecordUnavailableError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise RecordUnavailableError(f"The record {path} cannot be used: {_cause(error)}.") from (
            error
        )


def _cause(error: Exception) -> str:
    match error:
        case DBAPIError():
            return str(error.orig)
        case OSError():
            return error.strerror or type(error).__name__
        case _:
            return str(error)
