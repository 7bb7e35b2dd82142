"""Documents as their readers see them, opened at a passage, and the search that needs no AI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from ingest.corrections import NO_CORRECTION
from ingest.documents import BlockKind, Chunk, Document, Span
from models.quoting import Highlights
from models.words import guess_language
from server.naming import Names
from server.retrieval import Wanted
from server.web.visits import AnyVisit, Asker

router = APIRouter()

HITS = 10


class Spot(BaseModel):
    """Characters [start, end) of one version of a document; of any version when it is empty."""

    start: int = Field(0, ge=0)
    end: int = Field(0, ge=0)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a block; `marked` when it belongs to the passage, `first` at its beginning."""

    text: str
    marked: bool
    first: bool = False


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block as it is shown. `page` is set where a new page begins."""

    kind: BlockKind
    level: int
    page: int | None
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the passage stands: the headings above it and its page."""

    section: str
    page: int | None


@router.get("/documents/{collection}/{id_:path}")
def document_page(
    visited: AnyVisit,
    person: Asker,
    collection: str,
    id_: str,
    spot: Annotated[Spot, Query()],
) -> HTMLResponse:
    vigie, library = visited.web.vigie, visited.web.vigie.library
    document = library.open(
        collection, vigie.names.meant(collection, id_, library.ids(collection)), person
    )
    shelf = library.collection(collection)
    changed = spot.version not in ("", document.version)
    passage = range(0) if changed else range(spot.start, min(spot.end, len(document.text)))
    return visited.page(
        "document.html",
        document=document,
        shelf=shelf,
        standing=library.standing(document),
        changed=changed,
        marked=len(passage) > 0,
        place=place_of(document, passage),
        blocks=_without_title(list(blocks_of(document, passage)), document.title),
    )


@router.get("/search")
async def search_page(
    visited: AnyVisit, person: Asker, q: str = "", *, exact: bool = False
) -> HTMLResponse:
    vigie, threads = visited.web.vigie, visited.web.threads
    passages: list[tuple[Chunk, Highlights]] = []
    correction, relevant = NO_CORRECTION, True
    redacted: Mapping[str, int] = {}
    if q.strip():
        wanted = Wanted(q, guess_language(q), exact=exact)
        looked = await threads.run(
            threads.search, lambda: vigie.searching.look(wanted, person, HITS)
        )
        found, redacted = looked.found, looked.redacted
        chunks = [_linked(vigie.names, hit.chunk) for hit in found.hits]
        marked = found.highlights([chunk.text for chunk in chunks])
        passages = list(zip(chunks, marked, strict=True))
        correction, relevant = found.correction, found.relevant
    return visited.page(
        "search.html",
        question=q,
        passages=passages,
        correction=correction,
        relevant=relevant,
        redacted=redacted,
        state=vigie.switch.state(),
    )


def _linked(names: Names, chunk: Chunk) -> Chunk:
    """The passage under the name by which its document is linked: addresses are written down."""
    return replace(chunk, document=names.public(chunk.collection, chunk.document))


def _without_title(blocks: list[ShownBlock], title: str) -> list[ShownBlock]:
    """Without a first heading that only repeats the title above it."""
    if blocks and blocks[0].stretches == (Stretch(title, marked=False),):
        return blocks[1:]
    return blocks


def blocks_of(document: Document, passage: range) -> Iterator[ShownBlock]:
    """The document block by block, cut where the passage begins and ends."""
    page, begun = None, False
    for span in _spans(document):
        stretches = tuple(_stretches(document.text, span, passage, begun=begun))
        begun = begun or any(stretch.marked for stretch in stretches)
        yield ShownBlock(span.kind, span.level, span.page if span.page != page else None, stretches)
        page = span.page


def place_of(document: Document, passage: range) -> Place:
    """The headings above a passage, and its page; empty without a passage."""
    headings: list[Span] = []
    for span in _spans(document):
        if not passage or span.start > passage.start:
            break
        if span.kind is BlockKind.HEADING:
            headings = [one for one in headings if one.level < span.level]
            headings.append(span)
        if passage.start < span.end:
            return Place(_path(document, headings), span.page)
    return Place("", None)


def _path(document: Document, headings: list[Span]) -> str:
    return " › ".join(document.text[span.start : span.end] for span in headings)


def _spans(document: Document) -> tuple[Span, ...]:
    """The document's blocks; one paragraph for a text whose blocks are not known."""
    return document.spans or (Span(0, len(document.text), BlockKind.PARAGRAPH),)


def _stretches(text: str, span: Span, passage: range, *, begun: bool) -> Iterator[Stretch]:
    start = min(max(passage.start, span.start), span.end)
    end = min(max(passage.stop, start), span.end)
    pieces = ((span.start, start, False), (start, end, True), (end, span.end, False))
    for begin, stop, marked in pieces:
        if begin < stop:
            yield Stretch(text[begin:stop], marked and bool(passage), marked and not begun)
