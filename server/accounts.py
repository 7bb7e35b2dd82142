"""Accounts: sign-in with throttling, sessions, API keys, suspension at once."""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.ports import Language
from server.access import OPERATOR, Person, Role, pseudonym
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.errors import InvalidInputError, NotFoundError, SignInError
from server.store.people import Account, People

LONGEST_NAME = 64
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1_000
REMEMBERED = 10_000  # wrong passwords, of everyone together
ELSEWHERE = 20  # how many times as many, from all addresses together


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """How long a session lives, how many wrong passwords earn a pause, what a hash costs."""

    session: timedelta
    tries: int
    pause: timedelta
    hasher: PasswordHasher


class Pace:
    """Wrong passwords of late: too many from one address, or far too many in all, earn a pause."""

    def __init__(self, policy: SignInPolicy) -> None:
        self._policy = policy
        self._wrong: deque[tuple[datetime, str, str]] = deque(maxlen=REMEMBERED)
        self._lock = Lock()

    def check(self, name: str, address: str, now: datetime) -> None:
        """Raises SignInError while the pause lasts."""
        with self._lock:
            while self._wrong and self._wrong[0][0] <= now - self._policy.pause:
                self._wrong.popleft()
            here = sum(who == name and where == address for _, who, where in self._wrong)
            anywhere = sum(who == name for _, who, _ in self._wrong)
        if here >= self._policy.tries or anywhere >= self._policy.tries * ELSEWHERE:
            raise SignInError("Too many tries; wait a minute and try again.")

    def failed(self, name: str, address: str, now: datetime) -> None:
        with self._lock:
            self._wrong.append((now, name, address))

    def forget(self, name: str, address: str) -> None:
        """The right password came from there."""
        with self._lock:
            kept = [one for one in self._wrong if one[1:] != (name, address)]
            self._wrong.clear()
            self._wrong.extend(kept)


