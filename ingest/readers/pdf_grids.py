"""Tables as they are ruled: lines that cross make cells, and letters stand in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.readers.pdf_letters import Letter, Ruling

_NEAR = 3.0  # points: two lines closer than this are one
_LONGEST_CELL = 1_500  # letters: more is a page in a frame
_MOST = 1_000  # lines of a table; a page with more is a drawing


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on a page: where it stands, and its rows from top to bottom."""

    left: float
    bottom: float
    right: float
    top: float
    rows: tuple[tuple[str, ...], ...]

    def holds(self, letter: Letter) -> bool:
        x, y = (letter.left + letter.right) / 2, (letter.bottom + letter.top) / 2
        return self.left <= x <= self.right and self.bottom <= y <= self.top


def grids(rulings: Sequence[Ruling], letters: Sequence[Letter]) -> list[Grid]:
    """The tables of a page: at least two rows and two columns with something in them."""
    level = _joined([r for r in rulings if r.bottom == r.top and r.left != r.right])
    upright = _joined([_turned(r) for r in rulings if r.left == r.right and r.bottom != r.top])
    lines = [*level, *(_turned(r) for r in upright)]
    if len(lines) > _MOST:
        return []
    found = (_grid(group, letters) for group in _crossing(lines))
    return [grid for grid in found if grid]


def _turned(ruling: Ruling) -> Ruling:
    """Level for upright: left and bottom change places."""
    return Ruling(ruling.bottom, ruling.left, ruling.top, ruling.right)


def _joined(level: list[Ruling]) -> list[Ruling]:
    """Pieces of one line, drawn cell by cell or twice, as one."""
    joined: list[Ruling] = []
    heights = _merged(sorted(ruling.bottom for ruling in level))
    at = {height: [r for r in level if _nearest(heights, r.bottom) == height] for height in heights}
    for height, pieces in at.items():
        pieces.sort(key=lambda ruling: ruling.left)
        left, right = pieces[0].left, pieces[0].right
        for piece in pieces[1:]:
            if piece.left > right + _NEAR:
                joined.append(Ruling(left, height, right, height))
                left = piece.left
            right = max(right, piece.right)
        joined.append(Ruling(left, height, right, height))
    return joined


def _merged(places: Sequence[float]) -> list[float]:
    kept: list[float] = []
    for place in places:
        if not kept or place - kept[-1] > _NEAR:
            kept.append(place)
    return kept


def _nearest(places: Sequence[float], place: float) -> float:
    return places[max(bisect_right(places, place) - 1, 0)]


def _crossing(lines: list[Ruling]) -> Iterator[list[Ruling]]:
    """Groups of lines that touch each other, directly or through others."""
    waiting = list(lines)
    while waiting:
        group, edge = [], [waiting.pop()]
        while edge:
            line = edge.pop()
            group.append(line)
            touching = [other for other in waiting if _touch(line, other)]
            waiting = [other for other in waiting if not _touch(line, other)]
            edge += touching
        yield group


def _touch(one: Ruling, other: Ruling) -> bool:
    return (
        one.left <= other.right + _NEAR
        and other.left <= one.right + _NEAR
        and one.bottom <= other.top + _NEAR
        and other.bottom <= one.top + _NEAR
    )


def _grid(lines: Sequence[Ruling], letters: Sequence[Letter]) -> Grid | None:
    upright = [line for line in lines if line.left == line.right]
    across = _merged(sorted(line.left for line in upright))
    down = _merged(sorted(line.bottom for line in lines if line.bottom == line.top))
    if len(across) < 3 or len(down) < 3:  # noqa: PLR2004  # two cells have three edges
        return None
    bounds = Grid(across[0], down[0], across[-1], down[-1], ())
    inside = [letter for letter in letters if letter.text == "\n" or bounds.holds(letter)]
    rows = [_row(band, across, upright, inside) for band in pairwise(down)]
    said = tuple(row for row in reversed(rows) if any(row))
    columns = [column for column in zip(*said, strict=True) if any(column)]
    too_long = any(len(cell) > _LONGEST_CELL for row in said for cell in row)
    if len(said) < 2 or len(columns) < 2 or too_long:  # noqa: PLR2004
        return None
    return replace(bounds, rows=tuple(zip(*columns, strict=True)))


def _row(
    band: tuple[float, float],
    across: Sequence[float],
    upright: Sequence[Ruling],
    letters: Sequence[Letter],
) -> tuple[str, ...]:
    """The cells between two level lines; one that spans several columns stands in its first."""
    bottom, top = band
    middle = (bottom + top) / 2
    walls = [line.left for line in upright if line.bottom - _NEAR <= middle <= line.top + _NEAR]
    edges = [place for place in across if any(abs(place - wall) <= _NEAR for wall in walls)]
    cells: list[list[str]] = [[] for _ in across[:-1]]
    for letter in letters:
        x, y = (letter.left + letter.right) / 2, (letter.bottom + letter.top) / 2
        if letter.text == "\n":
            for cell in cells:
                cell.append(" ")
        elif bottom <= y < top:
            edge = _nearest(edges, x) if edges else across[0]
            cells[min(across.index(edge), len(cells) - 1)].append(letter.text)
    return tuple(" ".join("".join(cell).split()) for cell in cells)
