"""Coming in, going out, and choosing a language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from models.ports import Language
from server.access import Person, Right
from server.errors import SignInError
from server.web.visits import LANGUAGE, SESSION, VISIT, YEAR_S, AnyVisit, SignedIn, to

router = APIRouter()


@router.get("/")
def home(person: SignedIn) -> Response:
    return to(first_page(person))


@router.get("/sign-in")
def sign_in_page(visited: AnyVisit, wanted: Annotated[str, Query(alias="next")] = "/") -> Response:
    if visited.person is not None:
        return to(_local(wanted))
    return visited.page("sign_in.html", wanted=_local(wanted), failed=False)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    visited: AnyVisit,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    web, address = visited.web, request.client.host if request.client else ""
    try:
        _, token = await web.threads.run(
            web.threads.sign_in, lambda: web.vigie.accounts.sign_in(name.strip(), password, address)
        )
    except SignInError:
        return _refused(visited, wanted)
    response = to(_local(wanted))
    visited.keep(response, SESSION, token, int(web.vigie.settings.session_hours * 3600))
    response.delete_cookie(VISIT)
    return response


@router.post("/sign-out")
def sign_out(visited: AnyVisit, person: SignedIn) -> Response:
    visited.web.vigie.accounts.sign_out(person, visited.token)
    response = to("/sign-in")
    response.delete_cookie(SESSION)
    return response


@router.post("/language")
def choose_language(
    visited: AnyVisit,
    language: Annotated[Language, Form()],
    back: Annotated[str, Form()] = "/",
) -> Response:
    if visited.person is not None:
        visited.web.vigie.accounts.set_language(visited.person, language)
    response = to(_local(back))
    visited.keep(response, LANGUAGE, language.value, YEAR_S)
    return response


def first_page(person: Person) -> str:
    """Where someone's work begins."""
    if Right.ASK in person.rights:
        return "/ask"
    if Right.STOP in person.rights:
        return "/admin/switch"
    return "/record"


def _refused(visited: AnyVisit, wanted: str) -> HTMLResponse:
    return visited.page("sign_in.html", 401, wanted=_local(wanted), failed=True)


def _local(path: str) -> str:
    """The path if it stays on this site, else the first page."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
