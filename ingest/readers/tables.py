"""How a row of a table is said, so that it stands alone when it is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.documents import Block, BlockKind


def said(names: Sequence[str], cells: Sequence[str]) -> str:
    """Each cell after its column's name: "Grade : cadre ; Jours : 25"."""
    named = [*names, *[""] * (len(cells) - len(names))]
    pairs = ((name, cell) for name, cell in zip(named, cells, strict=False) if cell)
    return " ; ".join(f"{name} : {cell}" if name and name != cell else cell for name, cell in pairs)


def blocks(rows: Sequence[Sequence[str]], page: int | None = None) -> Iterator[Block]:
    """Each row with the names of its columns, when the first row has one for every column."""
    named = len(rows) > 1 and len(rows[0]) > 1 and all(rows[0])
    names = rows[0] if named else []
    for row in rows[1:] if named else rows:
        if text := said(names, row):
            yield Block(BlockKind.ROW, text, page)
