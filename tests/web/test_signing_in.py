"""Coming in and going out: throttled, without telling who exists, ended at once by a suspension."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from visitor import HERE, Visitor, person

from server.settings import load
from server.web.app import create_app
from server.wiring import Parts, open_vigie

pytestmark = pytest.mark.slow


def house_of(app: FastAPI):  # noqa: ANN201  # the Vigie behind an app
    return app.state.web.vigie


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("camille", "/charter"),
        ("adele", "/admin/switch"),
        ("garde", "/admin/switch"),
        ("aude", "/record"),
    ],
)
def test_each_role_arrives_where_its_work_is(app: FastAPI, name: str, page: str) -> None:
    visitor = Visitor(app).sign_in(name)

    assert visitor.web.get("/").url.path == page


def test_a_page_asks_to_sign_in_and_comes_back_to_itself(app: FastAPI) -> None:
    visitor = Visitor(app)

    asked = visitor.web.get("/record?before=3")

    assert asked.url.path == "/sign-in"
    sent = {"form": visitor.form, "name": "aude", "password": "un-mot-de-passe-de-test"}
    arrived = visitor.web.post("/sign-in", data={**sent, "next": "/record?before=3"})
    assert str(arrived.url) == f"{HERE}/record?before=3"


@pytest.mark.parametrize(
    "wanted", ["//piege.example", "https://piege.example", "/\\piege.example", "", "/a\r\nb: c"]
)
def test_signing_in_never_leads_to_another_site(app: FastAPI, wanted: str) -> None:
    visitor = Visitor(app)

    sent = {"form": visitor.form, "name": "aude", "password": "un-mot-de-passe-de-test"}
    arrived = visitor.web.post("/sign-in", data={**sent, "next": wanted})

    assert arrived.url.host == "127.0.0.1"
    assert arrived.url.path == "/record"


def test_an_unknown_name_and_a_wrong_password_are_told_alike(app: FastAPI) -> None:
    visitor = Visitor(app)

    def refused(name: str) -> str:
        sent = {"form": visitor.form, "name": name, "password": "faux"}
        response = visitor.web.post("/sign-in", data=sent)
        assert response.status_code == 401
        return response.text

    assert refused("paul") == refused("personne")


def test_wrong_passwords_earn_a_pause_also_for_the_right_one(
    tmp_path_factory: pytest.TempPathFactory, parts: Parts
) -> None:
    settings = load(tmp_path_factory.mktemp("slow") / "home", sign_in_tries=2)
    with open_vigie(settings, parts) as house:
        person(house, "camille")
        visitor = Visitor(create_app(house))
        for _ in range(2):
            visitor.sign_in("camille", "faux")

        visitor.sign_in("camille")

        assert visitor.web.get("/questions").url.path == "/sign-in"


def test_going_out_ends_the_session_itself(app: FastAPI) -> None:
    visitor = Visitor(app).sign_in("aude")
    session = visitor.web.cookies["vigie_session"]

    visitor.send("/sign-out")

    stolen = TestClient(app, base_url=HERE, cookies={"vigie_session": session})
    assert stolen.get("/record").url.path == "/sign-in"


def test_a_suspended_person_loses_session_and_key_at_once(app: FastAPI) -> None:
    house = house_of(app)
    person(house, "partant")
    key = house.accounts.create_key("partant", "essai", "test")
    visitor, admin = Visitor(app).sign_in("partant"), Visitor(app).sign_in("adele")
    program = TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {key}"})
    assert program.get("/api/v1/switch").status_code == 200
    assert visitor.web.get("/questions").url.path == "/questions"

    admin.send("/admin/people/suspend", name="partant")

    assert visitor.web.get("/questions").url.path == "/sign-in"
    assert program.get("/api/v1/switch").status_code == 401
    assert Visitor(app).sign_in("partant").web.get("/questions").url.path == "/sign-in"


def test_a_form_of_an_ended_session_asks_to_sign_in_again(app: FastAPI) -> None:
    visitor = Visitor(app).sign_in("aude")
    form = visitor.form
    house_of(app).accounts.sign_out(
        house_of(app).accounts.named("aude"), visitor.web.cookies["vigie_session"]
    )

    response = visitor.web.post("/record/verification", data={"form": form})

    assert response.status_code == 401
    assert "Connexion nécessaire" in response.text


def test_a_session_of_another_house_does_not_keep_anyone_out(app: FastAPI) -> None:
    visitor = Visitor(app)
    visitor.web.cookies.set("vigie_session", "of-another-house")

    page = visitor.sign_in("camille").web.get("/questions")

    assert page.url.path == "/questions"


def test_a_language_is_chosen_for_good(app: FastAPI) -> None:
    visitor = Visitor(app, language="en")
    assert 'lang="en"' in visitor.web.get("/sign-in").text

    visitor.send("/language", language="fr", back="/sign-in")
    assert 'lang="fr"' in visitor.web.get("/sign-in").text

    visitor.sign_in("anatole")
    visitor.send("/language", language="en", back="/admin/people")
    elsewhere = Visitor(app, language="fr").sign_in("anatole")
    assert 'lang="en"' in elsewhere.web.get("/admin/people").text
