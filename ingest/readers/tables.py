"""How a row of a table is said, so that it stands alone when it is found."""

from __future__ import annotations

from collections.abc import Sequence


def said(names: Sequence[str], cells: Sequence[str]) -> str:
    """Each cell after its column's name: "Grade : cadre ; Jours : 25"."""
    named = [*names, *[""] * (len(cells) - len(names))]
    pairs = ((name, cell) for name, cell in zip(named, cells, strict=False) if cell)
    return " ; ".join(f"{name} : {cell}" if name and name != cell else cell for name, cell in pairs)
