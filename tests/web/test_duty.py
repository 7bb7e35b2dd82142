"""The switch in people's hands: stopped by one, also mid-answer; started again by two."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from html import unescape

import httpx
import pytest
from fastapi import FastAPI
from visitor import Visitor, person, secret_in, served

from server.access import Role
from server.audit.events import EventKind
from server.outcomes import Mode
from server.web.app import create_app
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


@pytest.fixture(autouse=True)
def on(company: Vigie) -> Iterator[None]:
    """Each of these stories begins and ends with the AI on."""
    yield
    if company.switch.state().mode is not Mode.ON:
        for name in ("adele", "anatole"):
            if company.switch.state().mode is not Mode.ON:
                company.switch.restart("fin de l’essai", name)


def test_one_button_and_a_reason_stop_the_ai(company: Vigie, company_app: FastAPI) -> None:
    admin = Visitor(company_app).sign_in("adele")

    page = admin.send("/admin/switch", mode="off", reason="doute sur une réponse")

    assert company.switch.state().mode is Mode.OFF
    assert "L’IA est arrêtée" in page.text
    assert "doute sur une réponse" in page.text
    assert re.search(r'class="state off" role="alert"', page.text)
    last = company.record.entries(kinds=(EventKind.SWITCHED,), limit=1_000)[-1]
    assert last.facts["mode"] == "off"


def test_a_stop_needs_a_reason(company: Vigie, company_app: FastAPI) -> None:
    admin = Visitor(company_app).sign_in("adele")

    page = admin.send("/admin/switch", mode="off", reason="  ")

    assert page.status_code == 400
    assert company.switch.state().mode is Mode.ON


def test_when_stopped_people_read_search_and_reach_someone(
    company: Vigie, company_app: FastAPI
) -> None:
    camille = Visitor(company_app).sign_in("camille").accept_charter()
    company.switch.tighten(Mode.OFF, "essai de l’arrêt", "garde")

    asking = camille.web.get("/ask").text
    page = camille.ask(QUESTION)
    found = camille.web.get("/search", params={"q": "congés payés"}).text

    assert "L’IA est arrêtée" in asking
    text = unescape(page.text)
    assert "essai de l’arrêt" in text
    assert "rh@phares.example" in text
    assert "conges-payes.md" in text
    assert 'action="/questions/leave"' in text
    assert 'data-ai-generated="true"' not in text.split('<template id="exchange">')[0]
    assert "x-ai-generated" not in page.headers
    assert "conges-payes.md" in found


def test_search_only_is_told_as_such(company: Vigie, company_app: FastAPI) -> None:
    camille = Visitor(company_app).sign_in("camille").accept_charter()
    admin = Visitor(company_app).sign_in("adele")
    admin.send("/admin/switch", mode="search-only", reason="nuit")

    page = camille.ask(QUESTION)

    assert "Recherche seule" in page.text


def test_a_restart_takes_two_people(company: Vigie, company_app: FastAPI) -> None:
    first, second = Visitor(company_app).sign_in("adele"), Visitor(company_app).sign_in("anatole")
    first.send("/admin/switch", mode="off", reason="essai")

    asked = first.send("/admin/switch/restart", reason="vérifié")
    again = first.send("/admin/switch/restart", reason="vérifié")
    assert company.switch.state().mode is Mode.OFF
    confirmed = second.send("/admin/switch/restart", reason="confirmé")

    assert "Votre demande attend la confirmation" in asked.text
    assert again.status_code == 403
    assert "L’IA est en marche" in confirmed.text
    assert company.switch.state().mode is Mode.ON


def test_a_request_of_someone_who_lost_their_access_is_half_of_no_restart(
    company: Vigie, company_app: FastAPI
) -> None:
    person(company, "partante", Role.ADMIN)
    leaving = Visitor(company_app).sign_in("partante")
    leaving.send("/admin/switch", mode="off", reason="essai")
    leaving.send("/admin/switch/restart", reason="vérifié")

    company.accounts.suspend("partante", "test")
    Visitor(company_app).sign_in("anatole").send("/admin/switch/restart", reason="confirmé")

    assert company.switch.state().mode is Mode.OFF
    assert company.switch.state().restart_requested_by == "anatole"


def test_whoever_may_only_stop_stops_and_nothing_else(company: Vigie, company_app: FastAPI) -> None:
    garde = Visitor(company_app).sign_in("garde")

    stopped = garde.send("/admin/switch", mode="off", reason="alerte")

    assert "L’IA est arrêtée" in stopped.text
    assert "Remettre en marche" not in stopped.text
    assert garde.send("/admin/switch/restart", reason="x").status_code == 403
    for path in ("/ask", "/questions", "/search", "/record", "/review", "/admin/people", "/desk"):
        assert garde.web.get(path).status_code == 403
    assert company.switch.state().mode is Mode.OFF


def test_a_stop_waits_neither_for_the_pages_nor_for_the_record(company: Vigie) -> None:
    app = create_app(company)
    session = Visitor(app).sign_in("adele").web.cookies["vigie_session"]
    cookies = {"vigie_session": session}
    with (
        served(app) as address,
        httpx.Client(base_url=address, cookies=cookies, timeout=60) as web,
        ThreadPoolExecutor(60) as crowd,
    ):
        form = secret_in(web.get("/admin/switch").text)
        change = {"form": form, "name": "paul"}
        with closing(sqlite3.connect(company.settings.home / "record.db")) as lock:
            lock.isolation_level = None
            lock.execute("BEGIN IMMEDIATE")  # whoever writes to the record waits now
            waiting = [
                crowd.submit(web.post, "/admin/people/groups", data=change) for _ in range(50)
            ]
            asked = {"form": form, "mode": "off", "reason": "essai"}
            stop = crowd.submit(web.post, "/admin/switch", data=asked)
            while company.switch.state().mode is not Mode.OFF and not waiting[0].done():
                time.sleep(0.01)
            stopped, answered = company.switch.state().mode, sum(one.done() for one in waiting)
            lock.execute("ROLLBACK")
        wait([*waiting, stop])

    assert stopped is Mode.OFF
    assert answered == 0


def test_where_no_model_is_in_memory_nobody_is_asked_to_free_it(company_app: FastAPI) -> None:
    admin = Visitor(company_app).sign_in("adele")

    assert 'name="unload"' not in admin.web.get("/admin/switch").text
    assert admin.web.get("/health").json()["loaded"] is None


def test_an_employee_moves_nothing(company: Vigie, company_app: FastAPI) -> None:
    camille = Visitor(company_app).sign_in("camille")

    assert camille.web.get("/admin/switch").status_code == 403
    assert camille.send("/admin/switch", mode="off", reason="x").status_code == 403
    assert company.switch.state().mode is Mode.ON
    assert Role.EMPLOYEE in company.accounts.named("camille").roles


def test_an_unreadable_switch_is_shown_as_stopped(company: Vigie, company_app: FastAPI) -> None:
    admin = Visitor(company_app).sign_in("adele")
    file = company.settings.home / "switch.json"
    before = file.read_text()
    file.write_text("{")

    page = admin.web.get("/admin/switch")

    file.write_text(before)
    assert "illisible" in page.text
    assert "L’IA est arrêtée" in page.text
