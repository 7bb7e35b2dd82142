"""Retrieval: from a question to the passages its asker may read, numbered and owned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.collections import Collection
from ingest.index import Audience, Hit, Index, Query
from ingest.lexicon import Lexicon
from models.errors import WritingRevokedError
from models.ports import Embedder, Language
from server.lazy import Lazy
from server.outcomes import Citation
from server.store.shelves import Shelves

OVERDUE = 0.7
"""What a passage past its review date is worth: enough to be found alone, less than its heir."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, in which language, and where; None: wherever the audience may read."""

    question: str
    language: Language
    collections: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches by words and by meaning; by words alone when no model may be called."""

    index: Lazy[Index]
    embedder: Lazy[Embedder]
    lexicon: Lexicon
    shelves: Shelves
    clock: Callable[[], datetime]

    def find(self, wanted: Wanted, audience: Audience, limit: int) -> list[Hit]:
        """Hybrid search, or lexical search with the AI off: people find their documents anyway.

        What still holds comes before what is past its review date.
        """
        hits = self.index.get().search(self._query(wanted, audience), audience, limit)
        return sorted(self._weighed(hits), key=lambda hit: -hit.score)

    def _query(self, wanted: Wanted, audience: Audience) -> Query:
        understood = self.lexicon.understand(wanted.question, wanted.language, audience)
        try:
            vector = self.embedder.get().embed([understood.meaning])
        except WritingRevokedError:
            vector = None
        return Query(
            understood.words, vector, wanted.language, wanted.collections, also=understood.also
        )

    def _weighed(self, hits: Sequence[Hit]) -> Iterator[Hit]:
        described, today = self._described(), self.clock().date()
        for hit in hits:
            collection = described.get(hit.chunk.collection)
            due = collection.review_due_of(hit.chunk.document) if collection else None
            overdue = due is not None and due < today
            yield replace(hit, score=hit.score * OVERDUE) if overdue else hit

    def citations(self, hits: Sequence[Hit], masked: Mapping[str, str]) -> tuple[Citation, ...]:
        """Each hit under its number, with who answers for its source.

        `masked` gives, for each text, title and section, what may be shown of it.
        """
        described = self._described()
        return tuple(
            _citation(n, hit, masked, described.get(hit.chunk.collection))
            for n, hit in enumerate(hits, start=1)
        )

    def contacts(self, passages: Sequence[Citation]) -> tuple[str, ...]:
        """Who answers for these passages: one line per collection, in their order."""
        described = self._described()
        names = dict.fromkeys(passage.collection for passage in passages)
        found = (described[name] for name in names if name in described)
        return tuple(f"{one.owner} <{one.contact}>" if one.contact else one.owner for one in found)

    def _described(self) -> dict[str, Collection]:
        return {found.name: found for found in self.shelves.collections()}


def _citation(
    n: int, hit: Hit, masked: Mapping[str, str], collection: Collection | None
) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        collection=chunk.collection,
        document=chunk.document,
        version=chunk.version,
        title=masked[chunk.title],
        section=masked[chunk.section],
        quote=masked[chunk.text],
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        url=chunk.url,
        owner=collection.owner if collection else "",
        review_due=collection.review_due_of(chunk.document) if collection else None,
    )
