"""Spreadsheets: each sheet a heading, each row said with the names of its columns."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from io import BytesIO

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons, tables
from ingest.readers.folds import Folds, comments_in, folds_of
from ingest.readers.office import HOSTILE, Package


def read_xlsx(data: bytes) -> Reading:
    """Hidden sheets, rows and columns are left out. Values are those last computed."""
    from openpyxl.utils.exceptions import InvalidFileException

    hostile: tuple[type[Exception], ...] = (InvalidFileException, *HOSTILE)
    try:
        with warnings.catch_warnings():
            # What openpyxl leaves aside (styles, validations) is nothing that is read here.
            warnings.simplefilter("ignore")
            return _reading(data)
    except hostile as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _reading(data: bytes) -> Reading:
    from openpyxl import load_workbook

    workbook = load_workbook(BytesIO(data), read_only=True, data_only=True)
    left: Counter[Hiding] = Counter()
    package = Package(data)
    try:
        blocks: list[Block] = []
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                left[Hiding.SHEET] += 1
                continue
            sheet.reset_dimensions()  # what a file claims of its size is not believed
            # The library knows no other way to the part behind a sheet that it streams.
            folds = folds_of(package.bytes_of(vars(sheet)["_worksheet_path"]))
            rows = _unfolded(sheet.iter_rows(values_only=True), folds, left)
            blocks += _sheet(sheet.title, rows)
        left[Hiding.COMMENT] += comments_in(package)
        title = " ".join((workbook.properties.title or "").split())
        return Reading(title, tuple(blocks), hidden.told(left))
    finally:
        workbook.close()


def _unfolded(
    rows: Iterable[tuple[object, ...]], folds: Folds, left: Counter[Hiding]
) -> Iterator[tuple[object, ...]]:
    """The rows without what is folded away; empty ones in their place."""
    columns: set[int] = set()
    for number, row in enumerate(rows, start=1):
        filled = {n for n, cell in enumerate(row, start=1) if cell not in (None, "")}
        if folds.hides_row(number):
            left[Hiding.ROW] += bool(filled)
            yield ()
            continue
        columns |= {n for n in filled if folds.hides_column(n)}
        yield tuple(cell for n, cell in enumerate(row, start=1) if not folds.hides_column(n))
    left[Hiding.COLUMN] += len(columns)


def _sheet(title: str, rows: Iterable[tuple[object, ...]]) -> list[Block]:
    said = list(_said(rows))
    return [Block(BlockKind.HEADING, title, level=1), *said] if said else []


def _said(rows: Iterable[tuple[object, ...]]) -> Iterator[Block]:
    """Rows after the first that looks like names of columns; what stands above is a remark."""
    names: list[str] = []
    read = characters = 0
    for number, row in enumerate(rows):
        filled = [cell for cell in row if cell not in (None, "")]
        read += len(filled)
        # One long text can be shared by every cell: counted before it is copied.
        characters += sum(len(cell) for cell in filled if isinstance(cell, str))
        if number > limits.ROWS or read > limits.CELLS or characters > limits.LONGEST:
            raise UnreadableFileError(reasons.TOO_LARGE)
        if not filled:
            continue
        cells = [_cell(cell) for cell in row]
        if not names and len(filled) > 1 and all(isinstance(cell, str) for cell in filled):
            names = cells
            continue
        kind = BlockKind.ROW if len(filled) > 1 else BlockKind.PARAGRAPH
        yield Block(kind, tables.said(names, cells))


def _cell(value: object) -> str:
    """A value as a reader would say it: whole numbers without a point, days without a time."""
    match value:
        case None:
            return ""
        case datetime():
            return str(value.date() if value.time() == time() else value)
        case date() | time():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(str(value).split())
