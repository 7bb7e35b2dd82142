"""An auditor's story: read the record, verify it, hear complaints, judge blind."""

from __future__ import annotations

import re
import sqlite3
from html import unescape

import pytest
from fastapi import FastAPI
from visitor import Visitor

from server.audit.events import EventKind
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


@pytest.fixture(scope="module")
def aude(company_app: FastAPI) -> Visitor:
    return Visitor(company_app).sign_in("aude")


@pytest.fixture(scope="module")
def record(company: Vigie, company_app: FastAPI) -> str:
    """An answer that its asker has reported."""
    camille = Visitor(company_app).sign_in("camille").accept_charter()
    camille.ask(QUESTION)
    found = company.record.answers(1)[0].record
    camille.send(f"/questions/{found}/report", reason="Ce n’est plus vrai depuis mars.")
    return found


def test_the_list_names_answers_without_their_words(aude: Visitor, record: str) -> None:
    page = unescape(aude.web.get("/record").text)

    assert record in page
    assert "1 signalement" in page
    assert QUESTION not in page
    assert "camille" not in page


def test_one_record_is_shown_whole_and_its_reading_is_recorded(
    company: Vigie, aude: Visitor, record: str
) -> None:
    page = unescape(aude.web.get(f"/record/answers/{record}").text)

    found = company.record.answer(record)
    assert QUESTION in page
    for entry in (found.opening, *found.sentences, *found.reports):
        assert entry.hash in page
    assert "Ce n’est plus vrai depuis mars." in page
    readings = company.record.entries(kinds=(EventKind.RECORD_READ,), subject=record)
    assert readings[-1].actor == company.accounts.named("aude").pseudonym


def test_an_unknown_record_is_not_found(aude: Visitor) -> None:
    assert aude.web.get("/record/answers/inconnu").status_code == 404


def test_events_are_listed_by_kind_and_page_by_page(aude: Visitor, record: str) -> None:
    signed_in = aude.web.get("/record/events", params={"kind": "access:session:login"}).text
    whole = aude.web.get("/record/events").text

    assert record
    assert "Connexion" in signed_in
    assert '<span class="id">ingest:collection:ingest' not in signed_in
    assert '<span class="id">ingest:collection:ingest' in whole


def test_complaints_are_heard_with_their_reason(aude: Visitor, record: str) -> None:
    page = unescape(aude.web.get("/record/reports").text)

    assert "Ce n’est plus vrai depuis mars." in page
    assert f"/record/answers/{record}" in page


def test_the_record_is_verified_and_the_verification_recorded(
    company: Vigie, aude: Visitor, record: str
) -> None:
    page = aude.send("/record/verification")

    assert record
    assert "Le registre est intact" in page.text
    verified = company.record.entries(kinds=(EventKind.RECORD_VERIFIED,))
    assert verified[-1].facts["ok"] is True


def test_the_review_is_blind_and_yields_a_rate_with_its_interval(
    company: Vigie, company_app: FastAPI, aude: Visitor, record: str
) -> None:
    before = unescape(aude.web.get("/review").text)
    assert record
    assert "Taux d’erreur inconnu" in before
    assert QUESTION in before
    assert company.accounts.named("camille").pseudonym not in before
    assert "Ce n’est plus vrai" not in before
    address = re.search(r'action="(/review/[^"]+)"', before)
    assert address

    after = unescape(
        aude.send(address[1], correct="no", grounded="yes", severity="2", note="périmé").text
    )

    assert "Taux d’erreur\u00a0: 100\u00a0%" in after
    assert "Intervalle de confiance" in after
    again = aude.send(address[1], correct="yes", grounded="yes", severity="0")
    assert again.status_code == 409


def test_a_verdict_that_is_none_is_refused(aude: Visitor) -> None:
    response = aude.send("/review/x", correct="peut-être", grounded="yes", severity="9")

    assert response.status_code == 400


def test_an_auditor_changes_nothing_else(aude: Visitor) -> None:
    for path in ("/ask", "/questions", "/admin/switch", "/admin/people", "/admin/collections"):
        assert aude.web.get(path).status_code == 403
    assert aude.send("/admin/switch", mode="off", reason="x").status_code == 403


def test_an_altered_record_is_named_on_the_page(company: Vigie, aude: Visitor, record: str) -> None:
    """Last in this module: afterwards the record is not what it was."""
    seq = company.record.answer(record).opening.seq
    file = company.settings.home / "record.db"
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER entries_never_change")
        connection.execute(
            "UPDATE entries SET header = replace(header, '\"fr\"', '\"en\"') WHERE seq = ?", (seq,)
        )
    connection.close()

    page = aude.send("/record/verification")

    assert "Le registre a été altéré" in page.text
    assert f"L’inscription {seq} n’est plus celle qui a été écrite" in unescape(page.text)
