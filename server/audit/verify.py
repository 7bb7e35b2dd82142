"""Verifies a record without trusting what wrote it: the chain, the contents, the checkpoint.

Rules, shared with `deploy/verify_record.py`, which is written independently:
- an entry whose stored hash is not that of its bytes was edited, and nothing it says is believed;
- a link broken between two entries that hash well blames the earlier one, unless the later one is
already known to be edited;
- seqs are 0, 1, 2, … in the order of storage;
- content opens its commitment, and is missing only where a PERSON_ERASED entry lists it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from server.audit import canonical, tree
from server.audit.checkpoint import Checkpoint, parse_note, verify_note
from server.audit.errors import CheckpointError, RecordUnavailableError
from server.audit.events import EventKind
from server.audit.findings import Flaw, Problem, Report

_ROWS = """SELECT entries.header, entries.hash, contents.owner, contents.body, contents.key,
entries.seq, entries.kind, entries.subject, entries.actor, entries.outcome
FROM entries LEFT JOIN contents ON contents.seq = entries.seq ORDER BY entries.seq"""
_STRAYS = """SELECT seq FROM contents
WHERE seq > (SELECT coalesce(max(seq), -1) FROM entries) ORDER BY seq"""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """An entry exactly as stored. `owner`, `body` and `key` are None without content.

    `columns` are what the database is searched by: seq, kind, subject, actor, outcome; None where
    there is no database.
    """

    header: str
    hash: str
    owner: str | None = None
    body: str | None = None
    key: bytes | None = None
    columns: tuple[object, ...] | None = None


class _Content(Enum):
    NONE = auto()  # there is none, and none was promised
    MISSING = auto()
    OPENS = auto()  # it opens its commitment
    EDITED = auto()


@dataclass(frozen=True, slots=True)
class _Link:
    """What the chain needs to know of one entry; `believed` is False for an edited one."""

    seq: int
    digest: str
    previous: str
    believed: bool
    content: _Content
    erases: frozenset[int] = frozenset()
    moved: bool = False  # it bears another number than the one it is stored under


def verify(
    source: Path | Iterable[StoredRow], checkpoint: str | None = None, key: str | None = None
) -> Report:
    """Everything wrong with a record: its SQLite file, or its rows in their order of storage.

    `checkpoint` is a signed note and `key` the public key that its signature must match; without
    a key its three lines are compared, and nothing proves who wrote them.
    Raises RecordUnavailableError when the file cannot be read as a record.
    """
    links: list[_Link] = []
    leaves: list[bytes] = []
    for row in _stored(source) if isinstance(source, Path) else source:
        links.append(_link(row, expected=links[-1].seq + 1 if links else 0))
        leaves.append(tree.leaf_hash(row.header.encode("utf-8", "surrogatepass")))

    chain = [*_edited(links), *_dropped(links), *_reordered(links)]
    problems = [*chain, *_contents(links)]
    if isinstance(source, Path):
        problems += [Problem(seq, Flaw.CONTENT_STRAY) for seq in _strays(source)]
    if checkpoint is not None:
        last = max((link.seq for link in links), default=-1)
        problems += _against(checkpoint, key, leaves, last, sound=not chain)
    return Report(
        entries=len(links),
        root=tree.root(leaves).hex(),
        problems=tuple(sorted(problems, key=_place)),
        signature_checked=checkpoint is not None and key is not None,
    )


def _stored(path: Path) -> Iterator[StoredRow]:
    for header, hash_, owner, body, key, *columns in _read(path, _ROWS):
        yield StoredRow(_text(header), _text(hash_), owner, body, key, tuple(columns))


def _strays(path: Path) -> list[int]:
    """Contents behind the last entry: it was cut off, or the next one is being blocked."""
    return [seq for (seq,) in _read(path, _STRAYS)]


def _read(path: Path, query: str) -> Iterator[tuple[Any, ...]]:
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            # Bytes that are not UTF-8 must reach the hash, not stop the verifier.
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            yield from connection.execute(query)
    except (sqlite3.Error, OSError) as error:
        raise RecordUnavailableError(f"{path} cannot be read as a record: {error}.") from error


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _link(row: StoredRow, expected: int) -> _Link:
    digest = canonical.digest(row.header)
    fields = _fields(row.header)
    if digest != row.hash or fields is None or not _searched_as_written(row, fields):
        return _Link(expected, digest, "", believed=False, content=_Content.NONE)
    return _Link(
        seq=fields["seq"],
        digest=digest,
        previous=fields["previous"],
        believed=True,
        content=_content(row, fields["commitment"]),
        erases=_erases(fields),
        moved=row.columns is not None and row.columns[0] != fields["seq"],
    )


def _fields(header: str) -> dict[str, Any] | None:
    """The header's fields, when it has the shape of one."""
    try:
        fields = json.loads(header)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    seq, committed = fields.get("seq"), fields.get("commitment", 0)
    well_formed = (
        type(seq) is int  # True is an int to isinstance
        and seq >= 0
        and isinstance(fields.get("previous"), str)
        and (committed is None or isinstance(committed, str))
    )
    return fields if well_formed else None


