"""Who sent a request, what they may do, and how they are answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.ports import Language
from server.access import Person, Right, check
from server.web.catalogue import best_language
from server.web.pages import Pages, Reader
from server.web.security import (
    SAFE_METHODS,
    ForgedFormError,
    check_form_secret,
    form_secret,
    same_origin,
)
from server.web.stream import AnswerStreams
from server.wiring import Vigie

SESSION = "vigie_session"
VISIT = "vigie_visit"
LANGUAGE = "vigie_language"
YEAR_S = 365 * 24 * 3600

T = TypeVar("T")


class SignInNeededError(Exception):
    """Nobody is signed in, or no longer."""


class CharterNotAcceptedError(Exception):
    """The charter in force is still to be accepted before the first question."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Limiters of their own for what is slow, so that pages never wait behind it."""

    sign_in: CapacityLimiter  # argon2 takes a core each time
    duty: CapacityLimiter  # the switch: never behind anything
    slow: CapacityLimiter  # ingestion, verification

    async def run(self, limiter: CapacityLimiter, work: Callable[[], T]) -> T:
        return await run_sync(work, limiter=limiter)


@dataclass(frozen=True, slots=True)
class Web:
    """What every route may need; made once with the app."""

    vigie: Vigie
    pages: Pages
    streams: AnswerStreams
    threads: Threads


def web_of(request: Request) -> Web:
    found = request.app.state.web
    assert isinstance(found, Web)
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person at a browser, signed in or not."""

    web: Web
    person: Person | None
    token: str  # of the session, or of the visit before one
    language: Language
    path: str
    secure: bool

    @property
    def reader(self) -> Reader:
        secret = form_secret(self.web.vigie.secret, self.token)
        return Reader(self.person, self.language, secret, self.path)

    def say(self, key: str, **values: object) -> str:
        return self.web.pages.catalogue(self.language).say(key, **values)

    def fragment(self, template: str, **shown: object) -> str:
        return self.web.pages.render(template, self.reader, **shown)

    def page(self, template: str, status: int = 200, **shown: object) -> HTMLResponse:
        """A page; before sign-in it gives the visit a cookie that its forms are bound to."""
        response = HTMLResponse(self.fragment(template, **shown), status)
        if self.person is None:
            self.keep(response, VISIT, self.token)
        return response

    def keep(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=self.secure
        )


def visit(request: Request) -> Visit:
    web = web_of(request)
    token = request.cookies.get(SESSION, "")
    person = web.vigie.accounts.of_session(token) if token else None
    if person is None:
        token = request.cookies.get(VISIT) or secrets.token_urlsafe(16)
    return Visit(
        web,
        person,
        token,
        language_of(request, person),
        request.url.path,
        web.vigie.settings.secure_cookies,
    )


def language_of(request: Request, person: Person | None = None) -> Language:
    """The person's own choice, then this browser's cookie, then what the browser prefers."""
    if person is not None and person.language is not None:
        return person.language
    kept = request.cookies.get(LANGUAGE, "")
    if kept in tuple(Language):
        return Language(kept)
    return best_language(request.headers.get("accept-language", ""))


AnyVisit = Annotated[Visit, Depends(visit)]
TheWeb = Annotated[Web, Depends(web_of)]


def signed_in(visited: AnyVisit) -> Person:
    if visited.person is None:
        raise SignInNeededError
    return visited.person


SignedIn = Annotated[Person, Depends(signed_in)]


def needs(right: Right) -> Callable[[Person], Person]:
    """A dependency: the person, who has this right. Raises AccessDeniedError."""

    def holder(person: SignedIn) -> Person:
        check(person, right)
        return person

    return holder


Asker = Annotated[Person, Depends(needs(Right.ASK))]
Admin = Annotated[Person, Depends(needs(Right.ADMINISTER))]
Stopper = Annotated[Person, Depends(needs(Right.STOP))]
Auditor = Annotated[Person, Depends(needs(Right.READ_RECORD))]
Reviewer = Annotated[Person, Depends(needs(Right.REVIEW))]
Answerer = Annotated[Person, Depends(needs(Right.ANSWER_PEOPLE))]


def under_charter(person: Asker, web: TheWeb) -> Person:
    """The asker, who has accepted the charter in force."""
    if not web.vigie.accounts.has_accepted(person, web.vigie.charter.get().version):
        raise CharterNotAcceptedError
    return person


CommittedAsker = Annotated[Person, Depends(under_charter)]


async def check_form(request: Request, visited: AnyVisit) -> None:
    """Every form of every page passes here: ours, of this session, from this site."""
    if request.method in SAFE_METHODS:
        return
    if visited.person is None and request.cookies.get(SESSION):
        raise SignInNeededError
    if not same_origin(request):
        raise ForgedFormError
    form = await request.form()
    check_form_secret(form.get("form"), visited.reader.form)


def to(path: str) -> RedirectResponse:
    """To another page, by GET."""
    return RedirectResponse(path, 303)
