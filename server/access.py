"""Who someone is, and what that lets them do. The only place that makes an Audience."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ingest.collections import EVERYONE
from ingest.index import Audience
from models.ports import Language
from server.errors import AccessDeniedError

OPERATOR = "operator"
"""The name of whoever holds the state folder."""


class Role(StrEnum):
    """What a person is trusted with. Roles add up; none implies another."""

    EMPLOYEE = "employee"  # asks
    ADMIN = "admin"  # collections, people, models, charter, the switch; never people's questions
    AUDITOR = "auditor"  # reads the record, gives verdicts; changes nothing else
    OWNER = "owner"  # keeps collections fresh, answers questions left for a person
    STOPPER = "stopper"  # stops the AI; cannot read, cannot restart


class Right(StrEnum):
    """Things that are asked for by name before they are done."""

    ASK = "ask"
    ADMINISTER = "administer"
    STOP = "stop"
    RESTART = "restart"
    READ_RECORD = "read the record"
    REVIEW = "review answers"
    ANSWER_PEOPLE = "answer questions left for a person"
    KEEP_FRESH = "say of documents whether they still hold"


_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.EMPLOYEE: frozenset({Right.ASK}),
    Role.ADMIN: frozenset({Right.ADMINISTER, Right.STOP, Right.RESTART, Right.KEEP_FRESH}),
    Role.AUDITOR: frozenset({Right.READ_RECORD, Right.REVIEW}),
    Role.OWNER: frozenset({Right.ASK, Right.ANSWER_PEOPLE, Right.KEEP_FRESH}),
    Role.STOPPER: frozenset({Right.STOP}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is known: an account, or the operator at the machine."""

    id: str
    name: str
    roles: frozenset[Role]
    groups: frozenset[str]
    pseudonym: str
    language: Language | None = None  # None: as the browser prefers

    @property
    def rights(self) -> frozenset[Right]:
        return frozenset().union(*(_RIGHTS[role] for role in self.roles))


def may(person: Person, right: Right) -> bool:
    return right in person.rights


def check(person: Person, right: Right) -> None:
    """Raises AccessDeniedError unless the person has the right."""
    if not may(person, right):
        raise AccessDeniedError(f"{person.name} may not {right.value}.")


APPOINTED = frozenset({Role.ADMIN, Role.AUDITOR})


def check_appointment(by: Person, roles: Iterable[Role]) -> None:
    """Raises AccessDeniedError for a role that only the operator gives.

    An administrator who could make others would be two people for a restart, and could read
    people's questions as an auditor of their own making.
    """
    if by.id != OPERATOR and not APPOINTED.isdisjoint(roles):
        raise AccessDeniedError(
            "Administrators and auditors are appointed at the machine: vigie users add."
        )


def check_key(by: Person, owner: Person) -> None:
    """Raises AccessDeniedError for a key with which one person could pass for two."""
    if by.id != owner.id:
        check_appointment(by, owner.roles)


def keeps(person: Person, keepers: Iterable[str]) -> bool:
    """Whether a person may speak for what these people answer for, by the names of accounts."""
    if may(person, Right.ADMINISTER):
        return True
    return may(person, Right.KEEP_FRESH) and person.name in keepers


def audience_of(person: Person) -> Audience:
    """The groups a person reads as: their own, and `everyone`; none without the right to ask."""
    if not may(person, Right.ASK):
        return Audience(frozenset())
    return Audience(person.groups | {EVERYONE})


def pseudonym(secret: bytes, person_id: str) -> str:
    """A stable name for the record: HMAC-SHA-256 of the id under the installation's secret."""
    return hmac.new(secret, f"person:{person_id}".encode(), hashlib.sha256).hexdigest()[:16]


def make_person(
    secret: bytes,
    person_id: str,
    name: str,
    roles: Iterable[Role],
    groups: Iterable[str] = (),
) -> Person:
    return Person(
        person_id, name, frozenset(roles), frozenset(groups), pseudonym(secret, person_id)
    )


def operator(secret: bytes) -> Person:
    """Whoever holds the state folder: may run the house, on the record, under this name."""
    roles = (Role.ADMIN, Role.AUDITOR, Role.OWNER)
    return make_person(secret, OPERATOR, OPERATOR, roles)


def anyone(secret: bytes) -> Person:
    """An employee of no group, for questions asked at the machine without a name."""
    return make_person(secret, "anyone", "anyone", (Role.EMPLOYEE,))
