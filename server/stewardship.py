"""Stewardship: owners say whether documents hold, and see what it cost where they no longer did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.collections import Collection
from ingest.freshness import State, Verdict
from ingest.likeness import Likeness
from server.access import Person, Right, check, keeps, may
from server.audit.citing import Cited
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.comparing import compare
from server.errors import AccessDeniedError, InvalidInputError, NotFoundError
from server.library import Library
from server.naming import Names
from server.standings import Standing, Standings
from server.store.lives import Kept, Word


@dataclass(frozen=True, slots=True)
class Judgement:
    """What someone says of a document, or of every document of a collection."""

    collection: str
    verdict: Verdict
    document: str | None = None  # None: all of them that this person answers for
    by_document: str = ""  # what replaces it
    since: date | None = None  # when it stopped to hold, if that is known


@dataclass(frozen=True, slots=True)
class Damage:
    """What was answered from a document after it stopped to hold; never what was asked."""

    document: str
    since: date
    days: int
    records: tuple[str, ...]

    @property
    def total(self) -> int:
        """Answers × days overdue, by which owners know where to begin."""
        return len(self.records) * self.days


@dataclass(frozen=True, slots=True)
class Due:
    """A document that its owner should look at, with what it cost so far."""

    document: str
    title: str
    standing: Standing
    damage: Damage | None

    @property
    def harm(self) -> int:
        return self.damage.total if self.damage else 0


@dataclass(frozen=True, slots=True)
class Dues:
    """A collection's documents that need a word, and what the same and others cost so far."""

    documents: list[Due]
    damage: list[Damage]


@dataclass(frozen=True, slots=True)
class Stewardship:
    """What owners and deputies do for their collections; an admin may do it in their place."""

    library: Library
    standings: Standings
    record: AuditLog
    clock: Callable[[], datetime]
    names: Names

    def collections(self, person: Person) -> list[Collection]:
        """Those for which this person answers, wholly or for one document. May be none."""
        check(person, Right.KEEP_FRESH)
        every = [shelf.collection for shelf in self.library.shelves()]
        return [one for one in every if keeps(person, _keepers(one))]

    def judge(self, said: Judgement, by: Person) -> int:
        """Put a word on the record, then act on it; how many documents it is about.

        What is withdrawn is found by nobody when this returns. Raises AccessDeniedError,
        NotFoundError, InvalidInputError.
        """
        collection = self._kept_by(said.collection, by)
        everything = self.standings.lives.in_collection(said.collection)
        theirs = [one for one in everything.values() if _theirs(by, collection, one.document)]
        chosen = _chosen(said, theirs)
        _check_said(said, everything, self._today())
        words = {kept.document: self._word(said, collection, kept) for kept in chosen}
        self.record.append(self._event(said, chosen, by))
        for kept in chosen:
            self.standings.lives.say(kept, words[kept.document])
        self.library.enforce(said.collection)
        return len(chosen)

    def _event(self, said: Judgement, chosen: list[Kept], by: Person) -> Event:
        facts: dict[str, Json] = {
            "verdict": said.verdict.value,
            "documents": len(chosen),
            "since": said.since.isoformat() if said.since else None,
        }
        if said.document is not None:
            public = self.names.public(said.collection, said.document)
            facts |= {"document": public, "version": chosen[0].version}
        if said.by_document:
            facts["by_document"] = self.names.public(said.collection, said.by_document)
        return Event(EventKind.DOCUMENTS_JUDGED, said.collection, by.pseudonym, facts)

    def _word(self, said: Judgement, collection: Collection, kept: Kept) -> Word:
        if said.verdict is Verdict.STILL_VALID:
            return Word(said.verdict, confirmed=self._today())
        known = self.standings.one(collection, kept.document)
        first = known.due + timedelta(days=1) if known.due and known.overdue else self._today()
        return Word(said.verdict, kept.life.confirmed, said.by_document, said.since or first)

    def due(self, name: str, by: Person) -> Dues:
        """What this person should look at: all that is not fresh, the most harmful first."""
        collection = self._kept_by(name, by)
        damage = self.damage(name, by)
        totals = {one.document: one for one in damage}
        kept = self.standings.lives.in_collection(name)
        found = [
            Due(document, kept[document].title, standing, totals.get(document))
            for document, standing in self.standings.of(collection).items()
            if _theirs(by, collection, document) and _worth_a_look(standing)
        ]
        ranked = sorted(found, key=lambda one: (-one.harm, one.document))
        return Dues(ranked, [one for one in damage if one.records])

    def documents(self, name: str, by: Person) -> list[str]:
        """The ids of this person's documents there."""
        collection = self._kept_by(name, by)
        every = self.standings.lives.in_collection(name)
        return [document for document in every if _theirs(by, collection, document)]

    def damage(self, name: str, by: Person) -> list[Damage]:
        """Answers given from documents that no longer held, the most harmful first."""
        collection = self._kept_by(name, by)
        kept = self.standings.lives.in_collection(name)
        since = {
            document: day
            for document, standing in self.standings.of(collection).items()
            if _theirs(by, collection, document)
            and (day := _ended(standing, kept[document])) is not None
        }
        answers: Mapping[str, list[Cited]] = defaultdict(list)
        for cited in self.record.citing(name):
            document = self.names.meant(name, cited.document, since)
            if document in since and cited.day >= since[document]:
                answers[document].append(cited)
        found = [
            Damage(
                document,
                day,
                (self._until(kept[document], answers[document], day) - day).days + 1,
                tuple(one.record for one in answers[document]),
            )
            for document, day in since.items()
        ]
        return sorted(found, key=lambda one: (-one.total, one.document))

    def _until(self, kept: Kept, answers: list[Cited], since: date) -> date:
        """Today while it can be found; once withdrawn, it does no more harm."""
        if kept.verdict is not Verdict.WITHDRAWN:
            return self._today()
        return max((one.day for one in answers), default=since)

    def likenesses(self, name: str, by: Person, *, anew: bool = False) -> list[Likeness]:
        """Documents that say nearly the same, both of which this person answers for."""
        collection = self._kept_by(name, by)
        likenesses = self.standings.likenesses
        found = compare(likenesses, name) if anew else likenesses.found(name)
        return [
            one
            for one in found
            if _theirs(by, collection, one.document) and _theirs(by, collection, one.other)
        ]

    def _kept_by(self, name: str, by: Person) -> Collection:
        """The collection, if this person answers for any of it. Raises AccessDeniedError."""
        check(by, Right.KEEP_FRESH)
        found = self.standings.shelves.collection(name)
        if found is not None and keeps(by, _keepers(found)):
            return found
        if may(by, Right.ADMINISTER):
            raise NotFoundError(f"There is no collection named {name}.")
        # The same for one that is not there: which collections exist is not for everyone.
        raise AccessDeniedError(f"{by.name} does not answer for a collection named {name}.")

    def _today(self) -> date:
        return self.clock().date()


