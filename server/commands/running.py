"""Commands of whoever runs the house: collections, ingestion, people, the switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from pydantic import Field

from guardrails.pii.policy import Policy
from guardrails.pii.ports import Kind
from ingest.collections import Collection, Sensitivity, Trust
from ingest.freshness import DocumentClass
from ingest.ledger import FileState
from ingest.readers import reasons
from ingest.report import IngestionReport, RunOptions
from models.ports import Language
from server.access import Person, Right, Role, check, check_appointment, check_key
from server.audit.events import Json
from server.commands import Caller, Given
from server.library import Shelf, place
from server.store.files import UNREAD, KnownFile
from server.wiring import Vigie


class Nothing(Given):
    """A command that needs nothing said."""


class IngestGiven(Given):
    """`paths` are absolute paths, or remote addresses."""

    paths: list[str] = Field(min_length=1)
    collection: str | None = None
    allow_removals: bool = False
    checksum: bool = False


class FilesGiven(Given):
    """Without states: the failed and the quarantined."""

    name: str | None = None
    states: list[FileState] = Field(default_factory=list)


class RetryGiven(Given):
    """Without paths: every failed and quarantined file of the collection."""

    name: str
    paths: list[str] = Field(default_factory=list)


class CollectionGiven(Given):
    """What is left out stays as it is, or starts as `Collection` says."""

    name: str
    owner: str
    readers: frozenset[str] | None = None
    language: Language | None = None
    review_due: date | None = None
    deputy: str | None = None
    contact: str | None = None
    kind: DocumentClass | None = None
    warn_after: int | None = None
    error_after: int | None = None
    legal_basis: str | None = None
    sensitivity: Sensitivity | None = None
    trust: Trust | None = None


class Named(Given):
    name: str


class UserGiven(Given):
    name: str
    password: str
    roles: list[Role] = Field(default_factory=lambda: [Role.EMPLOYEE])
    groups: list[str] = Field(default_factory=list)


class GroupsGiven(Given):
    name: str
    groups: list[str]


class KeyGiven(Given):
    name: str
    label: str = "api"


def ingest(vigie: Vigie, caller: Caller, given: IngestGiven) -> Json:
    options = RunOptions(given.allow_removals, given.checksum)
    reports = [
        vigie.library.ingest(place(path), given.collection, caller.person, caller.progress, options)
        for path in given.paths
    ]
    return report_json(reports, caller.language)


def report_json(reports: Sequence[IngestionReport], language: Language) -> Json:
    return {
        "added": sum(report.added for report in reports),
        "updated": sum(report.updated for report in reports),
        "removed": sum(report.removed for report in reports),
        "unchanged": sum(report.unchanged for report in reports),
        "failed": [
            {"path": one.path, "reason": one.reason.spoken(language)}
            for report in reports
            for one in report.failed
        ],
        "hidden": [
            {
                "path": one.path,
                "kind": one.hidden.kind.value,
                "count": one.hidden.count,
                "said": reasons.HIDDEN[one.hidden.kind].spoken(language),
            }
            for report in reports
            for one in report.remarks
        ],
        "chunks": sum(report.chunks for report in reports),
        "seconds": round(sum(report.seconds for report in reports), 3),
        "held_back": sum(report.held_back for report in reports),
    }


def list_files(vigie: Vigie, caller: Caller, given: FilesGiven) -> Json:
    check(caller.person, Right.ADMINISTER)
    found = listed_files(vigie, given.name, given.states or UNREAD)
    return [file_json(one, caller.language) for one in found]


def listed_files(
    vigie: Vigie, name: str | None, states: Sequence[FileState] = UNREAD
) -> list[KnownFile]:
    """Files under the names they go by: whoever runs the house may not read them."""
    found = vigie.library.files(name, states)
    return [replace(one, path=vigie.names.public(one.collection, one.path)) for one in found]


def release_files(vigie: Vigie, name: str, paths: Sequence[str], by: Person) -> int:
    """Let these, or all, be tried anew, by their own names or those they are listed under."""
    known = [one.path for one in vigie.library.files(name)]
    meant = [vigie.names.meant(name, path, known) for path in paths]
    return vigie.library.release(name, meant or None, by)


def retry_files(vigie: Vigie, caller: Caller, given: RetryGiven) -> Json:
    """Release what failed, and ingest the collection again from where it last came from."""
    check(caller.person, Right.ADMINISTER)
    released = release_files(vigie, given.name, given.paths, caller.person)
    report = vigie.library.ingest_again(given.name, caller.person, caller.progress)
    return {"released": released, **cast("dict[str, Json]", report_json([report], caller.language))}


def file_json(file: KnownFile, language: Language) -> Json:
    note = file.note
    return {
        "collection": file.collection,
        "path": file.path,
        "state": note.state.value,
        "reason": note.reason.spoken(language) if note.reason else None,
        "attempts": note.attempts,
        "tried": note.tried.isoformat(timespec="seconds") if note.tried else None,
    }


def list_collections(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    check(caller.person, Right.ADMINISTER)
    return [shelf_json(shelf) for shelf in vigie.library.shelves()]


def show_collection(vigie: Vigie, caller: Caller, given: Named) -> Json:
    check(caller.person, Right.ADMINISTER)
    vigie.library.collection(given.name)
    return next(
        shelf_json(shelf)
        for shelf in vigie.library.shelves()
        if shelf.collection.name == given.name
    )


def add_collection(vigie: Vigie, caller: Caller, given: CollectionGiven) -> Json:
    start = vigie.library.known_or_new(given.name, given.owner)
    said = given.model_dump(exclude={"name"}, exclude_none=True)
    described = replace(start, **said)
    vigie.library.describe(described, caller.person)
    return show_collection(vigie, caller, Named(name=given.name))


def remove_collection(vigie: Vigie, caller: Caller, given: Named) -> Json:
    check(caller.person, Right.ADMINISTER)
    return {"name": given.name, "removed": vigie.library.remove(given.name, caller.person)}


def shelf_json(shelf: Shelf) -> Json:
    collection = shelf.collection
    return {
        "name": collection.name,
        "title": {"fr": collection.title.fr, "en": collection.title.en},
        "owner": collection.owner,
        "deputy": collection.deputy,
        "contact": collection.contact,
        "readers": sorted(collection.readers),
        "language": collection.language.value,
        "review_due": collection.review_due.isoformat() if collection.review_due else None,
        "documents": shelf.documents,
        "class": collection.kind.value,
        "warn_after": collection.clock.warn_after,
        "error_after": collection.clock.error_after,
        "legal_basis": collection.legal_basis,
        "sensitivity": collection.sensitivity.value,
        "trust": collection.trust.value,
        "personal_data": _policy_json(collection.personal_data),
        "remarks": list(_remarks(collection)),
    }


def _policy_json(policy: Policy) -> Json:
    return {
        "otherwise": policy.otherwise.value,
        **{kind: said.value for kind, said in policy.kinds},
    }


def _remarks(collection: Collection) -> Iterator[str]:
    """What whoever answers for data protection should see."""
    if not collection.deputy:
        yield "no deputy"
    if kept := collection.personal_data.kept:
        every = len(kept) == len(Kind)
        yield f"personal data in clear for its readers: {'all' if every else ', '.join(kept)}"


def add_user(vigie: Vigie, caller: Caller, given: UserGiven) -> Json:
    check(caller.person, Right.ADMINISTER)
    check_appointment(caller.person, given.roles)
    person = vigie.accounts.add(
        given.name, given.password, given.roles, given.groups, caller.person.pseudonym
    )
    return {
        "name": person.name,
        "roles": sorted(person.roles),
        "groups": sorted(person.groups),
        "pseudonym": person.pseudonym,
    }


def list_users(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    check(caller.person, Right.ADMINISTER)
    return [
        {
            "name": account.name,
            "roles": sorted(account.roles),
            "groups": sorted(account.groups),
            "suspended": account.suspended,
        }
        for account in vigie.accounts.everyone()
    ]


def set_groups(vigie: Vigie, caller: Caller, given: GroupsGiven) -> Json:
    check(caller.person, Right.ADMINISTER)
    vigie.accounts.set_groups(given.name, given.groups, caller.person.pseudonym)
    return {"name": given.name, "groups": sorted(given.groups)}


def suspend_user(vigie: Vigie, caller: Caller, given: Named) -> Json:
    check(caller.person, Right.ADMINISTER)
    vigie.accounts.suspend(given.name, caller.person.pseudonym)
    return {"name": given.name, "suspended": True}


def create_key(vigie: Vigie, caller: Caller, given: KeyGiven) -> Json:
    check(caller.person, Right.ADMINISTER)
    check_key(caller.person, vigie.accounts.named(given.name))
    key = vigie.accounts.create_key(given.name, given.label, caller.person.pseudonym)
    return {"name": given.name, "label": given.label, "key": key}


def rebuild_index(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    check(caller.person, Right.ADMINISTER)
    documents, passages = vigie.rebuild_index()
    return {"documents": documents, "chunks": passages}


def accept_charter(vigie: Vigie, caller: Caller, given: Named) -> Json:
    """Note that a user accepted the charter in force, on paper for instance."""
    check(caller.person, Right.ADMINISTER)
    version = vigie.charter.get().version
    vigie.accounts.accept_charter(vigie.accounts.named(given.name), version)
    return {"name": given.name, "charter": version}
