"""Accounts: who gets in, who no longer does, and what that leaves on the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo import CHEAP

from server.access import Right, Role, audience_of, check, may
from server.accounts import ELSEWHERE, Accounts, SignInPolicy
from server.audit.errors import RecordUnavailableError
from server.audit.events import EventKind
from server.audit.log import AuditLog
from server.errors import AccessDeniedError, InvalidInputError, NotFoundError, SignInError
from server.settings import load
from server.store import Store
from server.store.people import People
from server.wiring import open_vigie

PASSWORD = "un mot de passe assez long"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(tmp_path: Path, clock: Clock) -> Iterator[AuditLog]:
    with AuditLog.open(tmp_path / "record.db", clock, busy_timeout_s=0.2) as record:
        yield record


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock, record: AuditLog) -> Iterator[Accounts]:
    store = Store.open(tmp_path / "store.db")
    policy = SignInPolicy(timedelta(hours=1), 3, timedelta(minutes=1), CHEAP)
    yield Accounts(People(store), record, b"s" * 32, policy, clock)
    store.close()


def kinds(record: AuditLog) -> list[EventKind]:
    return [entry.kind for entry in record.entries()]


def test_a_house_keeps_passwords_at_the_full_cost(tmp_path: Path) -> None:
    with open_vigie(load(tmp_path / "home")) as house:
        house.accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")

        (account,) = house.accounts.everyone()

    assert account.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, low memory


def test_a_session_lets_in_until_it_expires(accounts: Accounts, clock: Clock) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], ["paie"], "test")
    person, token = accounts.sign_in("camille", PASSWORD)

    assert accounts.of_session(token) == person
    clock.now += timedelta(hours=2)
    assert accounts.of_session(token) is None


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(accounts: Accounts) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")

    with pytest.raises(SignInError) as wrong:
        accounts.sign_in("camille", "pas celui-là")
    with pytest.raises(SignInError) as unknown:
        accounts.sign_in("personne", "pas celui-là")

    assert str(wrong.value) == str(unknown.value)


def test_too_many_tries_earn_a_pause_even_with_the_right_password(
    accounts: Accounts, clock: Clock
) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")
    for _ in range(3):
        with pytest.raises(SignInError):
            accounts.sign_in("camille", "faux")

    with pytest.raises(SignInError, match="Too many"):
        accounts.sign_in("camille", PASSWORD)

    clock.now += timedelta(minutes=2)
    assert accounts.sign_in("camille", PASSWORD)


def test_wrong_passwords_from_elsewhere_do_not_lock_a_person_out(accounts: Accounts) -> None:
    accounts.add("garde", PASSWORD, [Role.STOPPER], [], "test")
    for _ in range(5):
        with pytest.raises(SignInError):
            accounts.sign_in("garde", "faux", "192.0.2.7")

    person, _ = accounts.sign_in("garde", PASSWORD, "192.0.2.8")

    assert person.name == "garde"


def test_wrong_passwords_from_everywhere_earn_a_pause_at_last(accounts: Accounts) -> None:
    accounts.add("garde", PASSWORD, [Role.STOPPER], [], "test")
    for n in range(3 * ELSEWHERE):
        with pytest.raises(SignInError):
            accounts.sign_in("garde", "faux", f"192.0.2.{n}")

    with pytest.raises(SignInError, match="Too many"):
        accounts.sign_in("garde", PASSWORD, "198.51.100.1")


def test_without_a_record_nobody_gains_a_right(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")
    lock = sqlite3.connect(tmp_path / "record.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    with pytest.raises(RecordUnavailableError):
        accounts.add("fantome", PASSWORD, [Role.EMPLOYEE], [], "test")
    with pytest.raises(RecordUnavailableError):
        accounts.set_groups("camille", ["direction"], "test")
    lock.execute("ROLLBACK")
    lock.close()

    assert [account.name for account in accounts.everyone()] == ["camille"]
    assert accounts.everyone()[0].groups == frozenset()


def test_suspension_ends_sessions_and_keys_at_once(accounts: Accounts) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")
    person, token = accounts.sign_in("camille", PASSWORD)
    key = accounts.create_key("camille", "api", "test")
    assert accounts.of_key(key) == person

    accounts.suspend("camille", "admin")

    assert accounts.of_session(token) is None
    assert accounts.of_key(key) is None
    assert accounts.is_suspended(person)
    with pytest.raises(SignInError):
        accounts.sign_in("camille", PASSWORD)
    with pytest.raises(NotFoundError):
        accounts.named("camille")


def test_everything_about_access_is_on_the_record(accounts: Accounts, record: AuditLog) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")
    with pytest.raises(SignInError):
        accounts.sign_in("camille", "faux")
    person, token = accounts.sign_in("camille", PASSWORD)
    accounts.set_groups("camille", ["paie"], "admin")
    accounts.create_key("camille", "api", "admin")
    accounts.accept_charter(person, "3")
    accounts.sign_out(person, token)
    accounts.suspend("camille", "admin")

    assert kinds(record) == [
        EventKind.USER_ADDED,
        EventKind.LOGIN_FAILED,
        EventKind.LOGIN,
        EventKind.USER_CHANGED,
        EventKind.KEY_CREATED,
        EventKind.CHARTER_ACCEPTED,
        EventKind.LOGOUT,
        EventKind.USER_SUSPENDED,
    ]


def test_no_secret_is_stored_as_it_is(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")
    _, token = accounts.sign_in("camille", PASSWORD)
    key = accounts.create_key("camille", "api", "test")

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (PASSWORD, token, key):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("name", "password", "roles", "groups"),
    [
        ("", PASSWORD, [Role.EMPLOYEE], []),
        (" camille", PASSWORD, [Role.EMPLOYEE], []),
        ("c" * 65, PASSWORD, [Role.EMPLOYEE], []),
        ("cam\0ille", PASSWORD, [Role.EMPLOYEE], []),
        ("camille", "court", [Role.EMPLOYEE], []),
        ("camille", PASSWORD, [], []),
        ("camille", PASSWORD, [Role.EMPLOYEE], ["a,b"]),
        ("camille", PASSWORD, [Role.EMPLOYEE], [""]),
    ],
)
def test_an_account_that_cannot_be_used_is_refused(
    accounts: Accounts, name: str, password: str, roles: list[Role], groups: list[str]
) -> None:
    with pytest.raises(InvalidInputError):
        accounts.add(name, password, roles, groups, "test")

    assert accounts.everyone() == []


def test_a_name_is_taken_once(accounts: Accounts) -> None:
    accounts.add("camille", PASSWORD, [Role.EMPLOYEE], [], "test")

    with pytest.raises(InvalidInputError):
        accounts.add("camille", PASSWORD, [Role.ADMIN], [], "test")


def test_an_audience_is_everyone_and_the_groups_of_whoever_may_ask(accounts: Accounts) -> None:
    employee = accounts.add("camille", PASSWORD, [Role.EMPLOYEE], ["paie"], "test")
    admin = accounts.add("admin", PASSWORD, [Role.ADMIN], ["paie"], "test")

    assert audience_of(employee).groups == {"everyone", "paie"}
    assert audience_of(admin).groups == frozenset()


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.EMPLOYEE, {Right.ASK}),
        (Role.ADMIN, {Right.ADMINISTER, Right.STOP, Right.RESTART, Right.KEEP_FRESH}),
        (Role.AUDITOR, {Right.READ_RECORD, Right.REVIEW}),
        (Role.OWNER, {Right.ASK, Right.ANSWER_PEOPLE, Right.KEEP_FRESH}),
        (Role.STOPPER, {Right.STOP}),
    ],
)
def test_a_role_has_its_rights_and_no_others(
    accounts: Accounts, role: Role, rights: set[Right]
) -> None:
    person = accounts.add("quelquun", PASSWORD, [role], [], "test")

    for right in Right:
        assert may(person, right) is (right in rights)
        if right not in rights:
            with pytest.raises(AccessDeniedError):
                check(person, right)
