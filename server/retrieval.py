"""Retrieval: from a question to the passages its asker may read, numbered and owned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.collections import Collection
from ingest.index import Audience, Hit, Index, Query
from models.ports import Embedder, Language
from server.lazy import Lazy
from server.outcomes import Citation
from server.store.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches by words and by meaning, or by words alone when no model may be called."""

    index: Lazy[Index]
    embedder: Lazy[Embedder]
    shelves: Shelves

    def find(self, question: str, language: Language, audience: Audience, limit: int) -> list[Hit]:
        """Hybrid search: words and meaning."""
        vector = self.embedder.get().embed([question])
        return self.index.get().search(Query(question, vector, language), audience, limit)

    def find_words(
        self, question: str, language: Language, audience: Audience, limit: int
    ) -> list[Hit]:
        """Lexical search: calls no model of any kind."""
        return self.index.get().search(Query(question, None, language), audience, limit)

    def citations(self, hits: Sequence[Hit], quotes: Sequence[str]) -> tuple[Citation, ...]:
        """Each hit under its number, with its masked quote and who answers for its source."""
        described = {found.name: found for found in self.shelves.collections()}
        return tuple(
            _citation(n, hit, quote, described.get(hit.chunk.collection))
            for n, (hit, quote) in enumerate(zip(hits, quotes, strict=True), start=1)
        )

    def contacts(self, passages: Sequence[Citation]) -> tuple[str, ...]:
        """Who answers for these passages: one line per collection, in their order."""
        described = {found.name: found for found in self.shelves.collections()}
        names = dict.fromkeys(passage.collection for passage in passages)
        found = (described[name] for name in names if name in described)
        return tuple(f"{one.owner} <{one.contact}>" if one.contact else one.owner for one in found)


def _citation(n: int, hit: Hit, quote: str, collection: Collection | None) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        collection=chunk.collection,
        document=chunk.document,
        version=chunk.version,
        title=chunk.title,
        section=chunk.section,
        quote=quote,
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        url=chunk.url,
        owner=collection.owner if collection else "",
        review_due=collection.review_due_of(chunk.document) if collection else None,
    )
