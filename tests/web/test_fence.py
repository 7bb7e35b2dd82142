"""What every request must pass and every response carries, whatever the page."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from visitor import HERE, Visitor, secret_in

from server.web.app import PAGES
from server.web.security import HEADERS, MOST_BYTES, known_host, known_hosts

PUBLIC_PATHS = (
    "/sign-in",
    "/health",
    "/api/v1/health",
    "/openapi.json",
    "/api/v1/openapi.json",
    "/static/vigie.css",
)
OTHER_PATHS = ("/", "/nowhere", "/ask", "/api/v1/switch", "/v1/models", "/static/nothing")


@pytest.fixture(scope="module")
def adele(app: FastAPI) -> Visitor:
    return Visitor(app).sign_in("adele")


def form_paths() -> list[str]:
    """Every path that takes a form."""
    routes = (route for page in PAGES for route in page.router.routes)
    taking = (route for route in routes if isinstance(route, APIRoute) and "POST" in route.methods)
    return [re.sub(r"\{[^}]+\}", "x", route.path) for route in taking]


@pytest.mark.parametrize("path", [*PUBLIC_PATHS, *OTHER_PATHS])
def test_every_response_carries_the_security_headers(app: FastAPI, path: str) -> None:
    response = TestClient(app, base_url=HERE, follow_redirects=False).get(path)

    assert response.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/sign-in", "/ask", "/api/v1/switch", "/v1/models"])
def test_nothing_personal_is_kept_by_a_cache(app: FastAPI, path: str) -> None:
    response = TestClient(app, base_url=HERE, follow_redirects=False).get(path)

    assert response.headers["cache-control"] == "no-store"


def test_no_other_site_is_let_in_by_cors(app: FastAPI) -> None:
    web = TestClient(app, base_url=HERE)

    asked = web.options(
        "/api/v1/ask",
        headers={"Origin": "https://ailleurs.example", "Access-Control-Request-Method": "POST"},
    )
    got = web.get("/health", headers={"Origin": "https://ailleurs.example"})

    for response in (asked, got):
        assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("piege.example", 421),
        ("localhost.piege.example", 421),
        ("127.0.0.1.piege.example", 421),
        ("", 421),
        ("[::1", 421),
    ],
)
def test_a_name_rebound_to_this_address_is_refused(app: FastAPI, host: str, status: int) -> None:
    response = TestClient(app, base_url=HERE).get("/health", headers={"Host": host})

    assert response.status_code == status


def test_the_names_that_the_house_goes_by_are_known() -> None:
    hosts = known_hosts("0.0.0.0", ["vigie.phares.example", ""])

    assert known_host("Vigie.phares.example:443", hosts)
    assert not known_host("phares.example", hosts)


def test_every_form_is_refused_without_the_secret_of_its_session(adele: Visitor) -> None:
    statuses = {
        path: adele.web.post(path, data={"reason": "x"}).status_code for path in form_paths()
    }

    assert len(statuses) > 12
    assert set(statuses.values()) == {403}, statuses


def test_the_secret_of_another_session_is_refused(app: FastAPI) -> None:
    visitor, other = Visitor(app).sign_in("adele"), Visitor(app).sign_in("anatole")

    response = visitor.web.post("/admin/switch", data={"form": other.form, "mode": "off"})

    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://piege.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_the_secret(
    adele: Visitor, headers: dict[str, str]
) -> None:
    sent = {"form": adele.form, "mode": "off", "reason": "essai"}

    response = adele.web.post("/admin/switch", data=sent, headers=headers)

    assert response.status_code == 403


def test_a_form_from_this_site_passes(adele: Visitor) -> None:
    sent = {"form": adele.form, "mode": "off", "reason": "essai"}

    response = adele.web.post("/admin/switch", data=sent, headers={"Origin": HERE})

    assert response.status_code == 200
    assert "L’IA est arrêtée" in response.text


def test_a_cookie_does_not_open_the_api_for_other_sites(adele: Visitor) -> None:
    body = {"mode": "off", "reason": "essai"}

    without = adele.web.post("/api/v1/switch", json=body)
    with_secret = adele.web.post("/api/v1/switch", json=body, headers={"X-Form-Secret": adele.form})

    assert without.status_code == 403
    assert with_secret.status_code == 200


def test_too_large_a_body_is_refused_by_its_announcement_and_while_it_streams(
    app: FastAPI,
) -> None:
    visitor = Visitor(app).sign_in("camille")
    large = b"question=" + b"a" * MOST_BYTES
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    announced = visitor.web.post("/ask", content=large, headers=kind)
    streamed = visitor.web.post("/ask", content=iter([large]), headers=kind)

    assert announced.status_code == 413
    assert streamed.status_code == 413


def test_no_page_has_a_script_or_a_style_of_its_own(adele: Visitor) -> None:
    for path in ("/sign-in", "/admin/switch", "/admin/people", "/admin/collections", "/nowhere"):
        page = adele.web.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert re.findall(r"<script[^>]*>(.*?)</script>", page) == [""]
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(app: FastAPI) -> None:
    web = TestClient(app, base_url=HERE, follow_redirects=False)
    secret = secret_in(web.get("/sign-in").text)

    sent = {"form": secret, "name": "camille", "password": "un-mot-de-passe-de-test"}
    cookies = web.post("/sign-in", data=sent).headers.get_list("set-cookie")

    session = next(cookie for cookie in cookies if cookie.startswith("vigie_session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


def test_an_unexpected_failure_shows_no_trace_and_keeps_the_headers(app: FastAPI) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("le chemin /secret/interne")

    response = TestClient(app, base_url=HERE, raise_server_exceptions=False).get("/broken")

    assert response.status_code == 500
    assert "interne" not in response.text
    assert "Traceback" not in response.text
    assert "content-security-policy" in response.headers


def test_the_api_is_described_without_a_page_from_elsewhere(app: FastAPI) -> None:
    web = TestClient(app, base_url=HERE)

    described = web.get("/openapi.json").json()

    assert {"/api/v1/ask", "/api/v1/search", "/api/v1/switch", "/v1/chat/completions"} <= set(
        described["paths"]
    )
    assert web.get("/docs").status_code == 404
    assert web.get("/redoc").status_code == 404
