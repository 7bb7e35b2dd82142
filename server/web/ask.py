"""Asking: the charter once, then questions, with answers streamed or on a page of their own."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from guardrails.form import faults
from models.words import guess_language
from server.access import Person
from server.asking import Asking
from server.audit.log import SealedOutcome, SealedSentence
from server.failures import EXPECTED
from server.outcomes import Answered
from server.web import errors
from server.web.exchanges import Exchange, own_exchange, titles_of
from server.web.stream import Reading
from server.web.visits import AnyVisit, Asker, CommittedAsker, Visit, to

router = APIRouter()

MARK = {"X-AI-Generated": "true"}
STREAMED = {**MARK, "X-Accel-Buffering": "no"}
CONVERSATION_BYTES = 12

Question = Annotated[str, Form()]
Conversation = Annotated[str, Form(max_length=64)]


@router.get("/charter")
def charter_page(
    visited: AnyVisit, person: Asker, wanted: Annotated[str, Query(alias="next")] = "/ask"
) -> Response:
    vigie = visited.web.vigie
    charter = vigie.charter.get()
    accepted = vigie.accounts.has_accepted(person, charter.version)
    return visited.page("charter.html", charter=charter, accepted=accepted, wanted=wanted)


@router.post("/charter")
def accept_charter(
    visited: AnyVisit, person: Asker, version: Annotated[str, Form()] = ""
) -> Response:
    vigie = visited.web.vigie
    if version == vigie.charter.get().version:  # the one that was on the page
        vigie.accounts.accept_charter(person, version)
    return to("/ask")


@router.get("/ask")
def ask_page(visited: AnyVisit, person: CommittedAsker, conversation: str = "") -> Response:
    assert person == visited.person
    return visited.page(
        "ask.html",
        conversation=conversation[:64] or new_conversation(),
        state=visited.web.vigie.switch.state(),
    )


@router.post("/ask")
async def ask(
    request: Request,
    visited: AnyVisit,
    person: CommittedAsker,
    question: Question = "",
    conversation: Conversation = "",
) -> Response:
    """Without JavaScript: the whole answer, then its page."""
    asking = Asking(question, person, guess_language(question), conversation)
    reading = await visited.web.streams.begin(request, asking)
    record = ""
    async with contextlib.aclosing(reading):
        async for sealed in reading:
            record = sealed.record
    if faults(question):
        return await run_in_threadpool(_refused, visited, person, record)
    return to(f"/questions/{record}?{urlencode({'conversation': conversation})}")


@router.post("/ask/stream")
async def ask_stream(
    request: Request,
    visited: AnyVisit,
    person: CommittedAsker,
    question: Question = "",
    conversation: Conversation = "",
) -> Response:
    """Server-sent events: `sentence` any number of times, then one `outcome` or one `failure`."""
    asking = Asking(question, person, guess_language(question), conversation)
    reading = await visited.web.streams.begin(request, asking)
    return StreamingResponse(
        _events(request, visited, asking, reading),
        400 if faults(question) else 200,
        media_type="text/event-stream",
        headers=STREAMED,
    )


def mark_of(sealed: SealedOutcome) -> dict[str, str]:
    """The header that marks what an AI wrote; none on what people or searching found."""
    return MARK if isinstance(sealed.outcome, Answered) else {}


def answer_page(
    visited: Visit, found: Exchange, conversation: str, status: int = 200
) -> HTMLResponse:
    titles = titles_of(visited.web.vigie.charter.get(), visited.language)
    own = partial(_own_words, visited, found)
    shown = replace(found, sentences=tuple(map(own, found.sentences)))
    return visited.page(
        "answer.html",
        status,
        exchange=shown,
        asked=own(found.question),
        conversation=conversation,
        titles=titles,
    )


def _own_words(visited: Visit, found: Exchange, text: str) -> str:
    """For their asker, who is the only one to see this page."""
    assert visited.person is not None
    return visited.web.vigie.answering.conversations.own_words(text, visited.person, found.record)


def new_conversation() -> str:
    return secrets.token_urlsafe(CONVERSATION_BYTES)


async def _events(
    request: Request, visited: Visit, asking: Asking, reading: Reading
) -> AsyncIterator[str]:
    async with contextlib.aclosing(reading):
        try:
            async for sealed in reading:
                yield await _event(visited, asking, sealed)
        except EXPECTED as error:
            yield errors.failure_event(request, error)


async def _event(visited: Visit, asking: Asking, sealed: SealedSentence | SealedOutcome) -> str:
    """Only what is sealed can be shown: nothing else has this type."""
    match sealed:
        case SealedSentence():
            text = visited.web.vigie.answering.conversations.own_words(
                sealed.text, asking.asker, sealed.record
            )
            html = visited.fragment("fragments/sentence.html", text=text, record=sealed.record)
            return _as_event("sentence", html)
        case SealedOutcome():
            html = await run_in_threadpool(_outcome, visited, asking.asker, sealed)
            return _as_event("outcome", html, f"/questions/{sealed.record}")


def _refused(visited: Visit, person: Person, record: str) -> Response:
    found = own_exchange(visited.web.vigie.record, record, person)
    return answer_page(visited, found, new_conversation(), 400)


def _outcome(visited: Visit, person: Person, sealed: SealedOutcome) -> str:
    found = own_exchange(visited.web.vigie.record, sealed.record, person)
    titles = titles_of(visited.web.vigie.charter.get(), visited.language)
    return visited.fragment("fragments/outcome.html", exchange=found, titles=titles)


def _as_event(name: str, html: str, address: str = "") -> str:
    data = json.dumps({"html": html, "address": address}, ensure_ascii=False)
    return f"event: {name}\ndata: {data}\n\n"
