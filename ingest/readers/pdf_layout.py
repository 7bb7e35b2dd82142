"""From letters and lines drawn on a page to what it says: tables, columns, paragraphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.readers.pdf_grids import Grid
from ingest.readers.pdf_letters import Letter

_GAP = 1.5  # of a letter's height: wider than any space between words
_ALIGNED = 3  # lines that share a gutter make columns
_PROSE = 25  # letters of a stretch that is part of a sentence, not a cell
_HEADING = 150  # letters: more is a paragraph in large type
_LARGER, _RARE, _LEVELS = 1.15, 0.25, 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one line without a wide gap between them."""

    text: str
    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text; its height is that of its tallest letters, in points."""

    text: str
    height: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `ruled` ones begin with the names of their columns."""

    rows: tuple[tuple[str, ...], ...]
    ruled: bool = True


def layout(letters: Sequence[Letter], grids: Sequence[Grid]) -> list[Line | Table]:
    """What stands on the page in reading order: that of the file, but column after column."""
    found: list[Line | Table] = []
    waiting = list(grids)
    flow: list[Letter] = []
    for letter in letters:
        grid = next((grid for grid in grids if letter.text != "\n" and grid.holds(letter)), None)
        if grid is None:
            flow.append(letter)
        elif grid in waiting:  # where its first letter stands; the others are in it
            waiting.remove(grid)
            found += [*_flow(flow), Table(grid.rows)]
            flow = []
    return [*found, *_flow(flow)]


def _flow(letters: Sequence[Letter]) -> Iterator[Line | Table]:
    lines = [_stretches(line) for line in _lines(letters)]
    start = 0
    while start < len(lines):
        end = _same_gutters(lines, start)
        if end - start < _ALIGNED:
            yield _line(lines[start])
            start += 1
            continue
        yield from _columns(lines[start:end])
        start = end


def _lines(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    line: list[Letter] = []
    for letter in letters:
        if letter.text == "\n":
            yield line
            line = []
        else:
            line.append(letter)
    yield line


def _stretches(line: Sequence[Letter]) -> list[Stretch]:
    """The line cut where a gap is wider than spaces are."""
    inked = [letter for letter in line if letter.text.strip()]
    if not inked:
        return []
    height = median(letter.top - letter.bottom for letter in inked)
    pieces: list[list[Letter]] = [[]]
    before = None
    for letter in line:
        if letter.text.strip():
            if before and letter.left - before.right > height * _GAP:
                pieces.append([])
            before = letter
        pieces[-1].append(letter)
    return [_stretch(piece) for piece in pieces]


def _stretch(letters: Sequence[Letter]) -> Stretch:
    inked = [letter for letter in letters if letter.text.strip()]
    return Stretch(
        text="".join(letter.text for letter in letters).strip(),
        left=min(letter.left for letter in inked),
        right=max(letter.right for letter in inked),
        height=max(letter.top - letter.bottom for letter in inked),
    )


def _line(stretches: Sequence[Stretch]) -> Line:
    if not stretches:
        return Line("", 0)
    text = " ".join(stretch.text for stretch in stretches)
    return Line(text, max(stretch.height for stretch in stretches))


def _same_gutters(lines: Sequence[Sequence[Stretch]], start: int) -> int:
    """Where the lines end that leave the same strips of the page white, and write beside them."""
    width = len(lines[start])
    gutters = [(float("-inf"), float("inf"))] * (width - 1)
    for number in range(start, len(lines)):
        if len(lines[number]) != width or width == 1:
            return number
        gutters = [
            (max(left, before.right), min(right, after.left))
            for (left, right), (before, after) in zip(gutters, pairwise(lines[number]), strict=True)
        ]
        if any(left >= right for left, right in gutters):
            return number
    return len(lines)


def _columns(lines: Sequence[Sequence[Stretch]]) -> Iterator[Line | Table]:
    """Columns of prose, one after the other; of short cells, a table."""
    sides = list(zip(*lines, strict=True))
    if all(median(len(stretch.text) for stretch in side) >= _PROSE for side in sides):
        yield from (_line([stretch]) for side in sides for stretch in side)
        return
    yield Table(tuple(tuple(stretch.text for stretch in line) for line in lines), ruled=False)


def heading_level(part: Line | Table, sizes: Sequence[int]) -> int:
    """Which heading of these sizes a part is, from 1; 0 for all else."""
    if isinstance(part, Table) or round(part.height) not in sizes:
        return 0
    named = len(part.text) <= _HEADING and any(sign.isalpha() for sign in part.text)
    return sizes.index(round(part.height)) + 1 if named else 0


def heading_sizes(lines: Sequence[Line]) -> list[int]:
    """The sizes of headings, the largest first: larger than most letters, and rare."""
    letters: Counter[int] = Counter()
    for line in lines:
        letters[round(line.height)] += len(line.text)
    body, most = letters.most_common(1)[0] if letters else (0, 0)
    larger = [size for size in letters if size > body * _LARGER and letters[size] < most * _RARE]
    return sorted(larger, reverse=True)[:_LEVELS]
