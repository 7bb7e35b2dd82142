"""A passage as Qdrant keeps it, in this process or on a server: one home for both adapters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

import numpy as np

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.fusion import IN_TITLE, Ranking, fused, nearness
from ingest.identifiers import identifiers
from ingest.index import Audience, Held, Hit, Query
from ingest.words import indexed_text, named_in, without_elisions
from models.ports import Language

if TYPE_CHECKING:
    import qdrant_edge as qe

MEANING, TERMS = "meaning", "terms"
"""The vectors of a passage: what it means, and the words it holds."""

EXACT = "exact"
"""A search for the identifiers among the terms."""

READERS, COLLECTION, DOCUMENT = "readers", "collection", "document"
KEYWORDS = (READERS, COLLECTION, DOCUMENT, "language")
"""What passages are filtered by."""

PAGE = 256
"""Passages read together, of those that are all read one after the other."""

EFFORT = 256
"""How many near passages the graph keeps in sight on its way: with the engine's own 100, a fifth of
the ten nearest of 100 000 were missed where one in four could be read."""

# Terms of a usual passage and of a usual title, once the empty words are gone.
_USUAL_TERMS, _USUAL_TITLE = 60.0, 6.0
_ALSO = 0.5  # what a word counts that was not asked for
_TITLE = 0x5BD1_E995  # makes another number of a term: the same word, in the title
_NAMED = 0x1B87_3593  # begins the number of an identifier


@dataclass(frozen=True, slots=True)
class Terms:
    """A text's words for BM25: their numbers, and how much each counts."""

    indices: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True)
class Point:
    """A passage to be kept. Without `meaning` it is found by its words alone."""

    id: str
    meaning: list[float] | None
    terms: Terms
    payload: dict[str, Any]


class Words:
    """Which terms stand for a text: the engine's own BM25, in the languages that Vigie speaks."""

    def __init__(self) -> None:
        self._bm25 = {language: _bm25(language, _USUAL_TERMS) for language in Language}
        self._titles = {language: _bm25(language, _USUAL_TITLE) for language in Language}

    def points(self, document: Document, embedded: EmbeddedChunks) -> list[Point]:
        """A document's passages as they are kept."""
        rows = (
            [None] * len(embedded.chunks)
            if embedded.vectors is None
            else [row.tolist() for row in embedded.vectors]
        )
        bm25, titles = self._bm25[document.language], self._titles[document.language]
        title = titles.embed_document(without_elisions(document.title))
        return [
            Point(
                chunk.id,
                row,
                _terms(bm25.embed_document(indexed_text(chunk)), title, named_in(chunk)),
                payload_of(document, chunk),
            )
            for chunk, row in zip(embedded.chunks, rows, strict=True)
        ]

    def asked(self, query: Query) -> Terms:
        """The question's words as both languages stem them: each document knows its own stems.

        One ranking for both languages, so that their scores compare; where the stems differ,
        the other language's match nothing.
        """
        also = self._stems(" ".join(query.also), query.language)
        counted = dict.fromkeys(also, _ALSO) | dict.fromkeys(
            self._stems(query.text, query.language), 1.0
        )
        counted |= {_in_title(index): value for index, value in counted.items()}
        return Terms(sorted(counted), [counted[index] for index in sorted(counted)])

    @staticmethod
    def named(query: Query) -> Terms:
        """The identifiers in the question, each as much as another: how rare it is, decides."""
        indices = sorted({_named(one) for one in identifiers(query.text)})
        return Terms(indices, [1.0] * len(indices))

    def _stems(self, text: str, language: Language) -> set[int]:
        """Without the language's empty words: "la" is rare in English documents, and empty."""
        own = self._bm25[language]
        words = without_elisions(text).split()
        bare = " ".join(word for word in words if own.embed_query(word).indices)
        return {index for model in self._bm25.values() for index in model.embed_query(bare).indices}


class Found(Protocol):
    """What an engine gives back of a passage."""

    @property
    def id(self) -> object: ...

    @property
    def payload(self) -> dict[str, Any] | None: ...


