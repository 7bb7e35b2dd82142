"""A store that an earlier Vigie wrote opens as it is, and what was in it is still found."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

from keeping import keeping

from ingest.collections import Sensitivity
from ingest.freshness import DocumentClass, State, Verdict
from server.stewardship import Judgement
from server.store import Store

SINCE = ("lives", "signatures", "likenesses")  # tables that 0.1.0 did not have
DESCRIPTION = (
    '{"name":"rh","title":{"fr":"RH","en":"HR"},"owner":"paul","deputy":"","contact":"",'
    '"readers":["everyone"],"language":"fr","review_due":"2027-06-30",'
    '"documents":[{"document":"note.md","readers":["paie"],"language":null,"review_due":null}]}'
)
DOCUMENT = (
    "rh", "note.md", "Note", "Deux jours de télétravail.", "[]", "fr", '["paie"]', "v1",
    None, "origin", "fingerprint", "2026-01-31 10:00:00.000000",
)  # fmt: skip


def write_as_before(home: Path) -> None:
    Store.open(home / "store.db").close()
    with sqlite3.connect(home / "store.db") as database:
        for table in SINCE:
            database.execute(f"DROP TABLE {table}")
        database.execute("INSERT INTO collections VALUES ('rh', ?, NULL)", (DESCRIPTION,))
        marks = ", ".join("?" * len(DOCUMENT))
        database.execute(f"INSERT INTO documents VALUES ({marks})", DOCUMENT)
    database.close()


def test_an_earlier_store_is_upgraded_in_place(tmp_path: Path) -> None:
    write_as_before(tmp_path)

    with keeping(tmp_path) as house:
        collection = house.library.collection("rh")
        (standing,) = house.stewardship.standings.of(collection).values()
        house.stewardship.judge(Judgement("rh", Verdict.WITHDRAWN, "note.md"), house.operator)
        (judged,) = house.stewardship.standings.of(collection).values()

    assert collection.kind is DocumentClass.REFERENCE
    assert collection.sensitivity is Sensitivity.INTERNAL
    assert collection.readers_of("note.md") == {"paie"}
    assert standing.life.arrived == date(2026, 1, 31)
    assert standing.state is State.ORPHAN
    assert judged.barred
