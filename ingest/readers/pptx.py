"""Presentations: each slide a page, its title a heading, then what stands on it and its notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons, tables
from ingest.readers.office import HOSTILE, Package

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PRESENTATION = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")
_LISTED = ("body", "obj", "")  # placeholders whose lines are bullets; "" is the type left out
_FURNITURE = ("dt", "ftr", "hdr", "sldNum", "sldImg")  # said on every slide, or drawn
_LEAST = 200  # hundredths of a point: what is smaller is not seen


def read_pptx(data: bytes) -> Reading:
    try:
        return _reading(Package(data))
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _reading(package: Package) -> Reading:
    left: Counter[Hiding] = Counter()
    blocks: list[Block] = []
    for number, part in enumerate(_slides(package), start=1):
        if number > limits.PAGES:
            raise UnreadableFileError(reasons.TOO_LARGE)
        slide = package.tree(part)
        if slide.get("show") in ("0", "false"):
            left[Hiding.SLIDE] += 1
            continue
        blocks += _Slide(number, left).blocks(slide)
        blocks += _beside(package, part, number, left)
    title = next((b.text for b in blocks if b.page == 1 and b.kind is BlockKind.HEADING), "")
    return Reading(title, tuple(blocks), hidden.told(left))


def _slides(package: Package) -> Iterator[str]:
    """The slides' parts, in the order in which they are shown."""
    parts = {id_: part for id_, _, part in package.related(_PRESENTATION)}
    for slide in package.tree(_PRESENTATION).iterfind(f"{_P}sldIdLst/{_P}sldId"):
        if part := parts.get(slide.get(f"{_R}id")):
            yield part


def _beside(package: Package, part: str, number: int, left: Counter[Hiding]) -> Iterator[Block]:
    """What a slide keeps in parts of its own: diagrams, notes; comments are counted."""
    for _, kind, target in package.related(part):
        if kind == "diagramData":
            for paragraph in package.tree(target).iter(f"{_A}p"):
                if said := _text(paragraph, left):
                    yield Block(BlockKind.ITEM, said, number)
        elif kind == "notesSlide":
            yield from _Slide(number, left).blocks(package.tree(target), noted=True)
        elif kind == "comments":
            left[Hiding.COMMENT] += sum(
                str(element.tag).endswith("}cm") for element in package.tree(target).iter()
            )


class _Slide:
    def __init__(self, number: int, left: Counter[Hiding]) -> None:
        self._number = number
        self._left = left

    def blocks(self, slide: Any, *, noted: bool = False) -> list[Block]:
        """Titles first, whatever the order in which the shapes were drawn."""
        found = [block for tree in slide.iter(f"{_P}spTree") for block in self._shapes(tree, noted)]
        return sorted(found, key=lambda block: block.kind is not BlockKind.HEADING)

    def _shapes(self, tree: Any, noted: bool) -> Iterator[Block]:
        waiting = list(reversed(tree))
        while waiting:
            element = waiting.pop()
            if self._is_hidden(element):
                self._left[Hiding.TEXT] += any(
                    (t.text or "").strip() for t in element.iter(f"{_A}t")
                )
            elif element.tag == f"{_P}sp":
                yield from self._shape(element, noted)
            elif element.tag == f"{_A}tbl":
                yield from self._table(element)
            elif isinstance(element.tag, str) and not element.tag.endswith("}Fallback"):
                waiting.extend(reversed(element))

    def _is_hidden(self, element: Any) -> bool:
        named = element.find(f"*/{_P}cNvPr")
        return named is not None and named.get("hidden") in ("1", "true")

    def _shape(self, shape: Any, noted: bool) -> Iterator[Block]:
        place = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
        type_ = None if place is None else place.get("type", "")
        if type_ in _FURNITURE:
            return
        said = [_text(paragraph, self._left) for paragraph in shape.iter(f"{_A}p")]
        said = [text for text in said if text]
        if type_ in _TITLES and said:
            yield Block(BlockKind.HEADING, " ".join(said), self._number, level=1)
            return
        bulleted = type_ in _LISTED and len(said) > 1 and not noted
        kind = BlockKind.ITEM if bulleted else BlockKind.PARAGRAPH
        yield from (Block(kind, text, self._number) for text in said)

    def _table(self, table: Any) -> Iterator[Block]:
        rows = [
            [" ".join(_text(p, self._left) for p in cell.iter(f"{_A}p")).strip() for cell in row]
            for row in table.iterchildren(f"{_A}tr")
        ]
        yield from tables.blocks(rows, self._number)


def _text(paragraph: Any, left: Counter[Hiding]) -> str:
    words: list[str] = []
    for element in paragraph.iter(f"{_A}t", f"{_A}br"):
        if element.tag == f"{_A}br":
            words.append(" ")
            continue
        properties = element.getparent().find(f"{_A}rPr")
        if properties is not None and int(properties.get("sz", "1000")) <= _LEAST:
            left[Hiding.TEXT] += bool((element.text or "").strip())
            continue
        words.append(element.text or "")
    return " ".join("".join(words).split())
