"""Retrieval: from a question to the passages its asker may read, numbered and owned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest.collections import Collection, Trust
from ingest.index import Audience, Hit, Index, Query
from ingest.lexicon import Lexicon
from models.errors import WritingRevokedError
from models.ports import Embedder, Language
from server.ground import Ground
from server.lazy import Lazy
from server.outcomes import Citation
from server.standings import Standing, Standings
from server.store.lives import Key

DEEPER = 4
"""How many times as far a search reads again when some of what it found may not be shown."""


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
    standings: Standings
    clock: Callable[[], datetime]

    def find(self, wanted: Wanted, audience: Audience, limit: int) -> list[Hit]:
        """Hybrid search, or lexical search with the AI off: people find their documents anyway.

        What still holds comes before what is past its date, and a version after its heir.
        """
        query = self._query(wanted, audience)
        hits = self.index.get().search(query, audience, limit)
        shown = self.standings.ranked(hits)
        if len(shown) < len(hits):
            deeper = self.index.get().search(query, audience, limit * DEEPER)
            shown = self.standings.ranked(deeper)[:limit]
        return shown

    def ground(self, audience: Audience) -> Ground:
        """What an answer is to stand on; laid before its passages are looked for."""
        return Ground(self.standings, audience)

    def _query(self, wanted: Wanted, audience: Audience) -> Query:
        understood = self.lexicon.understand(wanted.question, wanted.language, audience)
        try:
            embedder = self.embedder.get()
            vector, digest = embedder.embed([understood.meaning]), embedder.identity.digest
        except WritingRevokedError:
            vector, digest = None, ""
        return Query(
            understood.words, vector, wanted.language, wanted.collections, digest, understood.also
        )

    def citations(
        self, hits: Sequence[Hit], masked: Mapping[str, str], audience: Audience
    ) -> tuple[Citation, ...]:
        """Each hit under its number, with who answers for its source, its age, what replaces it.

        `masked` gives, for each text, title and section, what may be shown of it.
        """
        described = self._described()
        standings = self.standings.of_hits(hits)
        today = self.clock().date()
        return tuple(
            _dated(
                _citation(n, hit, masked, described.get(hit.chunk.collection)),
                standings,
                audience,
                today,
            )
            for n, hit in enumerate(hits, start=1)
        )

    def contacts(self, passages: Sequence[Citation]) -> tuple[str, ...]:
        """Who answers for these passages: one line per collection, in their order."""
        described = self._described()
        names = dict.fromkeys(passage.collection for passage in passages)
        found = (described[name] for name in names if name in described)
        return tuple(f"{one.owner} <{one.contact}>" if one.contact else one.owner for one in found)

    def _described(self) -> dict[str, Collection]:
        return {found.name: found for found in self.standings.shelves.collections()}


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
        trust=collection.trust if collection else Trust.ORDINARY,
    )


def _dated(
    citation: Citation, standings: Mapping[Key, Standing], audience: Audience, today: date
) -> Citation:
    """The citation with what its document is worth today. Only what the asker may open is named."""
    key = (citation.collection, citation.document)
    standing = standings[key]
    last = standing.life.last
    open_heirs = [one.document for one in standing.heirs if one.readers & audience.groups]
    return replace(
        citation,
        owner=standing.owner,
        review_due=standing.due,
        state=standing.state,
        confirmed=standing.life.confirmed,
        age_days=(today - last).days if last else None,
        replaced_by=open_heirs[-1] if open_heirs else "",
        replaces=tuple(
            document
            for (name, document), other in standings.items()
            if key in {(heir.collection, heir.document) for heir in other.heirs}
            and name == citation.collection
        ),
    )
