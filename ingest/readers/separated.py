"""Tables as text: CSV and TSV, whatever separates their cells."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO

from ingest.documents import Block, BlockKind, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons, tables
from ingest.readers.text import decoded

_SEPARATORS = ";,\t|"
_NONE = "\x1f"  # a sign that nobody types
_SAMPLE = 50  # lines from which the separator is told


def read_separated(data: bytes) -> Reading:
    text = decoded(data)
    try:
        # Strict would refuse what spreadsheets write; the field limit of the module stays.
        rows = [
            [" ".join(cell.split()) for cell in row]
            for row in csv.reader(StringIO(text), delimiter=_separator(text))
        ]
    except csv.Error as error:
        raise UnreadableFileError(reasons.DAMAGED) from error
    if len(rows) > limits.ROWS:
        raise UnreadableFileError(reasons.TOO_LARGE)
    return Reading("", tuple(_blocks([row for row in rows if any(row)])))


def _separator(text: str) -> str:
    """The sign that cuts the most lines into the same number of cells, two at least.

    Where no sign cuts most of them, commas are but commas.
    """
    lines = [line for line in text.splitlines()[:_SAMPLE] if line.strip()]

    def regular(sign: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if len(row) > 1)
        width, times = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        return times, width

    sign = max(_SEPARATORS, key=regular)
    return sign if regular(sign)[0] > len(lines) / 2 else _NONE


def _blocks(rows: list[list[str]]) -> list[Block]:
    if any(len(row) > 1 for row in rows):
        return list(tables.blocks(rows))
    return [Block(BlockKind.PARAGRAPH, row[0]) for row in rows if row[0]]
