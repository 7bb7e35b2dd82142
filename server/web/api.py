"""Our own API: ask, search, the switch. What the command line prints, over HTTP."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Self

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from guardrails.form import LONGEST_QUESTION, faults
from models.ports import Language
from models.words import guess_language
from server.asking import Asking
from server.audit.log import SealedOutcome, SealedSentence
from server.commands.asking import answer_json, correction_json, hits_json
from server.commands.switch import model_json, state_json
from server.errors import ServerError
from server.failures import EXPECTED
from server.outcomes import Mode
from server.retrieval import Wanted
from server.web import errors
from server.web.ask import STREAMED, mark_of
from server.web.callers import AskingCaller, Caller
from server.web.stream import Reading
from server.web.visits import TheWeb

router = APIRouter(prefix="/api/v1", tags=["vigie"])

CORRECTION = "X-Vigie-Correction"
RELEVANT = "X-Vigie-Relevant"
REDACTED = "X-Vigie-Redacted"

JsonObject = dict[str, Any]


class Body(BaseModel):
    """What a program sends; unknown fields are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskBody(Body):
    question: str
    conversation: str = Field("", max_length=64)
    language: Language | None = Field(None, description="By default, the question's own.")


class SearchBody(Body):
    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    limit: int = Field(10, ge=1, le=50)
    language: Language | None = None
    exact: bool = Field(False, description="What was typed, nothing mended or spelt out.")


class SwitchBody(Body):
    mode: Mode = Field(description="`on` asks for a restart; a second person confirms it.")
    reason: str = Field(min_length=1, max_length=500)
    unload: bool = Field(
        False, description="With a stop: every process gives its model's memory back after it."
    )

    @model_validator(mode="after")
    def _unloaded_by_a_stop(self) -> Self:
        if self.unload and self.mode is Mode.ON:
            raise ValueError("a restart unloads nothing: `unload` belongs to a stop")
        return self


@router.post("/ask", response_model=None)
async def ask(request: Request, web: TheWeb, person: AskingCaller, body: AskBody) -> Response:
    """An answer from the documents the caller may read.

    JSON, or server-sent events with `Accept: text/event-stream`: any number of `sentence`
    events, then one `outcome`, which is the object that JSON would have been, or one `failure`.
    """
    language = body.language or guess_language(body.question)
    asking = Asking(body.question, person, language, body.conversation)
    reading = await web.streams.begin(request, asking)
    status = 400 if faults(body.question) else 200
    if "text/event-stream" in request.headers.get("accept", ""):
        events = _events(request, reading, language)
        return StreamingResponse(events, status, media_type="text/event-stream", headers=STREAMED)
    sealed = await last_of(reading)
    return JSONResponse(answer_json(sealed, language), status, mark_of(sealed))


@router.post("/search")
async def search(
    web: TheWeb, person: Caller, body: SearchBody, response: Response
) -> list[JsonObject]:
    """Passages that the caller may read. Goes on working when the AI is stopped.

    Where a word was mended or an acronym spelt out, the header `X-Vigie-Correction` says so,
    in JSON: `{"mended": {typed: meant}, "acronyms": {acronym: words}}`. The header
    `X-Vigie-Relevant` is `false` where they are only the nearest, and none seems to be about
    what was asked. Personal data is never looked for: `X-Vigie-Redacted` counts, in JSON, what was
    left out by kind.
    """
    language = body.language or guess_language(body.question)
    wanted = Wanted(body.question, language, exact=body.exact)
    looked = await web.threads.run(
        web.threads.search, lambda: web.vigie.searching.look(wanted, person, body.limit)
    )
    found = looked.found
    if told := correction_json(found.correction):
        response.headers[CORRECTION] = json.dumps(told)  # in ASCII, as a header must be
    if looked.redacted:
        response.headers[REDACTED] = json.dumps(dict(looked.redacted))
    response.headers[RELEVANT] = "true" if found.relevant else "false"
    return [dict(hit) for hit in hits_json(found)]  # type: ignore[arg-type]  # an object


@router.get("/switch")
async def switch(web: TheWeb, person: Caller) -> JsonObject:
    """The measured state of the switch, and of the model in this server's memory."""
    assert person.id
    generator = web.vigie.answering.engines.generator.made
    model = await web.threads.run(web.threads.model, lambda: model_json(generator))
    return {**state_json(web.vigie.switch.state()), "model": model}


@router.post("/switch")
async def move_switch(web: TheWeb, person: Caller, body: SwitchBody) -> JsonObject:
    """Stop, search only, or ask for a restart."""
    switching = web.vigie.switching
    match body.mode:
        case Mode.ON:
            state = await web.threads.run(
                web.threads.restart, lambda: switching.restart(body.reason, person)
            )
        case Mode.SEARCH_ONLY | Mode.OFF:
            state = await web.threads.run(
                web.threads.stop,
                lambda: switching.tighten(body.mode, body.reason, person, unload=body.unload),
            )
    return dict(state_json(state))


async def last_of(reading: Reading) -> SealedOutcome:
    """The outcome, once everything before it was said."""
    last: object = None
    async with contextlib.aclosing(reading):
        async for sealed in reading:
            last = sealed
    if not isinstance(last, SealedOutcome):
        raise ServerError("The answer ended without an outcome.")
    return last


async def _events(request: Request, reading: Reading, language: Language) -> AsyncIterator[str]:
    async with contextlib.aclosing(reading):
        try:
            async for sealed in reading:
                match sealed:
                    case SealedSentence():
                        yield _event("sentence", _sentence_json(sealed))
                    case SealedOutcome():
                        yield _event("outcome", answer_json(sealed, language))
        except EXPECTED as error:
            yield _event("failure", errors.api_failure(request, error))


def _sentence_json(said: SealedSentence) -> JsonObject:
    return {"record": said.record, "text": said.text, "cited": list(said.cited)}


def _event(name: str, body: JsonObject) -> str:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
