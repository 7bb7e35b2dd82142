"""What a sheet folds away: rows and columns that its part marks as hidden, and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.readers.office import Package

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)")
_COMMENT = re.compile(rb"<(?:\w+:)?comment\b")
_ATTRIBUTE = re.compile(rb"\b(r|min|max|hidden)=[\"'](\w{1,7})[\"']")
_SET = (b"1", b"true")


@dataclass(frozen=True, slots=True)
class Folds:
    """Rows and columns count from 1; columns come in stretches, both ends included."""

    rows: frozenset[int]
    columns: tuple[tuple[int, int], ...]

    def hides_row(self, number: int) -> bool:
        return number in self.rows

    def hides_column(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.columns)


def folds_of(part: bytes) -> Folds:
    """Read from the tags alone: the whole tree of a large sheet would cost gigabytes."""
    rows, count = set(), 0
    for tag in _ROW.finditer(part):
        said = dict(_ATTRIBUTE.findall(tag[1]))
        count = int(said.get(b"r", count + 1))
        if said.get(b"hidden") in _SET:
            rows.add(count)
    columns = []
    for tag in _COLUMN.finditer(part):
        said = dict(_ATTRIBUTE.findall(tag[1]))
        if said.get(b"hidden") in _SET:
            columns.append((int(said[b"min"]), int(said[b"max"])))
    return Folds(frozenset(rows), tuple(columns))


def comments_in(package: Package) -> int:
    """Comments of all sheets; a threaded one keeps a copy here for old programs."""
    parts = (name for name in package.names if re.fullmatch(r"xl/(?:.*/)?comments?\d*\.xml", name))
    return sum(len(_COMMENT.findall(package.bytes_of(part))) for part in parts)
