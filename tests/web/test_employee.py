"""An employee's story: ask, read, check the source, report, and reach a person."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from html import unescape

import pytest
from fastapi import FastAPI
from visitor import Visitor

from models.ports import Language
from server.audit.events import EventKind
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


@pytest.fixture(scope="module")
def camille(company_app: FastAPI) -> Visitor:
    return Visitor(company_app).sign_in("camille").accept_charter()


@pytest.fixture(scope="module")
def paul(company_app: FastAPI) -> Visitor:
    return Visitor(company_app).sign_in("paul").accept_charter()


def last_record(house: Vigie) -> str:
    return house.record.answers(1)[0].record


def events(text: str) -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_the_charter_is_asked_once_before_the_first_question(
    company: Vigie, company_app: FastAPI
) -> None:
    visitor = Visitor(company_app).sign_in("odile")
    assert visitor.web.get("/ask").url.path == "/charter"
    assert visitor.ask(QUESTION).status_code == 403

    visitor.accept_charter()

    assert visitor.web.get("/ask").url.path == "/ask"
    accepted = company.record.entries(kinds=(EventKind.CHARTER_ACCEPTED,))
    assert company.accounts.named("odile").pseudonym in {entry.actor for entry in accepted}


def test_an_answer_is_marked_cited_and_owned(camille: Visitor) -> None:
    page = camille.ask(QUESTION)

    assert page.status_code == 200
    assert page.headers["x-ai-generated"] == "true"
    assert 'data-ai-generated="true"' in page.text
    assert "Réponse produite par une IA" in page.text
    assert "extracti" in page.text.lower()
    assert re.search(r'<a class="cite" data-n="\d" href="/documents/', page.text)
    assert "Responsable\u00a0: Camille Exemplaire" in page.text


def test_a_citation_opens_its_passage_highlighted(camille: Visitor) -> None:
    page = camille.ask(QUESTION)
    link = re.search(r'<a class="cite" data-n="\d" href="(/documents/[^"]+)"', page.text)
    assert link

    document = camille.web.get(unescape(link[1]))

    assert document.status_code == 200
    marked = re.findall(r"<mark[^>]*>([^<]+)</mark>", document.text)
    assert marked
    assert document.text.count('id="passage"') == 1


def test_a_document_past_its_review_date_says_so(camille: Visitor) -> None:
    page = camille.web.get("/documents/ressources-humaines/teletravail-2023.md")

    assert "À revoir depuis le 31 août 2025" in page.text


def test_another_version_of_a_document_is_not_highlighted(camille: Visitor) -> None:
    page = camille.web.get(
        "/documents/ressources-humaines/conges-payes.md?start=0&end=20&version=ancienne"
    )

    assert "Ce document a changé" in page.text
    assert "<mark" not in page.text


def test_the_stream_gives_sealed_sentences_then_the_outcome(camille: Visitor) -> None:
    response = camille.web.post(
        "/ask/stream",
        data={"form": camille.form, "question": QUESTION, "conversation": "c"},
        headers={"Accept": "text/event-stream"},
    )

    said = events(response.text)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-ai-generated"] == "true"
    assert [name for name, _ in said[:-1]] == ["sentence"] * (len(said) - 1)
    assert len(said) > 1
    name, outcome = said[-1]
    assert name == "outcome"
    assert outcome["address"].startswith("/questions/")
    assert 'class="sources"' in outcome["html"]


def test_every_sentence_on_the_screen_is_on_the_record(company: Vigie, camille: Visitor) -> None:
    response = camille.web.post(
        "/ask/stream", data={"form": camille.form, "question": QUESTION, "conversation": "c"}
    )

    found = company.record.answer(last_record(company))
    shown = [re.sub(r"<[^>]+>", "", said["html"]) for name, said in events(response.text)[:-1]]
    recorded = [str(sentence.content["text"]) for sentence in found.sentences if sentence.content]
    assert [unescape(text).strip() for text in shown] == [text.strip() for text in recorded]


def test_personal_data_in_a_question_is_masked_and_shown_as_masked(
    company: Vigie, camille: Visitor
) -> None:
    page = camille.ask("Écrire à jean.exemple@phares.example pour mes congés payés ?")

    assert "Masqué dans votre question" in page.text
    assert "adresse électronique" in page.text
    heading, _, passed_on = page.text.partition('<div class="ending">')
    assert "jean.exemple" in heading  # their own words, to themselves
    assert "jean.exemple" not in passed_on
    assert "jean.exemple" not in str(company.record.answer(last_record(company)))


def test_nobody_reads_the_questions_of_another(
    company: Vigie, camille: Visitor, paul: Visitor
) -> None:
    camille.ask(QUESTION)
    record = last_record(company)

    assert camille.web.get(f"/questions/{record}").status_code == 200
    assert paul.web.get(f"/questions/{record}").status_code == 404
    assert paul.send(f"/questions/{record}/report", reason="curieux").status_code == 404
    assert QUESTION not in paul.web.get("/questions").text
    assert QUESTION in unescape(camille.web.get("/questions").text)


@pytest.mark.parametrize(
    "path",
    [
        "/documents/ressources-humaines/salaires.xlsx",
        "/documents/direction/plan-strategique.md",
        "/documents/direction/inconnu.md",
        "/documents/inconnue/x",
        "/documents/ressources-humaines/../direction/plan-strategique.md",
    ],
)
def test_a_document_of_others_is_not_found_rather_than_forbidden(
    camille: Visitor, path: str
) -> None:
    page = camille.web.get(path)

    assert page.status_code == 404
    assert "Introuvable" in page.text


def test_search_finds_only_what_its_reader_may_read(company_app: FastAPI, camille: Visitor) -> None:
    payroll = Visitor(company_app).sign_in("paie")

    found = camille.web.get("/search", params={"q": "grille des salaires"}).text
    theirs = payroll.web.get("/search", params={"q": "grille des salaires"}).text

    assert "salaires.xlsx" not in found
    assert "salaires.xlsx" in theirs


def test_a_search_marks_what_answers_and_says_what_it_mended(camille: Visitor) -> None:
    typed = "jours de teletravial selon le CSE"

    page = camille.web.get("/search", params={"q": typed}).text
    literal = camille.web.get("/search", params={"q": typed, "exact": "1"}).text

    assert "<mark>" in page
    assert "Résultats pour «\u00a0jours de télétravail selon le CSE\u00a0»" in page
    assert f"au lieu de «\u00a0{typed}\u00a0»" in page
    assert "q=jours+de+teletravial+selon+le+CSE&amp;exact=1" in page.replace("%20", "+")
    assert "<dt>CSE</dt><dd>comité social et économique</dd>" in page
    assert "au lieu de" not in literal
    assert "comité social et économique</dd>" not in literal


def test_an_error_is_reported_masked_under_the_askers_own_pseudonym(
    company: Vigie, camille: Visitor
) -> None:
    camille.ask(QUESTION)
    record = last_record(company)

    page = camille.send(
        f"/questions/{record}/report", reason="C’est faux, demandez à x.y@phares.example"
    )

    (report,) = company.record.answer(record).reports
    assert "Signalement enregistré" in page.text
    assert report.content
    assert "x.y@" not in str(report.content)
    assert "C’est faux" in str(report.content["reason"])
    assert report.actor == company.accounts.named("camille").pseudonym
    assert camille.send(f"/questions/{record}/report", reason="  ").status_code == 400


def test_a_question_left_for_a_person_is_answered_here(
    company_app: FastAPI, camille: Visitor, paul: Visitor
) -> None:
    camille.send("/questions/leave", question="Qui remplace la responsable en août ?")
    owner = Visitor(company_app).sign_in("odile")
    desk = owner.web.get("/desk").text
    assert "Qui remplace la responsable en août" in desk
    address = re.search(r'action="(/desk/[^"]+)"', desk)
    assert address

    owner.send(address[1], answer="C’est Paul, jusqu’au 31.")

    assert "C’est Paul, jusqu’au 31." in unescape(camille.web.get("/questions").text)
    assert "C’est Paul" not in unescape(paul.web.get("/questions").text)
    assert owner.send(address[1], answer="Encore").status_code == 404


def test_a_persons_answer_is_on_the_record_masked_before_anyone_reads_it(
    company: Vigie, company_app: FastAPI, camille: Visitor
) -> None:
    camille.send("/questions/leave", question="Qui tient la cantine ?")
    owner = Visitor(company_app).sign_in("odile")
    address = re.search(r'action="(/desk/[^"]+)"', owner.web.get("/desk").text)
    assert address
    record = company.settings.home / "record.db"

    with closing(sqlite3.connect(record, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        refused = owner.send(address[1], answer="C’est Mme Exemple, au 06 39 98 12 34.")
        lock.execute("ROLLBACK")
    unread = unescape(camille.web.get("/questions").text)
    owner.send(address[1], answer="C’est Mme Exemple, au 06 39 98 12 34.")

    assert refused.status_code == 503
    assert "06 39 98 12 34" not in unread
    assert "06 39 98 12 34" in unescape(camille.web.get("/questions").text)
    noted = company.record.entries(kinds=(EventKind.QUESTION_ANSWERED,), limit=1_000)[-1]
    assert noted.content == {"answer": "C’est Mme [PERSON_1], au [PHONE_1]."}


def test_a_question_is_text_and_never_markup(camille: Visitor) -> None:
    page = camille.ask('<script>alert("congés")</script>')

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


@pytest.mark.parametrize("question", ["", "   ", "a" * 100_000, "jours\0de congé"])
def test_a_question_that_cannot_be_one_is_refused_on_the_record(
    company: Vigie, camille: Visitor, question: str
) -> None:
    before = last_record(company)

    page = camille.ask(question)

    assert page.status_code == 400
    assert "Pas de réponse à cette question" in page.text
    assert last_record(company) != before


def test_the_whole_interface_speaks_english_too(company: Vigie, company_app: FastAPI) -> None:
    visitor = Visitor(company_app, language="en").sign_in("paie").accept_charter()

    page = visitor.ask("How many days of paid leave do I get per year?")

    assert 'lang="en"' in page.text
    assert "Answer produced by an AI" in page.text
    assert company.record.answers(1)[0].opening.facts["language"] == Language.ENGLISH.value
