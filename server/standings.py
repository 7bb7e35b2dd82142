"""Standings: what a document is worth today, from its age, its owner and what replaced it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass, replace
from datetime import date, datetime

from ingest.collections import Collection
from ingest.freshness import Keeper, Life, State, Verdict, due_of, state_of
from ingest.index import Hit
from server.access import OPERATOR
from server.store.likenesses import Likenesses
from server.store.lives import Kept, Key, Lives
from server.store.people import People
from server.store.shelves import Shelves

OVERDUE = 0.7
"""What a passage past its date is worth: enough to be found alone, less than its heir."""

REPLACED = 0.5
"""What a passage is worth of which its owner said that another document replaces it."""

STEP = 0.01
"""How far below its heir an earlier version comes, as a share of the heir's score."""

LONGEST_LINE = 8
"""Versions followed from one to the next: a rule has few at the same time."""

UNKNOWN_LIFE = Life()


@dataclass(frozen=True, slots=True)
class Standing:
    """One document, today. `heirs` are what replaces it in its collection, the last one last."""

    state: State = State.FRESH
    due: date | None = None
    overdue: bool = False
    life: Life = UNKNOWN_LIFE
    owner: str = ""
    verdict: Verdict | None = None
    heirs: tuple[Kept, ...] = ()

    @property
    def barred(self) -> bool:
        """Whether nobody may find it."""
        return self.verdict is Verdict.WITHDRAWN or self.state is State.QUARANTINED


@dataclass(frozen=True, slots=True)
class Standings:
    """Reads what is known of documents and judges it; writes nothing."""

    shelves: Shelves
    lives: Lives
    likenesses: Likenesses
    people: People
    clock: Callable[[], datetime]

    def of(self, collection: Collection) -> dict[str, Standing]:
        """Every document of a collection, by its id."""
        kept = self.lives.in_collection(collection.name)
        judged = self._judged(kept.values(), {collection.name: collection})
        return {document: standing for (_, document), standing in judged.items()}

    def one(self, collection: Collection, document: str) -> Standing:
        """One document of a collection."""
        key = (collection.name, document)
        judged = self._judged(self.lives.of([key]).values(), {collection.name: collection})
        return judged.get(key) or _unknown(collection)

    def of_hits(self, hits: Sequence[Hit]) -> dict[Key, Standing]:
        """By collection and document. A text that was withdrawn is, under whatever name."""
        keys = {_key(hit) for hit in hits}
        described = {found.name: found for found in self.shelves.collections()}
        judged = self._judged(self.lives.of(keys).values(), described)
        withdrawn = self.lives.withdrawn({name for name, _ in keys})
        for hit in hits:
            standing = judged.setdefault(_key(hit), _unknown(described.get(hit.chunk.collection)))
            if (hit.chunk.collection, hit.chunk.version) in withdrawn:
                judged[_key(hit)] = replace(standing, verdict=Verdict.WITHDRAWN)
        return judged

    def barred(self, collection: Collection) -> frozenset[str]:
        """The documents that nobody may find, whoever their readers are."""
        found = self.of(collection)
        return frozenset(document for document, standing in found.items() if standing.barred)

    def ranked(self, hits: Sequence[Hit]) -> list[Hit]:
        """What may be found, best first: what still holds before what does not."""
        standings = self.of_hits(hits)
        weighed = [
            replace(hit, score=hit.score * freshness_weight(standings[_key(hit)]))
            for hit in hits
            if not standings[_key(hit)].barred
        ]
        return sorted(_below_heirs(weighed, standings), key=lambda hit: -hit.score)

    def _judged(
        self, kept: Iterable[Kept], described: Mapping[str, Collection]
    ) -> dict[Key, Standing]:
        found = {(one.collection, one.document): one for one in kept}
        lines = self._lines(found)
        withdrawn = self.lives.withdrawn({name for name, _ in found})
        keepers = {
            key: _keepers(described[one.collection], one.document)
            for key, one in found.items()
            if one.collection in described
        }
        active = self.people.activity({name for names in keepers.values() for name in names})
        today = self.clock().date()
        judged: dict[Key, Standing] = {}
        for key, one in found.items():
            text_withdrawn = (one.collection, one.version) in withdrawn
            judged[key] = _standing(
                replace(one, verdict=Verdict.WITHDRAWN) if text_withdrawn else one,
                described.get(one.collection),
                keeper_of(keepers.get(key, ()), active),
                today,
            )
            judged[key] = replace(judged[key], heirs=lines[key])
        return judged

    def _lines(self, found: Mapping[Key, Kept]) -> dict[Key, tuple[Kept, ...]]:
        """From each document to what replaces it, and on: said by its owner, or a later version."""
        known = dict(found)
        next_of: dict[Key, Key | None] = {}
        wanted: Several[Key] = found.keys()
        for _ in range(LONGEST_LINE):
            later = self.likenesses.later(wanted)
            for key in wanted:
                kept = known.get(key)
                heir = (kept.successor if kept else "") or later.get(key, "")
                confirmed = kept is not None and kept.verdict is Verdict.STILL_VALID
                next_of[key] = (key[0], heir) if heir and not confirmed else None
            wanted = {key for key in next_of.values() if key and key not in next_of}
            if not wanted:
                break
            known.update(self.lives.of(wanted))
        return {key: tuple(_line(key, next_of, known)) for key in found}