def _searched_as_written(row: StoredRow, fields: Mapping[str, Any]) -> bool:
    """Whether the columns that readers search by say what the header says."""
    if row.columns is None:
        return True
    facts = fields.get("facts")
    outcome = facts.get("outcome") if isinstance(facts, dict) else None
    named = (fields.get(name) for name in ("kind", "subject", "actor"))
    return row.columns[1:] == (*named, outcome)


def _content(row: StoredRow, committed: str | None) -> _Content:
    if row.body is None and row.key is None and row.owner is None:
        return _Content.NONE if committed is None else _Content.MISSING
    if not (
        isinstance(row.body, str) and isinstance(row.owner, str) and isinstance(row.key, bytes)
    ):
        return _Content.EDITED
    opened = canonical.commitment(row.key, row.owner, row.body)
    return _Content.OPENS if opened == committed else _Content.EDITED


def _erases(fields: Mapping[str, Any]) -> frozenset[int]:
    facts = fields.get("facts")
    if fields.get("kind") != EventKind.PERSON_ERASED.value or not isinstance(facts, dict):
        return frozenset()
    listed = facts.get("entries")
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(seq for seq in listed if type(seq) is int and seq < fields["seq"])


def _edited(links: list[_Link]) -> list[Problem]:
    edited = {link.seq for link in links if not link.believed}
    by_seq: dict[int, _Link] = {}
    for link in links:
        by_seq.setdefault(link.seq, link)
    # From the end, so that an entry is known to be edited before its own link is weighed.
    for seq in sorted(by_seq, reverse=True):
        before = by_seq[seq - 1].digest if seq - 1 in by_seq else None
        due = before if seq else canonical.GENESIS
        if due is not None and seq not in edited and by_seq[seq].previous != due:
            edited.add(max(seq - 1, 0))
    return [Problem(seq, Flaw.EDITED) for seq in edited]


def _dropped(links: list[_Link]) -> list[Problem]:
    """The first missing entry of each gap."""
    seqs = sorted({link.seq for link in links})
    before = [-1, *seqs]
    return [
        Problem(last + 1, Flaw.DROPPED)
        for last, seq in zip(before, seqs, strict=False)
        if seq > last + 1
    ]


def _reordered(links: list[_Link]) -> list[Problem]:
    seqs = [link.seq for link in links]
    moved = {seq for seq, due in zip(seqs, sorted(seqs), strict=True) if seq != due}
    moved |= {link.seq for link in links if link.moved}
    twice = {seq for seq, count in Counter(seqs).items() if count > 1}
    return [Problem(seq, Flaw.REORDERED) for seq in moved | twice]


def _contents(links: list[_Link]) -> Iterator[Problem]:
    erased = frozenset[int]().union(*(link.erases for link in links))
    for link in links:
        match link.content:
            case _Content.NONE:
                pass
            case _Content.MISSING:
                if link.seq not in erased:
                    yield Problem(link.seq, Flaw.CONTENT_MISSING)
            case _Content.OPENS:
                if link.seq in erased:
                    yield Problem(link.seq, Flaw.CONTENT_BACK)
            case _Content.EDITED:
                yield Problem(link.seq, Flaw.CONTENT_EDITED)


def _against(
    note: str, key: str | None, leaves: list[bytes], last: int, *, sound: bool
) -> list[Problem]:
    try:
        signed: Checkpoint = parse_note(note) if key is None else verify_note(note, key)
    except CheckpointError:
        return [Problem(None, Flaw.CHECKPOINT)]
    if last + 1 < signed.size:
        return [Problem(last + 1, Flaw.TRUNCATED)]
    # A broken chain has another root anyway, and its own problems say where.
    if sound and tree.root(leaves[: signed.size]) != signed.root:
        return [Problem(None, Flaw.FORKED)]
    return []


def _place(problem: Problem) -> tuple[int, str]:
    return (-1 if problem.seq is None else problem.seq, problem.what.value)
