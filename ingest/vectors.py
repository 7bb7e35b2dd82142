"""The vectors of indexed passages, kept aside so that the same text is never computed twice.

No text is in the file: a passage stands there as a hash, its vector, and a hash of the document
that holds it. What no document holds is deleted, and overwritten on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IndexUnavailableError

Vector = NDArray[np.float32]

LIMIT = 200_000
"""Vectors kept at most, about 200 MB of MiniLM's; the oldest leave first."""

_VERSION = 1
_PROOF = 8  # bytes of the hash that a vector is checked by
_WAIT_S = 5.0  # for another process that writes
_SLICE = 500  # keys of one statement; SQLite takes 999 in its oldest builds
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS vectors (
    n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, proof BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS held (
    holder BLOB NOT NULL, key BLOB NOT NULL, PRIMARY KEY (holder, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_by ON held (key);
PRAGMA user_version = {_VERSION};
"""


class VectorCache:
    """One SQLite file for threads and processes. What it cannot read, it does not know.

    A damaged file is thrown away; nothing that it says is believed without its proof.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._path = path
        self._limit = limit
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def find(self, keys: Several[bytes]) -> dict[bytes, Vector]:
        """The unit vectors that are known among these."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, Vector] = {}
        with self._damage_discarded(), self._transaction() as connection:
            for start in range(0, len(wanted), _SLICE):
                some = wanted[start : start + _SLICE]
                query = f"SELECT key, vector, proof FROM vectors WHERE key IN ({_marks(some)})"  # noqa: S608
                for key, packed, proof in connection.execute(query, some):
                    if _proof(key, packed) == proof:
                        found[key] = _unpacked(packed)
        return found

    def hold(self, holder: bytes, rows: Mapping[bytes, Vector]) -> None:
        """Make these the holder's only vectors; what it held before and nobody holds is deleted."""
        packed = [(key, _packed(vector)) for key, vector in rows.items()]
        with self._damage_discarded(), self._transaction() as connection:
            former = _released(connection, holder)
            connection.executemany(
                "INSERT INTO vectors (key, vector, proof) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET vector = excluded.vector, proof = excluded.proof",
                [(key, vector, _proof(key, vector)) for key, vector in packed],
            )
            connection.executemany(
                "INSERT INTO held VALUES (?, ?)", [(holder, key) for key in rows]
            )
            _drop_unheld(connection, former - rows.keys())
            self._drop_oldest(connection)

    def release(self, holders: Several[bytes]) -> None:
        """Forget what only these hold; the whole cache, where that cannot be done.

        Raises IndexUnavailableError when not even the file can be removed.
        """
        try:
            with self._transaction() as connection:
                for holder in holders:
                    _drop_unheld(connection, _released(connection, holder))
            self._empty_log()
        except sqlite3.Error:
            self.discard()

    def discard(self) -> None:
        """Throw everything away. Raises IndexUnavailableError when the file stays."""
        self.close()
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        except OSError as error:
            raise IndexUnavailableError(
                f"The vectors in {self._path} cannot be removed: {error.strerror}."
            ) from error

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _empty_log(self) -> None:
        """Move the write-ahead log into the file, whose free space is overwritten."""
        with self._lock:
            if self._connection is not None:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _drop_oldest(self, connection: sqlite3.Connection) -> None:
        (last,) = connection.execute("SELECT COALESCE(MAX(n), 0) FROM vectors").fetchone()
        if last <= self._limit:
            return  # numbers only grow: there cannot be more rows than the last one's
        (count,) = connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
        oldest = "SELECT key FROM vectors ORDER BY n LIMIT ?"
        leaving = connection.execute(oldest, (max(0, count - self._limit),)).fetchall()
        connection.executemany("DELETE FROM held WHERE key = ?", leaving)
        connection.executemany("DELETE FROM vectors WHERE key = ?", leaving)

    @contextlib.contextmanager
    def _damage_discarded(self) -> Iterator[None]:
        """A cache never stops its reader: without it, vectors are computed."""
        try:
            yield
        except sqlite3.OperationalError:
            return  # locked, or the disk is full: what was there is still right
        except sqlite3.Error:
            self.discard()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None:
                self._connection = _opened(self._path)
            with self._connection as connection:  # commits, or takes everything back
                connection.execute("BEGIN")
                yield connection


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_WAIT_S, check_same_thread=False, isolation_level=None
    )
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError("written by another version")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost some, harm none
        connection.execute("PRAGMA secure_delete = ON")
        if not version:
            connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _released(connection: sqlite3.Connection, holder: bytes) -> set[bytes]:
    """Let the holder hold nothing; what it held."""
    held = connection.execute("DELETE FROM held WHERE holder = ? RETURNING key", (holder,))
    return {key for (key,) in held.fetchall()}


def _drop_unheld(connection: sqlite3.Connection, keys: Several[bytes]) -> None:
    connection.executemany(
        "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM held WHERE key = ?1)",
        [(key,) for key in keys],
    )


def _marks(keys: Several[bytes]) -> str:
    return ",".join("?" * len(keys))


def _packed(vector: Vector) -> bytes:
    """Half precision: a thousand times nearer to the vector than the model's own rounding."""
    return vector.astype("<f2").tobytes()


def _unpacked(packed: bytes) -> Vector:
    row = np.frombuffer(packed, dtype="<f2").astype(np.float32)
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def _proof(key: bytes, packed: bytes) -> bytes:
    return hashlib.blake2b(key + packed, digest_size=_PROOF).digest()