def _chosen(said: Judgement, theirs: list[Kept]) -> list[Kept]:
    if said.document is None:
        if said.verdict is not Verdict.STILL_VALID:
            raise InvalidInputError("Name the document: a whole collection is only still valid.")
        # What was withdrawn, or replaced, is taken back by its name alone.
        return [one for one in theirs if one.verdict in (None, Verdict.STILL_VALID)]
    chosen = [one for one in theirs if one.document == said.document]
    if not chosen:
        raise NotFoundError(f"There is no document {said.document} in {said.collection}.")
    return chosen


def _check_said(said: Judgement, everything: Mapping[str, Kept], today: date) -> None:
    """Raises InvalidInputError for a word that cannot be meant."""
    if (said.verdict is Verdict.REPLACED) != bool(said.by_document):
        raise InvalidInputError("A document is replaced by another one: say by which.")
    if said.since and (said.since > today or said.verdict is Verdict.STILL_VALID):
        raise InvalidInputError("The day since when it no longer holds is not in the future.")
    if said.by_document and said.by_document not in everything:
        raise NotFoundError(f"There is no document {said.by_document} in {said.collection}.")
    heir, line = said.by_document, {""}
    while heir not in line:
        if heir == said.document:
            raise InvalidInputError(f"{said.document} would be replaced by itself.")
        line.add(heir)
        heir = everything[heir].successor if heir in everything else ""


def _ended(standing: Standing, kept: Kept) -> date | None:
    """The first day on which a document held no longer; None while it does."""
    if standing.verdict in (Verdict.REPLACED, Verdict.WITHDRAWN):
        return kept.wrong_since
    return standing.due + timedelta(days=1) if standing.due and standing.overdue else None


def _worth_a_look(standing: Standing) -> bool:
    if standing.verdict is Verdict.WITHDRAWN:
        return False
    return standing.state is not State.FRESH


def _theirs(person: Person, collection: Collection, document: str) -> bool:
    return keeps(person, (collection.owner_of(document), collection.deputy))


def _keepers(collection: Collection) -> Iterator[str]:
    yield from (collection.owner, collection.deputy)
    yield from (one.owner for one in collection.documents if one.owner)
