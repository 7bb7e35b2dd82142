"""The ground of an answer: its passages, as long as their documents stand for who asks."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence

from ingest.index import Audience, Hit
from server.standings import Standings


class Ground:
    """Asks the store only when something there changed since it was last asked.

    It is laid before the search: what is withdrawn between the two is noticed.
    """

    def __init__(self, standings: Standings, audience: Audience) -> None:
        self._standings = standings
        self._audience = audience
        self._seen = standings.shelves.changes
        self._lost: frozenset[int] = frozenset()

    def holds(self, hits: Sequence[Hit], cited: Several[int]) -> bool:
        """Whether the asker may still read what these numbers stand for, and nobody withdrew it."""
        changes = self._standings.shelves.changes
        if changes != self._seen:
            self._lost |= self._lost_of(hits)
            self._seen = changes
        return self._lost.isdisjoint(cited)

    def _lost_of(self, hits: Sequence[Hit]) -> frozenset[int]:
        standings = self._standings.of_hits(hits)
        readers = self._standings.shelves.readers_of(standings)
        gone = {
            key
            for key, standing in standings.items()
            if standing.barred or not readers.get(key, frozenset()) & self._audience.groups
        }
        return frozenset(
            n
            for n, hit in enumerate(hits, start=1)
            if (hit.chunk.collection, hit.chunk.document) in gone
        )
