"""A passage as Qdrant keeps it, in this process or on a server: one home for both adapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.index import Audience, Hit, Query
from ingest.words import indexed_text, without_elisions
from models.ports import Language

if TYPE_CHECKING:
    import qdrant_edge as qe

MEANING, TERMS, TITLE = "meaning", "terms", "title"
"""The vectors of a passage: what it means, the words it holds, and those of its title."""

READERS, COLLECTION, DOCUMENT = "readers", "collection", "document"
KEYWORDS = (READERS, COLLECTION, DOCUMENT, "language")
"""What passages are filtered by."""

EFFORT = 256
"""How many near passages the graph keeps in sight on its way: with the engine's own 100, a fifth of
the ten nearest of 100 000 were missed where one in four could be read."""

# Terms of a usual passage and of a usual title, once the empty words are gone.
_USUAL_TERMS, _USUAL_TITLE = 60.0, 6.0
_ALSO = 0.5  # what a word counts that was not asked for


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
    title: Terms
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
        title = _terms(titles.embed_document(without_elisions(document.title)))
        return [
            Point(
                chunk.id,
                row,
                _terms(bm25.embed_document(indexed_text(chunk))),
                title,
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
        return Terms(sorted(counted), [counted[index] for index in sorted(counted)])

    def _stems(self, text: str, language: Language) -> set[int]:
        """Without the language's empty words: "la" is rare in English documents, and empty."""
        own = self._bm25[language]
        words = without_elisions(text).split()
        bare = " ".join(word for word in words if own.embed_query(word).indices)
        return {index for model in self._bm25.values() for index in model.embed_query(bare).indices}


def hits_of(
    payloads: Mapping[str, dict[str, Any]], best: Sequence[tuple[str, float]], audience: Audience
) -> list[Hit]:
    """The passages that are still there, and still this audience's, in their order."""
    return [
        Hit(chunk_of(id_, payload), score)
        for id_, score in best
        if (payload := payloads.get(id_)) and audience.groups.intersection(payload[READERS])
    ]


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


def _bm25(language: Language, usual: float) -> qe.Bm25:
    import qdrant_edge as qe

    match language:
        case Language.FRENCH:
            name = "french"
        case Language.ENGLISH:
            name = "english"
    return qe.Bm25(qe.Bm25Config(language=name, ascii_folding=True, avg_len=usual))
