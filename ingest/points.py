"""A passage as Qdrant keeps it, in this process or on a server: one home for both adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.index import Query
from ingest.words import indexed_text, without_elisions
from models.ports import Language

if TYPE_CHECKING:
    import qdrant_edge as qe

MEANING, TERMS = "meaning", "terms"
"""The vectors of a passage: what it means, and the words it holds."""

READERS, COLLECTION, DOCUMENT = "readers", "collection", "document"
KEYWORDS = (READERS, COLLECTION, DOCUMENT, "language")
"""What passages are filtered by."""

EFFORT = 256
"""How many near passages the graph keeps in sight on its way: with the engine's own 100, a fifth of
the ten nearest of 100 000 were missed where one in four could be read."""

_USUAL_TERMS = 60.0  # terms of a usual passage, once the empty words are gone


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
        self._bm25 = {language: _bm25(language) for language in Language}

    def points(self, document: Document, embedded: EmbeddedChunks) -> list[Point]:
        """A document's passages as they are kept."""
        rows = (
            [None] * len(embedded.chunks)
            if embedded.vectors is None
            else [row.tolist() for row in embedded.vectors]
        )
        bm25 = self._bm25[document.language]
        return [
            Point(
                chunk.id,
                row,
                _terms(bm25.embed_document(indexed_text(chunk))),
                payload_of(document, chunk),
            )
            for chunk, row in zip(embedded.chunks, rows, strict=True)
        ]

    def asked(self, query: Query) -> Terms:
        """The question's words as both languages stem them: each document knows its own stems.

        One ranking for both languages, so that their scores compare; where the stems differ,
        the other language's match nothing. The empty words of the question's own language are
        left out of both: "la" is rare in English documents, and says nothing there.
        """
        own = self._bm25[query.language]
        words = without_elisions(query.text).split()
        bare = " ".join(word for word in words if own.embed_query(word).indices)
        found = {
            index for model in self._bm25.values() for index in model.embed_query(bare).indices
        }
        return Terms(sorted(found), [1.0] * len(found))


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


def _terms(found: qe.SparseVector) -> Terms:
    return Terms(list(found.indices), list(found.values))


def _bm25(language: Language) -> qe.Bm25:
    import qdrant_edge as qe

    match language:
        case Language.FRENCH:
            name = "french"
        case Language.ENGLISH:
            name = "english"
    return qe.Bm25(qe.Bm25Config(language=name, ascii_folding=True, avg_len=_USUAL_TERMS))
