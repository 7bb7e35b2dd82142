"""A program's story: our API by key, in the form of the command line."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from visitor import HERE

from server.outcomes import Mode
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


def program(company: Vigie, app: FastAPI, name: str) -> TestClient:
    key = company.accounts.create_key(name, "essai", "test")
    return TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {key}"})


@pytest.fixture(scope="module")
def camille(company: Vigie, company_app: FastAPI) -> TestClient:
    return program(company, company_app, "camille")


def test_an_answer_has_the_form_of_the_command_line(company: Vigie, camille: TestClient) -> None:
    response = camille.post("/api/v1/ask", json={"question": QUESTION})

    answer = response.json()
    assert response.headers["x-ai-generated"] == "true"
    assert answer["outcome"] == "answered"
    assert answer["answer"]
    assert {"n", "document", "title", "page", "quote"} <= answer["citations"][0].keys()
    assert answer["timings_ms"]["total"] > 0
    assert answer["energy_wh"] >= 0
    assert company.record.answer(answer["record"]).outcome


def test_an_answer_streams_as_events(camille: TestClient) -> None:
    response = camille.post(
        "/api/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"}
    )

    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", response.text)
    names = [name for name, _ in found]
    assert names[0] == "sentence"
    assert names[-1] == "outcome"
    said = " ".join(json.loads(data)["text"] for _, data in found[:-1])
    assert json.loads(found[-1][1])["answer"] == said


def test_search_finds_what_the_key_may_read(company: Vigie, company_app: FastAPI) -> None:
    body = {"question": "grille des salaires", "limit": 20}

    mine = program(company, company_app, "paie").post("/api/v1/search", json=body).json()
    others = program(company, company_app, "paul").post("/api/v1/search", json=body).json()

    assert "salaires.xlsx" in {hit["document"] for hit in mine}
    assert "salaires.xlsx" not in {hit["document"] for hit in others}


def test_what_a_search_corrected_is_told_beside_the_list(camille: TestClient) -> None:
    body = {"question": "jours de teletravial et CSE"}

    told = camille.post("/api/v1/search", json=body)
    literal = camille.post("/api/v1/search", json={**body, "exact": True})

    assert isinstance(told.json(), list)
    assert json.loads(told.headers["x-vigie-correction"]) == {
        "mended": {"teletravial": "télétravail"},
        "acronyms": {"CSE": "comité social et économique"},
    }
    assert "x-vigie-correction" not in literal.headers


def test_the_sentences_that_answer_are_marked(camille: TestClient) -> None:
    best, *_ = camille.post("/api/v1/search", json={"question": QUESTION}).json()
    answer = camille.post("/api/v1/ask", json={"question": QUESTION}).json()

    said = [best["text"][one["start"] : one["end"]] for one in best["highlights"]]
    assert "jours" in said[0]
    (citation, *_) = answer["citations"]
    quoted = [citation["quote"][one["start"] : one["end"]] for one in citation["highlights"]]
    assert quoted
    assert quoted[0] in answer["answer"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/ask"),
        ("POST", "/api/v1/search"),
        ("GET", "/api/v1/switch"),
        ("POST", "/api/v1/switch"),
        ("GET", "/v1/models"),
        ("POST", "/v1/chat/completions"),
    ],
)
@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer vigie-faux", "Basic dmlnaWU6"])
def test_nothing_is_open_without_a_key(
    company_app: FastAPI, method: str, path: str, key: str
) -> None:
    headers = {"Authorization": key} if key else {}
    web = TestClient(company_app, base_url=HERE, headers=headers)

    response = web.request(method, path, json={"question": "x"})

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "sign_in_needed"
    assert response.headers["www-authenticate"] == "Bearer"


def test_health_needs_no_key_and_tells_the_measured_mode(company_app: FastAPI) -> None:
    web = TestClient(company_app, base_url=HERE)

    for path in ("/health", "/api/v1/health"):
        health = web.get(path).json()
        assert health["status"] == "ok"
        assert health["mode"] == "on"
        assert health["energy"] in {"estimated", "rapl", "rapl+nvml"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": 3},
        {"question": "x", "inconnu": 1},
        {"question": "x", "language": "de"},
    ],
)
def test_a_body_that_is_none_of_ours_is_refused(
    camille: TestClient, body: dict[str, object]
) -> None:
    response = camille.post(
        "/api/v1/ask", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid"


@pytest.mark.parametrize("question", ["", "a" * 100_000, "jours\0de congé", "\ud800"])
def test_a_question_that_cannot_be_one_is_refused_on_the_record(
    company: Vigie, camille: TestClient, question: str
) -> None:
    response = camille.post(
        "/api/v1/ask",
        content=json.dumps({"question": question}),
        headers={"Content-Type": "application/json"},
    )

    assert response.status_code == 400
    answer = response.json()
    assert answer["outcome"] == "refused"
    assert company.record.answer(answer["record"])


def test_the_switch_moves_by_its_rights(company: Vigie, company_app: FastAPI) -> None:
    stopper = program(company, company_app, "garde")
    first, second = (program(company, company_app, name) for name in ("adele", "anatole"))
    employee = program(company, company_app, "camille")
    off, on = {"mode": "off", "reason": "essai"}, {"mode": "on", "reason": "vérifié"}

    assert employee.post("/api/v1/switch", json=off).status_code == 403
    assert stopper.post("/api/v1/switch", json=off).json()["mode"] == "off"
    response = employee.post("/api/v1/ask", json={"question": QUESTION})
    stopped = response.json()
    assert stopper.post("/api/v1/switch", json=on).status_code == 403
    assert first.post("/api/v1/switch", json=on).json()["mode"] == "off"
    assert second.post("/api/v1/switch", json=on).json()["mode"] == "on"

    assert "x-ai-generated" not in response.headers
    assert stopped["outcome"] == "stopped"
    assert stopped["citations"]
    assert stopped["contacts"]
    assert company.switch.state().mode is Mode.ON
