"""Two verifiers written independently say the same of every record, honest or altered."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from server.audit.canonical import digest
from server.audit.checkpoint import CheckpointSigner
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.verify import StoredRow, verify
from server.outcomes import Abstained

SCRIPT = Path(__file__).parents[3] / "deploy" / "verify_record.py"
Rows = list[StoredRow]


@dataclass(frozen=True, slots=True)
class Honest:
    """A record with an erased person, and the checkpoint that attests all of its rows."""

    rows: tuple[StoredRow, ...]
    erased: tuple[StoredRow, ...]  # the first rows as they were before the erasure
    note: str
    key: str


def lines_of(rows: Rows) -> list[str]:
    return [
        json.dumps(
            {
                "header": row.header,
                "hash": row.hash,
                "owner": row.owner,
                "content": row.body,
                "key": None if row.key is None else row.key.hex(),
            }
        )
        for row in rows
    ]


def rows_in(export: str) -> Rows:
    return [row_in(json.loads(line)) for line in export.splitlines()]


def row_in(line: dict[str, str | None]) -> StoredRow:
    header, hash_, key = line["header"], line["hash"], line["key"]
    assert header is not None
    assert hash_ is not None
    raw_key = None if key is None else bytes.fromhex(key)
    return StoredRow(header, hash_, line["owner"], line["content"], raw_key)


def exported(log: AuditLog) -> str:
    stream = StringIO()
    log.export(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_record", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    folder = tmp_path_factory.mktemp("record")
    signer = CheckpointSigner.load(folder / "checkpoint.key", "vigie.example")
    with AuditLog.open(folder / "record.db", lambda: datetime.now(UTC)) as log:
        for asker in ("alice", "bob", "carla"):
            event = Event(EventKind.ANSWER_OPENED, "", asker, {}, {"question": "Où ? é"}, asker)
            recording = log.open_answer(event)
            recording.release("Ici\u2028[1].", (1,))
            recording.close(Abstained(()))
        log.append(Event(EventKind.LOGIN, "alice", "alice", {"ok": True, "n": 1.5}))
        before = exported(log)
        log.erase("bob", "admin", "gdpr-17")
        note = log.checkpoint(signer, "auditor")
        after = exported(log)
    return Honest(tuple(rows_in(after)[:-1]), tuple(rows_in(before)), note, signer.verifier_key)


def rewritten(row: StoredRow, **fields: Any) -> StoredRow:
    try:
        said = json.loads(row.header)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return row
    header = json.dumps(
        {**said, **fields}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return replace(row, header=header, hash=digest(header))


def rechained(rows: Rows) -> Rows:
    done: Rows = []
    for seq, row in enumerate(rows):
        done.append(rewritten(row, seq=seq, previous=done[-1].hash if done else "0" * 64))
    return done


def edit_header(rows: Rows, n: int, _: int) -> None:
    rows[n] = replace(rows[n], header=rows[n].header.replace('"actor":"', '"actor":"x'))


def edit_and_hash(rows: Rows, n: int, _: int) -> None:
    rows[n] = rewritten(rows[n], actor="eve")


def edit_link(rows: Rows, n: int, m: int) -> None:
    rows[n] = rewritten(rows[n], previous=rows[m].hash + "0")


def edit_and_rechain(rows: Rows, n: int, _: int) -> None:
    edit_and_hash(rows, n, 0)
    rows[:] = rechained(rows)


def edit_seq(rows: Rows, n: int, m: int) -> None:
    rows[n] = rewritten(rows[n], seq=json.loads(rows[n].header)["seq"] + m + 1)


def break_shape(rows: Rows, n: int, m: int) -> None:
    fields: list[dict[str, object]] = [
        {"seq": True}, {"seq": -1}, {"seq": "1"}, {"previous": None}, {"commitment": 3},
        {"facts": None, "actor": "x"},
    ]  # fmt: skip
    rows[n] = rewritten(rows[n], **fields[m % len(fields)])


def scribble(rows: Rows, n: int, m: int) -> None:
    header = ["", "[]", "{", "null", "[" * 9_000, "\ud800", '"text"'][m % 7]
    rows[n] = replace(rows[n], header=header, hash=digest(header))


def edit_hash(rows: Rows, n: int, m: int) -> None:
    rows[n] = replace(rows[n], hash=["", "0" * 64, rows[n].hash.upper()][m % 3] + "f")


def edit_content(rows: Rows, n: int, _: int) -> None:
    rows[n] = replace(rows[n], owner="x", body='{"text":"90 jours"}', key=rows[n].key or b"k" * 32)


def swap_contents(rows: Rows, n: int, m: int) -> None:
    a, b = rows[n], rows[m]
    rows[n] = replace(a, owner=b.owner, body=b.body, key=b.key)
    rows[m] = replace(b, owner=a.owner, body=a.body, key=a.key)


def change_owner(rows: Rows, n: int, _: int) -> None:
    rows[n] = replace(rows[n], owner="eve")


def lose_content(rows: Rows, n: int, _: int) -> None:
    rows[n] = StoredRow(rows[n].header, rows[n].hash)


def bring_back(rows: Rows, n: int, m: int) -> None:
    rows[3 + m % 3] = ERASED[m % 3]
    if n % 2:
        edit_header(rows, n, m)


def drop(rows: Rows, n: int, _: int) -> None:
    del rows[n]


def drop_and_rechain(rows: Rows, n: int, _: int) -> None:
    del rows[n]
    rows[:] = rechained(rows)


def truncate(rows: Rows, n: int, _: int) -> None:
    del rows[n:]


def swap(rows: Rows, n: int, m: int) -> None:
    rows[n], rows[m] = rows[m], rows[n]


def move(rows: Rows, n: int, m: int) -> None:
    rows.insert(m, rows.pop(n))


def repeat(rows: Rows, n: int, m: int) -> None:
    rows.insert(m, rows[n])


def forge_erasure(rows: Rows, n: int, m: int) -> None:
    lose_content(rows, n, 0)
    rows[m] = rewritten(rows[m], kind="record:person:erase", facts={"entries": [n, True, "3"]})


TAMPERINGS: list[Callable[[Rows, int, int], None]] = [
    edit_header, edit_and_hash, edit_link, edit_and_rechain, edit_seq, break_shape, scribble,
    edit_hash, edit_content, swap_contents, change_owner, lose_content, bring_back, drop,
    drop_and_rechain, truncate, swap, move, repeat, forge_erasure,
]  # fmt: skip
ERASED: list[StoredRow] = []


def both(
    script: ModuleType, rows: Rows, note: str | None = None, key: str | None = None
) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    report = verify(rows, note, key)
    ours = {(-1 if p.seq is None else p.seq, p.what.value) for p in report.problems}
    verifier, _ = script.verify(lines_of(rows), note, key)
    assert script.merkle_root(verifier.leaves).hex() == report.root
    return ours, verifier.found


@pytest.mark.parametrize("seed", range(200))
def test_both_verifiers_find_the_same_in_an_altered_record(
    script: ModuleType, honest: Honest, seed: int
) -> None:
    chance = random.Random(seed)
    ERASED[:] = honest.erased[3:6]
    rows = list(honest.rows)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        places = chance.choices(range(len(rows)), k=2) if rows else [0, 0]
        chance.choice(TAMPERINGS)(rows, *places) if len(rows) > 6 else truncate(rows, 0, 0)

    without = both(script, rows)
    against = both(script, rows, honest.note, honest.key)

    assert without[0] == without[1]
    assert against[0] == against[1]
    assert (against[0] == set()) == (tuple(rows) == honest.rows)


def test_both_accept_an_honest_record_with_an_erased_person(
    script: ModuleType, honest: Honest
) -> None:
    rows = list(honest.rows)

    assert sum(row.body is None and '"commitment":null' not in row.header for row in rows) == 3
    assert both(script, rows, honest.note, honest.key) == (set(), set())
    assert both(script, []) == (set(), set())


def run(*arguments: str | Path, isolated: bool = False) -> tuple[int, str]:
    # -S leaves every installed package out: what remains is the standard library.
    flags = ["-I", "-S"] if isolated else ["-I"]
    done = subprocess.run(
        [sys.executable, *flags, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_the_script_runs_alone_and_says_what_it_found(tmp_path: Path, honest: Honest) -> None:
    good, bad, note = tmp_path / "good.jsonl", tmp_path / "bad.jsonl", tmp_path / "note"
    lines = lines_of(list(honest.rows))
    good.write_text("\n".join(lines) + "\n")
    bad.write_text("\n".join(lines[:2] + lines[3:]) + "\n")
    note.write_text(honest.note)

    code, said = run(good, "--checkpoint", note, "--key", honest.key, isolated=True)
    assert (code, "nothing wrong" in said, "signature: not checked" in said) == (0, True, True)

    code, said = run(good, "--checkpoint", note, "--key", honest.key)
    assert (code, "signature: checked" in said) == (0, True)

    code, said = run(bad, "--checkpoint", note, isolated=True)
    assert (code, "Entry 2 is missing from the record." in said) == (1, True)

    code, said = run(bad, "--json", isolated=True)
    assert (code, json.loads(said)["problems"][0]["seq"]) == (1, 2)

    code, said = run(tmp_path / "nothing.jsonl", isolated=True)
    assert (code, "cannot be read" in said) == (2, True)


def test_a_checkpoint_signed_by_a_stranger_is_refused_by_both(
    tmp_path: Path, script: ModuleType, honest: Honest
) -> None:
    stranger = CheckpointSigner.load(tmp_path / "stranger.key", "vigie.example")
    rows = list(honest.rows)
    altered = honest.note.replace(f"\n{len(rows)}\n", f"\n{len(rows) - 1}\n")

    for note, key in (
        (honest.note, stranger.verifier_key),
        (altered, honest.key),
        ("nonsense", honest.key),
        (honest.note, "nonsense"),
    ):
        assert both(script, rows, note, key) == ({(-1, "checkpoint")}, {(-1, "checkpoint")})
