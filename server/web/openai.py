"""OpenAI's API over the same guards, access and record, for the chat a company already has."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from guardrails.form import faults
from guardrails.verdicts import Violation
from models.ports import Language
from models.words import guess_language
from server.asking import Asking
from server.audit.log import SealedOutcome, SealedSentence
from server.commands.asking import answer_json
from server.failures import EXPECTED
from server.outcomes import Abstained, Answered, Citation, Failed, FailureCause, Refused, Stopped
from server.web import errors
from server.web.api import last_of
from server.web.ask import STREAMED, mark_of
from server.web.callers import KeyHolder
from server.web.catalogue import Catalogue
from server.web.stream import Reading
from server.web.visits import TheWeb, Web

router = APIRouter(prefix="/v1", tags=["openai"])

MODEL = "vigie"

JsonObject = dict[str, Any]


class Part(BaseModel):
    type: str
    text: str = ""


class Message(BaseModel):
    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class CompletionBody(BaseModel):
    """What we read of a request; sampling parameters are the house's, not the client's."""

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None

    @property
    def question(self) -> str:
        asked = [message.text for message in self.messages if message.role == "user"]
        return asked[-1] if asked else ""


@router.get("/models")
def models(web: TheWeb, person: KeyHolder) -> JsonObject:
    assert person.id
    return {"object": "list", "data": [_model(web)]}


@router.get("/models/{model}")
def model(web: TheWeb, person: KeyHolder, model: str) -> JsonObject:
    assert person.id
    _check_model(model)
    return _model(web)


@router.post("/chat/completions", response_model=None)
async def complete(
    request: Request, web: TheWeb, person: KeyHolder, body: CompletionBody
) -> Response:
    """The last message of the user is the question; the answer's sources are under `vigie`."""
    _check_model(body.model)
    language = guess_language(body.question)
    reading = await web.streams.begin(request, Asking(body.question, person, language))
    spoken = web.pages.catalogue(language)
    if faults(body.question):
        return JSONResponse(_unusable(await last_of(reading), spoken), 400)
    if body.stream:
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        chunks = _chunks(request, reading, spoken, with_usage=with_usage)
        return StreamingResponse(chunks, media_type="text/event-stream", headers=STREAMED)
    sealed = await last_of(reading)
    failure = sealed.outcome if isinstance(sealed.outcome, Failed) else None
    if failure is not None:
        return JSONResponse(_failed(failure.cause, spoken), 503)
    return JSONResponse(_completion(sealed, spoken), headers=mark_of(sealed))


def _check_model(name: str) -> None:
    if name != MODEL:
        raise HTTPException(404)


def _model(web: Web) -> JsonObject:
    company = web.vigie.settings.company
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": company}


def _completion(sealed: SealedOutcome, spoken: Catalogue) -> JsonObject:
    message = {"role": "assistant", "content": whole_text(sealed, spoken)}
    choice = {"index": 0, "message": message, "finish_reason": _finish(sealed), "logprobs": None}
    return {
        "id": f"chatcmpl-{sealed.record}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [choice],
        "usage": _usage(sealed),
        "vigie": answer_json(sealed, spoken.language),
    }


async def _chunks(
    request: Request, reading: Reading, spoken: Catalogue, *, with_usage: bool
) -> AsyncIterator[str]:
    created, said = int(time.time()), False
    async with contextlib.aclosing(reading):
        try:
            async for sealed in reading:
                match sealed:
                    case SealedSentence():
                        text = f" {sealed.text}" if said else sealed.text
                        yield _chunk(sealed.record, created, _delta(text, first=not said))
                        said = True
                    case SealedOutcome():
                        for line in _endings(sealed, spoken, created, said=said):
                            yield line
                        if with_usage:
                            yield _chunk(sealed.record, created, [], {"usage": _usage(sealed)})
        except EXPECTED as error:
            yield _line(errors.openai_failure(request, error))
    yield "data: [DONE]\n\n"


def _endings(sealed: SealedOutcome, spoken: Catalogue, created: int, *, said: bool) -> list[str]:
    """What is still to be said when an answer ends, then how it ended."""
    if isinstance(sealed.outcome, Failed):
        return [_line(_failed(sealed.outcome.cause, spoken))]
    text = ending_text(sealed, spoken)
    rest = f"\n\n{text}" if said and text else text
    lines = [_chunk(sealed.record, created, _delta(rest, first=not said))] if rest else []
    end = [{"index": 0, "delta": {}, "finish_reason": _finish(sealed)}]
    vigie = {"vigie": answer_json(sealed, spoken.language)}
    return [*lines, _chunk(sealed.record, created, end, vigie)]


def whole_text(sealed: SealedOutcome, spoken: Catalogue) -> str:
    """The answer and what ends it, as one text."""
    answer = sealed.outcome.text if isinstance(sealed.outcome, Answered) else ""
    return "\n\n".join(part for part in (answer, ending_text(sealed, spoken)) if part)


def ending_text(sealed: SealedOutcome, spoken: Catalogue) -> str:
    """What follows the sentences, for a client that shows text alone."""
    match sealed.outcome:
        case Answered(citations=citations, remarks=remarks):
            sources = _sources(spoken.say("answer.sources"), citations)
            return "\n".join([*_clauses(remarks, spoken.language), sources])
        case Abstained(passages=passages, remarks=remarks):
            sources = _sources(spoken.say(f"outcome.abstained.{sealed.outcome.why}"), passages)
            return "\n".join([*_clauses(remarks, spoken.language), sources])
        case Refused(violations=violations):
            return "\n".join(_clauses(violations, spoken.language))
        case Stopped(procedure=procedure, passages=passages):
            return _sources(procedure, passages)
        case Failed(cause=cause):
            return spoken.say(f"outcome.failed.{cause.value}")


def _clauses(violations: Sequence[Violation], language: Language) -> list[str]:
    return [f"{one.message.spoken(language)} ({one.clause})" for one in violations]


def _sources(title: str, citations: Sequence[Citation]) -> str:
    return "\n".join([title, *(f"[{citation.n}] {citation.title}" for citation in citations)])


def _finish(sealed: SealedOutcome) -> Literal["stop", "content_filter"]:
    return "content_filter" if isinstance(sealed.outcome, Refused) else "stop"


def _usage(sealed: SealedOutcome) -> JsonObject:
    used = sealed.facts.get("usage")
    counts = used if isinstance(used, dict) else {}
    read, written = (_int(counts.get(name)) for name in ("prompt_tokens", "completion_tokens"))
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _failed(cause: FailureCause, spoken: Catalogue) -> JsonObject:
    message = spoken.say(f"outcome.failed.{cause.value}")
    return {"error": {"message": message, "type": "api_error", "param": None, "code": cause.value}}


def _unusable(sealed: SealedOutcome, spoken: Catalogue) -> JsonObject:
    """A question that is none is refused on the record, and told as an invalid request."""
    message, kind = ending_text(sealed, spoken), "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": "messages", "code": "invalid"}}


def _delta(text: str, *, first: bool) -> list[JsonObject]:
    role = {"role": "assistant"} if first else {}
    return [{"index": 0, "delta": {**role, "content": text}, "finish_reason": None}]


def _chunk(
    record: str, created: int, choices: list[JsonObject], more: JsonObject | None = None
) -> str:
    return _line(
        {
            "id": f"chatcmpl-{record}",
            "object": "chat.completion.chunk",
            "created": created,
            "model": MODEL,
            "choices": choices,
            **(more or {}),
        }
    )


def _line(body: JsonObject) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
