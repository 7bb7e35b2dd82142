"""Houses to visit, one per module: without documents for what needs no model, or furnished."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from visitor import person

from server.access import Role
from server.settings import load
from server.web.app import create_app
from server.wiring import Parts, Vigie, open_vigie


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, parts: Parts) -> Iterator[FastAPI]:
    """The web of a house without documents, with one person per role."""
    home = tmp_path_factory.mktemp("plain") / "home"
    with open_vigie(load(home, generator="extractive"), parts) as vigie:
        people(vigie)
        yield create_app(vigie)


@pytest.fixture(scope="module")
def company(
    furnished: Path, tmp_path_factory: pytest.TempPathFactory, parts: Parts
) -> Iterator[Vigie]:
    """The demo company with one person per role; its stories share it within a module."""
    home = tmp_path_factory.mktemp("company") / "home"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    settings = load(home, generator="extractive", review_rate=1.0, record_wait_s=2.0)
    with open_vigie(settings, parts) as vigie:
        people(vigie)
        yield vigie


@pytest.fixture(scope="module")
def company_app(company: Vigie) -> FastAPI:
    return create_app(company)


def people(house: Vigie) -> None:
    person(house, "camille")
    person(house, "paul")
    person(house, "paie", groups=("paie",))
    person(house, "adele", Role.ADMIN)
    person(house, "anatole", Role.ADMIN)
    person(house, "aude", Role.AUDITOR)
    person(house, "odile", Role.OWNER)
    person(house, "garde", Role.STOPPER)
