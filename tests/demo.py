"""The demo company for tests: ingested once a session, copied for each test that changes it."""

from __future__ import annotations

from argon2 import PasswordHasher

from models.ports import Language
from server.access import Person, Role
from server.asking import Asking
from server.wiring import Vigie

PASSWORD = "un-mot-de-passe-de-test"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def employee(house: Vigie, name: str = "camille", groups: tuple[str, ...] = ()) -> Person:
    return house.accounts.add(name, PASSWORD, (Role.EMPLOYEE,), groups, "test")


def asked_by(person: Person, question: str, language: Language = Language.FRENCH) -> Asking:
    return Asking(question, person, language)
