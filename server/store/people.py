"""Rows about people: accounts, sessions, API keys, accepted charters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from models.ports import Language
from server.access import Role
from server.errors import InvalidInputError, NotFoundError
from server.store import Store
from server.store.tables import acceptances, keys, sessions, users


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is stored; `password` is an argon2id hash."""

    id: str
    name: str
    password: str
    roles: frozenset[Role]
    groups: frozenset[str]
    language: Language | None
    suspended: bool
    created: datetime


class People:
    """Reads and writes the accounts of one store. Secrets come in already hashed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, account: Account) -> None:
        """Raises InvalidInputError when the name is taken."""
        with self._store.transaction() as connection:
            taken = select(users.c.id).where(users.c.name == account.name)
            if connection.execute(taken).first():
                raise InvalidInputError(f"There is already a user named {account.name}.")
            connection.execute(
                insert(users).values(
                    id=account.id,
                    name=account.name,
                    password=account.password,
                    roles=_joined(account.roles),
                    groups=_joined(account.groups),
                    language=account.language.value if account.language else None,
                    suspended=account.suspended,
                    created=account.created,
                )
            )

    def all(self) -> list[Account]:
        with self._store.transaction() as connection:
            rows = connection.execute(select(users).order_by(users.c.name)).all()
        return [_account(row) for row in rows]

    def named(self, name: str) -> Account | None:
        with self._store.transaction() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
        return _account(row) if row else None

    def activity(self, names: Iterable[str]) -> dict[str, bool]:
        """Of those names that are accounts', whether the account is active."""
        query = select(users.c.name, users.c.suspended).where(users.c.name.in_(list(names)))
        with self._store.transaction() as connection:
            return {name: not suspended for name, suspended in connection.execute(query)}

    def change(
        self,
        name: str,
        *,
        groups: Iterable[str] | None = None,
        suspended: bool | None = None,
        language: Language | None = None,
    ) -> None:
        """Change what is given. Raises NotFoundError."""
        values: dict[str, object] = {}
        if groups is not None:
            values["groups"] = _joined(groups)
        if suspended is not None:
            values["suspended"] = suspended
        if language is not None:
            values["language"] = language.value
        with self._store.transaction() as connection:
            changed = connection.execute(update(users).where(users.c.name == name).values(values))
        if not changed.rowcount:
            raise NotFoundError(f"There is no user named {name}.")

    def open_session(self, token: str, user: str, expires: datetime) -> None:
        with self._store.transaction() as connection:
            connection.execute(insert(sessions).values(token=token, user=user, expires=expires))

    def of_session(self, token: str, now: datetime) -> Account | None:
        live = (
            select(users)
            .join(sessions, sessions.c.user == users.c.id)
            .where(sessions.c.token == token, sessions.c.expires > now)
        )
        return self._active(live)

    def close_session(self, token: str) -> None:
        with self._store.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == token))

    def add_key(self, secret: str, user: str, label: str, now: datetime) -> None:
        with self._store.transaction() as connection:
            connection.execute(
                insert(keys).values(secret=secret, user=user, label=label, created=now)
            )

    def of_key(self, secret: str) -> Account | None:
        owner = select(users).join(keys, keys.c.user == users.c.id).where(keys.c.secret == secret)
        return self._active(owner)

    def end_access(self, user: str) -> None:
        """Delete every session and key of a user."""
        with self._store.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.user == user))
            connection.execute(delete(keys).where(keys.c.user == user))

    def accept(self, user: str, charter: str, now: datetime) -> None:
        once = insert(acceptances).prefix_with("OR IGNORE")
        with self._store.transaction() as connection:
            connection.execute(once.values(user=user, charter=charter, at=now))

    def has_accepted(self, user: str, charter: str) -> bool:
        accepted = select(acceptances.c.at).where(
            acceptances.c.user == user, acceptances.c.charter == charter
        )
        with self._store.transaction() as connection:
            return connection.execute(accepted).first() is not None

    def _active(self, query: object) -> Account | None:
        with self._store.transaction() as connection:
            row = connection.execute(query).first()  # type: ignore[call-overload]  # a Select
        account = _account(row) if row else None
        return account if account and not account.suspended else None


def _joined(values: Iterable[str]) -> str:
    return ",".join(sorted(values))


def _split(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _account(row: Row[tuple[object, ...]]) -> Account:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's documented name for a row's columns
    return Account(
        id=values["id"],
        name=values["name"],
        password=values["password"],
        roles=frozenset(Role(role) for role in _split(values["roles"])),
        groups=frozenset(_split(values["groups"])),
        language=Language(values["language"]) if values["language"] else None,
        suspended=values["suspended"],
        created=values["created"],
    )