def freshness_weight(standing: Standing) -> float:
    """What a score is multiplied with. Near its date a document still holds: nothing is lost."""
    if standing.verdict is Verdict.REPLACED:
        return REPLACED
    return OVERDUE if standing.overdue else 1.0


def keeper_of(names: Sequence[str], active: Mapping[str, bool]) -> Keeper:
    """Whether one of these people can be asked. The operator, who holds the machine, always can."""
    if any(name == OPERATOR or active.get(name) for name in names):
        return Keeper.PRESENT
    return Keeper.GONE if all(name in active for name in names) else Keeper.UNKNOWN


def _standing(kept: Kept, collection: Collection | None, keeper: Keeper, today: date) -> Standing:
    if collection is None:
        return Standing(life=kept.life, verdict=kept.verdict)
    terms = collection.terms_of(kept.document)
    due = due_of(terms, kept.life)
    return Standing(
        state=state_of(terms, kept.life, today, keeper),
        due=due,
        overdue=due is not None and due < today,
        life=kept.life,
        owner=collection.owner_of(kept.document),
        verdict=kept.verdict,
    )


def _unknown(collection: Collection | None) -> Standing:
    """Of a document that the index knows and the store does not."""
    return Standing(owner=collection.owner if collection else "")


def _keepers(collection: Collection, document: str) -> tuple[str, ...]:
    named = (collection.owner_of(document), collection.deputy)
    return tuple(name for name in named if name)


def _below_heirs(hits: Sequence[Hit], standings: Mapping[Key, Standing]) -> Iterator[Hit]:
    """The same hits; no earlier version stands above the best passage of what replaces it."""
    best: dict[Key, float] = {}
    for hit in hits:
        best[_key(hit)] = max(best.get(_key(hit), hit.score), hit.score)
    ceilings: dict[Key, float] = {}

    def ceiling(key: Key) -> float:
        if key not in ceilings:
            ceilings[key] = best[key]  # of two that replace each other, neither is higher
            above = [
                ceiling(heir)
                for one in standings[key].heirs
                if (heir := (one.collection, one.document)) in best
            ]
            highest = [score - STEP * abs(score) for score in above]
            ceilings[key] = min([best[key], *highest])
        return ceilings[key]

    for hit in hits:
        yield replace(hit, score=hit.score - best[_key(hit)] + ceiling(_key(hit)))


def _line(
    start: Key, next_of: Mapping[Key, Key | None], known: Mapping[Key, Kept]
) -> Iterator[Kept]:
    seen = {start}
    below, key = start, next_of.get(start)
    while key and key not in seen and not _contradicted(below, key, next_of, known):
        seen.add(key)
        if key in known:
            yield known[key]
        below, key = key, next_of.get(key)


def _contradicted(
    below: Key, above: Key, next_of: Mapping[Key, Key | None], known: Mapping[Key, Kept]
) -> bool:
    """Whether the owner said the contrary of what the dates in two names say."""
    said = known.get(above)
    return next_of.get(above) == below and said is not None and said.successor == below[1]


def _key(hit: Hit) -> Key:
    return hit.chunk.collection, hit.chunk.document
