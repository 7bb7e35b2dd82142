"""Who sent a request, what they may do, and how they are answered."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Self, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Query, Request
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
OPEN_FORMS = ("/sign-in", "/language")

T = TypeVar("T")


class SignInNeededError(Exception):
    """Nobody is signed in, or no longer."""


class CharterNotAcceptedError(Exception):
    """The charter in force is still to be accepted before the first question."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Limiters of their own for what is slow, so that pages never wait behind it.

    Routes that only read a page run in FastAPI's shared pool; nothing that a stop or a health
    check needs does.
    """

    visits: CapacityLimiter  # who is it: short reads of the store
    sign_in: CapacityLimiter  # argon2 takes a core each time
    stop: CapacityLimiter  # never behind anything, not even a restart
    restart: CapacityLimiter  # waits for the record
    search: CapacityLimiter  # the embedder reads one text at a time
    slow: CapacityLimiter  # ingestion, verification
    judging: CapacityLimiter  # a withdrawal waits for no ingestion
    model: CapacityLimiter  # a model in a process of its own says how it is

    @classmethod
    def make(cls) -> Self:
        sizes = (8, 2, 16, 1, 2, 2, 2, 4)
        return cls(*(CapacityLimiter(size) for size in sizes))

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


async def the_web(request: Request) -> Web:
    """`web_of` as a dependency: asynchronous, since a plain one would wait for a thread."""
    return web_of(request)


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


async def visit(request: Request) -> Visit:
    web = web_of(request)
    token = request.cookies.get(SESSION, "")
    person = None
    if token:
        person = await web.threads.run(
            web.threads.visits, lambda: web.vigie.accounts.of_session(token)
        )
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


LAST = 2**63 - 1  # what SQLite counts up to
Position = Annotated[int | None, Query(ge=0, le=LAST)]
After = Annotated[int, Query(ge=-1, le=LAST)]
AnyVisit = Annotated[Visit, Depends(visit)]
TheWeb = Annotated[Web, Depends(the_web)]


async def signed_in(visited: AnyVisit) -> Person:
    if visited.person is None:
        raise SignInNeededError
    return visited.person


SignedIn = Annotated[Person, Depends(signed_in)]


def needs(right: Right) -> Callable[[Person], Awaitable[Person]]:
    """A dependency: the person, who has this right. Raises AccessDeniedError."""

    async def holder(person: SignedIn) -> Person:
        check(person, right)
        return person

    return holder


Asker = Annotated[Person, Depends(needs(Right.ASK))]
Admin = Annotated[Person, Depends(needs(Right.ADMINISTER))]
Stopper = Annotated[Person, Depends(needs(Right.STOP))]
Auditor = Annotated[Person, Depends(needs(Right.READ_RECORD))]
Reviewer = Annotated[Person, Depends(needs(Right.REVIEW))]
Steward = Annotated[Person, Depends(needs(Right.KEEP_FRESH))]
Answerer = Annotated[Person, Depends(needs(Right.ANSWER_PEOPLE))]


async def under_charter(person: Asker, web: TheWeb) -> Person:
    """The asker, who has accepted the charter in force."""
    await check_charter(web, person)
    return person


async def check_charter(web: Web, person: Person) -> None:
    """Raises CharterNotAcceptedError unless the person accepted the charter in force."""
    accounts, charter = web.vigie.accounts, web.vigie.charter
    accepted = await web.threads.run(
        web.threads.visits, lambda: accounts.has_accepted(person, charter.get().version)
    )
    if not accepted:
        raise CharterNotAcceptedError


CommittedAsker = Annotated[Person, Depends(under_charter)]


async def check_form(request: Request, visited: AnyVisit) -> None:
    """Every form of every page passes here: ours, of this session, from this site."""
    if request.method in SAFE_METHODS:
        return
    # A session that ended is told as such; but coming in, and choosing a language, never need one.
    if visited.person is None and request.cookies.get(SESSION) and visited.path not in OPEN_FORMS:
        raise SignInNeededError
    if not same_origin(request):
        raise ForgedFormError
    form = await request.form()
    check_form_secret(form.get("form"), visited.reader.form)


def to(path: str) -> RedirectResponse:
    """To another page, by GET."""
    return RedirectResponse(path, 303)