class Kept(Found, Protocol):
    @property
    def vector(self) -> Any: ...


class Scored(Found, Protocol):
    @property
    def score(self) -> float: ...


class Engine(Protocol):
    """One question put to an engine in several searches, the reader filter in each."""

    def search(self, *, whole: bool) -> Iterable[tuple[str, Sequence[Scored]]]:
        """What is found by MEANING, TERMS and EXACT; payloads only where they are wanted whole."""
        ...

    def retrieve(self, ids: list[str]) -> Iterable[Found]:
        """Those of these passages that are still there."""
        ...


def answered(engine: Engine, audience: Audience, limit: int) -> list[Hit]:
    """The searches fused. A document that is rewritten meanwhile is in there, old or new."""
    rankings = {by: _ranking(found) for by, found in engine.search(whole=False)}
    best = _best(rankings, limit)
    payloads = _payloads(engine.retrieve([id_ for id_, _ in best]))
    if len(payloads) < len(best):
        searches = dict(engine.search(whole=True))
        rankings = {by: _ranking(found) for by, found in searches.items()}
        best = _best(rankings, limit)
        payloads = _payloads(chain.from_iterable(searches.values()))
    near = nearness(rankings.get(MEANING, {}), rankings.get(TERMS, {}))
    return [
        Hit(chunk_of(id_, payload), score, near(id_))
        for id_, score in best
        # Its readers may have changed between being found and being read.
        if audience.groups.intersection((payload := payloads[id_])[READERS])
    ]


def _best(rankings: Mapping[str, Ranking], limit: int) -> list[tuple[str, float]]:
    summed = (rankings[by] for by in (MEANING, TERMS) if by in rankings)
    return fused(summed, limit, rankings.get(EXACT))


def _ranking(search: Sequence[Scored]) -> Ranking:
    return {str(one.id): one.score for one in search}


def _payloads(found: Iterable[Found]) -> dict[str, dict[str, Any]]:
    return {str(one.id): one.payload or {} for one in found}


def held_of(page: Iterable[Kept]) -> Iterator[Held]:
    """The passages of a page that have a vector."""
    for one in page:
        if MEANING in (vectors := one.vector or {}):
            chunk = chunk_of(str(one.id), one.payload or {})
            yield Held(chunk, np.asarray(vectors[MEANING], dtype=np.float32))


def payload_of(document: Document, chunk: Chunk) -> dict[str, Any]:
    return {
        READERS: sorted(document.readers),
        COLLECTION: chunk.collection,
        DOCUMENT: chunk.document,
        "language": document.language.value,
        "version": chunk.version,
        "title": chunk.title,
        "section": chunk.section,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "url": chunk.url,
    }


def chunk_of(id_: str, payload: dict[str, Any]) -> Chunk:
    return Chunk(
        id=id_,
        collection=payload[COLLECTION],
        document=payload[DOCUMENT],
        version=payload["version"],
        title=payload["title"],
        section=payload["section"],
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        page=payload.get("page"),
        url=payload.get("url"),
    )


def _terms(text: qe.SparseVector, title: qe.SparseVector, named: Iterable[str]) -> Terms:
    values = dict(zip(text.indices, text.values, strict=True))
    values |= {
        _in_title(index): value * IN_TITLE
        for index, value in zip(title.indices, title.values, strict=True)
    }
    values |= {_named(identifier): 1.0 for identifier in named}
    return Terms(list(values), list(values.values()))


def _named(identifier: str) -> int:
    return crc32(identifier.encode(), _NAMED)


def _in_title(index: int) -> int:
    return index ^ _TITLE


def _bm25(language: Language, usual: float) -> qe.Bm25:
    import qdrant_edge as qe

    match language:
        case Language.FRENCH:
            name = "french"
        case Language.ENGLISH:
            name = "english"
    return qe.Bm25(qe.Bm25Config(language=name, ascii_folding=True, avg_len=usual))
