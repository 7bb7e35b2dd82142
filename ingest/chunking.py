"""How a reading becomes one text, and the text passages of a size that can be found and cited."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from ingest.documents import BlockKind, Chunk, Document, Reading, Span
from models.segmentation import split

VERSION = "2"
"""Changes whenever the same text would be cut differently, so that it is indexed anew."""

SIZE = 600
"""Characters of a passage at most: a paragraph or two, what a small embedder reads whole.

MiniLM stops at 256 tokens, and French costs it one for every three characters.
"""

_BELOW = " › "
_NAMESPACE = uuid.UUID("5d0e4c1e-6a57-4f0e-9d3f-0c6e5b0f7a11")
# Control characters, unpaired surrogates, soft hyphens and byte-order marks: nobody wrote them.
_UNWRITTEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u00ad\ufeff\ud800-\udfff]")
_PILE = 30  # accents on one letter, at most. Source: UAX #15, Stream-Safe Text Format
# Where a higher pile may be: no run of letters of Western Europe is one.
_MAYBE_PILED = re.compile(f"[\u0300-\U0010ffff]{{{_PILE + 1},}}")


def document_text(reading: Reading) -> tuple[str, tuple[Span, ...]]:
    """The blocks as one NFC text, a newline between them, and where each one stands in it."""
    pieces: list[str] = []
    spans: list[Span] = []
    position = 0
    for block in reading.blocks:
        text = clean(block.text)
        if not text:
            continue
        end = position + len(text)
        spans.append(Span(position, end, block.kind, block.page, block.level))
        pieces.append(text)
        position = end + 1
    return "\n".join(pieces), tuple(spans)


def clean(text: str) -> str:
    """The text in NFC without characters that nobody wrote."""
    written = _UNWRITTEN.sub("", text)
    return unicodedata.normalize("NFC", _MAYBE_PILED.sub(_lowered, written)).strip()


def _lowered(run: re.Match[str]) -> str:
    """The run without the accents above a pile: ordering them takes the square of their number."""
    kept: list[str] = []
    height = 0
    for sign in run[0]:
        height = height + 1 if unicodedata.combining(sign) else 0
        if height <= _PILE:
            kept.append(sign)
    return "".join(kept)


def chunks(document: Document) -> tuple[Chunk, ...]:
    """The document's passages in reading order; `document.text[start:end]` is each one's text.

    A passage stays on one page, or under one top heading where there are no pages, ends where
    a sentence ends, and ends with a heading only where headings alone would fill it.
    """
    return tuple(
        _chunk(document, ordinal, unit) for ordinal, unit in enumerate(_packed(_units(document)))
    )


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut: a sentence or a short block, with the headings that announce it."""

    start: int
    end: int
    path: tuple[str, ...]
    page: int | None
    opens: bool = False  # it stands first under a top heading


@dataclass(slots=True)
class _Outline:
    """The headings above the place where the reader stands."""

    top: int
    headings: list[tuple[int, str]] = field(default_factory=list)
    announcing: _Unit | None = None  # headings read since the last body

    def enter(self, text: str, span: Span) -> Iterator[_Unit]:
        """Stand under this heading of the text; what is too long to announce it comes out."""
        while self.headings and self.headings[-1][0] >= span.level:
            self.headings.pop()
        self.headings.append((span.level, text[span.start : span.end]))
        for start, end in _pieces(text, span):
            if (above := self.announcing) and above.page == span.page and end - above.start > SIZE:
                yield above
                self.announcing = None
            self.announcing = self.unit(start, end, span)

    def unit(self, start: int, end: int, span: Span) -> _Unit:
        """The characters [start, end), from the heading before them on if it is on their page."""
        above = self.announcing
        opens = span.kind is BlockKind.HEADING and span.level <= self.top
        if above and above.page == span.page:
            start, opens = above.start, opens or above.opens
        return _Unit(start, end, self.path, span.page, opens)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)


def _packed(units: Iterator[_Unit]) -> Iterator[_Unit]:
    passage: _Unit | None = None
    for unit in units:
        if passage and _fits(passage, unit):
            path = _shared(passage.path, unit.path) if unit.opens else passage.path
            passage = replace(passage, end=unit.end, path=path)
            continue
        if passage:
            yield passage
        passage = unit
    if passage:
        yield passage


def _fits(passage: _Unit, unit: _Unit) -> bool:
    # A page's headings are told from their size alone: what is short stays together there.
    same_place = passage.page == unit.page and not (unit.opens and unit.page is None)
    return same_place and unit.end - passage.start <= SIZE


def _shared(path: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The headings above both: a passage of two sections is named after neither."""
    pairs = zip(path, other, strict=False)
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _units(document: Document) -> Iterator[_Unit]:
    spans = document.spans or _lines(document.text)
    outline = _Outline(_top_level(spans))
    for span in spans:
        if span.kind is BlockKind.HEADING:
            yield from outline.enter(document.text, span)
            continue
        for start, end in _pieces(document.text, span):
            yield outline.unit(start, end, span)
            outline.announcing = None
    if outline.announcing:
        yield outline.announcing


def _lines(text: str) -> tuple[Span, ...]:
    """Each line as a paragraph: what is left of a document whose blocks nobody kept."""
    lines = re.finditer(r"[^\n]+", text)
    return tuple(Span(line.start(), line.end(), BlockKind.PARAGRAPH) for line in lines)


def _top_level(spans: Sequence[Span]) -> int:
    """The shallowest level with two headings: a single one above them is the title."""
    levels = Counter(span.level for span in spans if span.kind is BlockKind.HEADING)
    return min((level for level, times in levels.items() if times > 1), default=0)


def _pieces(text: str, span: Span) -> Iterator[tuple[int, int]]:
    """The span whole where it fits in a passage, else its sentences, else as much as fits."""
    if span.end - span.start <= SIZE:
        yield span.start, span.end
        return
    for start, end in split(text[span.start : span.end]):
        yield from _fitting(text, span.start + start, span.start + end)


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SIZE:
        cut = text.rfind(" ", start + 1, start + SIZE)
        cut = cut if cut > 0 else start + SIZE
        yield start, cut
        start = cut + (text[cut] == " ")
    if end > start:
        yield start, end


def _chunk(document: Document, ordinal: int, unit: _Unit) -> Chunk:
    path = unit.path[1:] if unit.path[:1] == (document.title,) else unit.path
    key = "\0".join((document.collection, document.id, document.version, str(ordinal)))
    return Chunk(
        id=str(uuid.uuid5(_NAMESPACE, key)),
        collection=document.collection,
        document=document.id,
        version=document.version,
        title=document.title,
        section=_section(path),
        text=document.text[unit.start : unit.end],
        start=unit.start,
        end=unit.end,
        page=unit.page,
        url=document.url,
    )


def shared_section(one: str, other: str) -> str:
    """What stands above two passages: their section, or the headings that both are under."""
    return _BELOW.join(_shared(one.split(_BELOW), other.split(_BELOW)))


def _section(path: Sequence[str]) -> str:
    """The headings joined; where they are longer than a passage, the nearest ones are kept."""
    text = _BELOW.join(path)
    return text if len(text) <= SIZE else "…" + text[1 - SIZE :]
