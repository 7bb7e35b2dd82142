"""The two tables of the record: headers that never change, contents that can only be erased."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Computed,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()


def _from_header(field: str) -> Computed:
    # Computed from the header, so that what is searched cannot differ from what is chained.
    return Computed(f"json_extract(header, '$.{field}')", persisted=False)


entries = Table(
    "entries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("header", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("kind", Text, _from_header("kind")),
    Column("subject", Text, _from_header("subject")),
    Column("actor", Text, _from_header("actor")),
    Column("outcome", Text, _from_header("facts.outcome")),
    Index("entries_by_kind", "kind", "seq"),
    Index("entries_by_subject", "subject", "kind", "seq"),
    Index("entries_by_actor", "actor", "kind", "seq"),
)

contents = Table(
    "contents",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False, index=True),
    Column("key", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
)

# A fence against accidents and our own mistakes. Against whoever owns the file there is the
# chain, and against whoever rewrites the chain there is the signed checkpoint.
_FENCES = (
    """CREATE TRIGGER IF NOT EXISTS entries_never_change BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'an entry of the record never changes'); END""",
    """CREATE TRIGGER IF NOT EXISTS entries_never_leave BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'an entry of the record never leaves'); END""",
    # INSERT OR REPLACE fires no delete trigger unless recursive_triggers is on.
    """CREATE TRIGGER IF NOT EXISTS entries_follow_on BEFORE INSERT ON entries
    WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM entries)
    BEGIN SELECT RAISE(ABORT, 'an entry of the record follows the last one'); END""",
    """CREATE TRIGGER IF NOT EXISTS contents_never_change BEFORE UPDATE ON contents
    BEGIN SELECT RAISE(ABORT, 'content is erased or left as it is'); END""",
)


def create(connection: Connection) -> None:
    """Make the tables and their fences where they do not exist yet."""
    metadata.create_all(connection)
    for fence in _FENCES:
        connection.exec_driver_sql(fence)