class Accounts:
    """Everyone who may sign in. Knows secrets only as hashes."""

    def __init__(
        self,
        people: People,
        record: AuditLog,
        secret: bytes,
        policy: SignInPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._record = record
        self._secret = secret
        self._policy = policy
        self._clock = clock
        self._hasher = policy.hasher
        self._nobody = self._hasher.hash(secrets.token_hex(16))
        self._pace = Pace(policy)
        self._suspended: set[str] = set()

    def add(
        self, name: str, password: str, roles: Iterable[Role], groups: Iterable[str], by: str
    ) -> Person:
        """Raises InvalidInputError for a name, password, role or group that cannot be used."""
        roles, groups = frozenset(roles), frozenset(groups)
        _check_new(name, password, roles, groups)
        account = Account(
            id=secrets.token_hex(8),
            name=name,
            password=self._hasher.hash(password),
            roles=roles,
            groups=groups,
            language=None,
            suspended=False,
            created=self._now(),
        )
        if self._people.named(name) is not None:
            raise InvalidInputError(f"There is already a user named {name}.")
        person = self._person(account)
        # On the record first: no record, no new rights. Only a suspension comes before it.
        self._note(EventKind.USER_ADDED, person, by, roles=sorted(roles), groups=sorted(groups))
        self._people.add(account)
        return person

    def everyone(self) -> list[Account]:
        return self._people.all()

    def named(self, name: str) -> Person:
        """Raises NotFoundError for an unknown or suspended user."""
        account = self._people.named(name)
        if account is None or account.suspended:
            raise NotFoundError(f"There is no active user named {name}.")
        return self._person(account)

    def is_active(self, name: str) -> bool:
        return is_active(self._people, name)

    def known(self, name: str) -> Person:
        """A user, suspended or not. Raises NotFoundError."""
        account = self._people.named(name)
        if account is None:
            raise NotFoundError(f"There is no user named {name}.")
        return self._person(account)

    def sign_in(self, name: str, password: str, address: str = "") -> tuple[Person, str]:
        """The person and a new session token. Raises SignInError, the same for every reason.

        Wrong passwords from one address do not keep the person out who signs in from another.
        """
        if len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
            raise SignInError("The name or the password is wrong.")
        self._pace.check(name, address, self._now())
        account = self._people.named(name)
        if not self._matches(account, password) or account is None or account.suspended:
            self._pace.failed(name, address, self._now())
            who = pseudonym(self._secret, account.id if account else f"unknown:{name}")
            self._record.append(Event(EventKind.LOGIN_FAILED, who, who))
            raise SignInError("The name or the password is wrong.")
        self._pace.forget(name, address)
        token = secrets.token_urlsafe(32)
        self._people.open_session(_hashed(token), account.id, self._now() + self._policy.session)
        person = self._person(account)
        self._note(EventKind.LOGIN, person, person.pseudonym)
        return person, token

    def of_session(self, token: str) -> Person | None:
        account = self._people.of_session(_hashed(token), self._now())
        return self._person(account) if account else None

    def sign_out(self, person: Person, token: str) -> None:
        self._people.close_session(_hashed(token))
        self._note(EventKind.LOGOUT, person, person.pseudonym)

    def create_key(self, name: str, label: str, by: str) -> str:
        """A new API key, shown this once. Raises NotFoundError."""
        person = self.named(name)
        key = f"vigie-{secrets.token_urlsafe(32)}"
        self._note(EventKind.KEY_CREATED, person, by)
        self._people.add_key(_hashed(key), person.id, label, self._now())
        return key

    def of_key(self, key: str) -> Person | None:
        account = self._people.of_key(_hashed(key))
        return self._person(account) if account else None

    def set_groups(self, name: str, groups: Iterable[str], by: str) -> None:
        groups = frozenset(groups)
        _check_groups(groups)
        self._note(EventKind.USER_CHANGED, self.known(name), by, groups=sorted(groups))
        self._people.change(name, groups=groups)

    def set_language(self, person: Person, language: Language) -> None:
        self._people.change(person.name, language=language)

    def suspend(self, name: str, by: str) -> None:
        """End sessions, keys and running answers at once. Raises NotFoundError."""
        person = self.known(name)
        self._suspended.add(person.id)
        self._people.change(name, suspended=True)
        self._people.end_access(person.id)
        self._note(EventKind.USER_SUSPENDED, person, by)

    def is_suspended(self, person: Person) -> bool:
        """Whether running answers of this person must end; asked at every token, so in memory."""
        return person.id in self._suspended

    def accept_charter(self, person: Person, version: str) -> None:
        self._note(EventKind.CHARTER_ACCEPTED, person, person.pseudonym, version=version)
        self._people.accept(person.id, version, self._now())

    def has_accepted(self, person: Person, version: str) -> bool:
        return self._people.has_accepted(person.id, version)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(tzinfo=None)  # SQLite keeps no zone

    def _person(self, account: Account) -> Person:
        return person_of(account, self._secret)

    def _matches(self, account: Account | None, password: str) -> bool:
        # An unknown name costs as much time as a known one, so that names cannot be guessed.
        hashed = account.password if account else self._nobody
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _note(self, kind: EventKind, person: Person, by: str, **facts: object) -> None:
        self._record.append(Event(kind, person.pseudonym, by, facts))  # type: ignore[arg-type]


def is_active(people: People, name: str) -> bool:
    """Whether this is the operator, or a user who is not suspended."""
    account = people.named(name)
    return name == OPERATOR or (account is not None and not account.suspended)


def person_of(account: Account, secret: bytes) -> Person:
    return Person(
        account.id,
        account.name,
        account.roles,
        account.groups,
        pseudonym(secret, account.id),
        account.language,
    )


def _hashed(token: str) -> str:
    """Tokens have 256 random bits: a plain SHA-256 is enough, a slow hash would gain nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check_new(name: str, password: str, roles: frozenset[Role], groups: frozenset[str]) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise InvalidInputError(f"A user's name has 1 to {LONGEST_NAME} printable characters.")
    if "\ufffd" in password:
        raise InvalidInputError("A password is UTF-8 text.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInputError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        )
    if not roles:
        raise InvalidInputError("A user needs at least one role.")
    _check_groups(groups)


def _check_groups(groups: frozenset[str]) -> None:
    for group in groups:
        if not group or "," in group or not group.isprintable():
            raise InvalidInputError(f"“{group}” cannot be the name of a group.")
