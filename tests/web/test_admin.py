"""An admin's story: collections, people, keys; and never what people asked."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from visitor import HERE, Visitor

from server.wiring import Vigie

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(app: FastAPI) -> Vigie:
    vigie = app.state.web.vigie
    assert isinstance(vigie, Vigie)
    return vigie


@pytest.fixture(scope="module")
def adele(app: FastAPI) -> Visitor:
    return Visitor(app).sign_in("adele")


def test_an_admin_cannot_read_what_people_asked(adele: Visitor) -> None:
    for path in (
        "/ask",
        "/questions",
        "/questions/x",
        "/search?q=x",
        "/documents/rh/x",
        "/record",
        "/record/events",
        "/record/answers/x",
        "/record/reports",
        "/record/verification",
        "/review",
        "/desk",
    ):
        assert adele.web.get(path).status_code == 403, path


def test_a_person_is_added_with_roles_and_groups(
    app: FastAPI, house: Vigie, adele: Visitor
) -> None:
    adele.send(
        "/admin/people",
        name="nouvelle",
        password="un-long-mot-de-passe",
        roles=["employee", "owner"],
        groups=" rh, paie ,",
    )

    account = house.accounts.named("nouvelle")
    assert account.groups == {"rh", "paie"}
    assert {role.value for role in account.roles} == {"employee", "owner"}
    assert Visitor(app).sign_in("nouvelle", "un-long-mot-de-passe").web.get("/desk").is_success


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "password": "un-long-mot-de-passe", "roles": "employee"},
        {"name": "court", "password": "court", "roles": "employee"},
        {"name": "sans-role", "password": "un-long-mot-de-passe"},
        {"name": "faux-role", "password": "un-long-mot-de-passe", "roles": "roi"},
        {"name": "camille", "password": "un-long-mot-de-passe", "roles": "employee"},
    ],
)
def test_a_person_who_cannot_be_is_refused_with_a_reason(
    adele: Visitor, fields: dict[str, str]
) -> None:
    page = adele.send("/admin/people", **fields)

    assert page.status_code == 400
    assert re.search(r'<p class="notice" lang="en">[^<]+', page.text)


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_an_admin_appoints_neither_admins_nor_auditors(
    house: Vigie, adele: Visitor, role: str
) -> None:
    page = adele.send(
        "/admin/people", name="pantin", password="un-long-mot-de-passe", roles=["employee", role]
    )

    assert page.status_code == 403
    assert "vigie users add" in page.text
    assert "pantin" not in {account.name for account in house.accounts.everyone()}


def test_an_admin_gets_no_key_with_which_to_pass_for_a_second_one(adele: Visitor) -> None:
    assert adele.send("/admin/people/key", name="anatole").status_code == 403
    assert adele.send("/admin/people/key", name="adele").status_code == 200


def test_groups_are_changed(house: Vigie, adele: Visitor) -> None:
    adele.send("/admin/people/groups", name="paul", groups="direction")

    assert house.accounts.named("paul").groups == {"direction"}


def test_a_key_is_shown_once_and_works(app: FastAPI, adele: Visitor) -> None:
    page = adele.send("/admin/people/key", name="camille", label="messagerie")

    key = re.search(r'<code class="key">([^<]+)</code>', page.text)
    assert key
    assert key[1] not in adele.web.get("/admin/people").text
    program = TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {key[1]}"})
    assert program.get("/api/v1/switch").status_code == 200


def test_nobody_suspends_themselves(house: Vigie, adele: Visitor) -> None:
    page = adele.send("/admin/people/suspend", name="adele")

    assert page.status_code == 400
    assert house.accounts.named("adele")


@pytest.mark.parametrize("folder", ["/etc", "", ".", "{home}", "{home}/documents/../", "/"])
def test_a_page_does_not_ingest_any_folder_of_the_server(
    house: Vigie, adele: Visitor, folder: str
) -> None:
    wanted = folder.format(home=house.settings.home)

    page = adele.send("/admin/collections/ingest", folder=wanted, collection="vol")

    assert page.status_code == 400
    assert not house.library.shelves()


def test_a_link_out_of_the_permitted_folder_is_no_way_out(house: Vigie, adele: Visitor) -> None:
    documents = house.settings.home / "documents"
    documents.mkdir(exist_ok=True)
    (documents / "dehors").symlink_to("/etc", target_is_directory=True)

    page = adele.send("/admin/collections/ingest", folder=str(documents / "dehors"))

    assert page.status_code == 400


def test_a_folder_is_ingested_and_its_failures_are_listed(house: Vigie, adele: Visitor) -> None:
    folder = house.settings.home / "documents" / "notes"
    _write_notes(folder)

    adele.send("/admin/collections/ingest", folder=str(folder))
    ended(house)

    text = unescape(adele.web.get("/admin/files").text)
    assert "Import terminé" in text
    assert "Ajoutés\u00a0: 1." in text
    assert "vide.pdf" in text
    assert "1 fichier n’a pas pu être lu" in text
    assert [shelf.documents for shelf in house.library.shelves()] == [1]
    assert folder.resolve() in house.library.sources()


def ended(house: Vigie) -> None:
    """Waits until nothing is being ingested."""
    while any(run.under_way for run in house.library.runs()):
        time.sleep(0.01)


def _write_notes(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "badge.md").write_text("# Badge\n\nLe badge se demande à l’accueil.\n")
    (folder / "vide.pdf").write_bytes(b"")
