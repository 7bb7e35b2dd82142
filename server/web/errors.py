"""What people and programs are told when something goes wrong: one table, never a stack trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from guardrails.errors import GuardrailsError
from ingest.errors import IngestError
from models.errors import ModelBusyError, ModelsError, WritingRevokedError
from models.ports import Language
from server.audit.errors import (
    AuditError,
    ReviewRefusedError,
    UnknownRecordError,
    UnrecordableEventError,
)
from server.errors import (
    AccessDeniedError,
    InvalidInputError,
    NotFoundError,
    ServerError,
    SignInError,
)
from server.web.pages import Reader
from server.web.security import HEADERS, NO_STORE, ForgedFormError, TooLargeError
from server.web.visits import CharterNotAcceptedError, SignInNeededError, language_of, web_of


@dataclass(frozen=True, slots=True)
class Told:
    """How a failure is told: its status, its sentence in the catalogue, when to come back."""

    status: int
    key: str
    retry_after_s: int | None = None
    explained: bool = False  # the error's own text says what to change


TABLE: dict[type[Exception], Told] = {
    Exception: Told(500, "internal"),
    ServerError: Told(503, "unavailable"),
    AccessDeniedError: Told(403, "denied", explained=True),
    SignInError: Told(401, "sign_in"),
    NotFoundError: Told(404, "not_found"),
    InvalidInputError: Told(400, "invalid", explained=True),
    AuditError: Told(503, "no_record"),
    UnknownRecordError: Told(404, "not_found"),
    UnrecordableEventError: Told(400, "invalid"),
    ReviewRefusedError: Told(409, "review"),
    ModelsError: Told(503, "model"),
    ModelBusyError: Told(503, "busy", retry_after_s=5),
    WritingRevokedError: Told(503, "revoked", explained=True),
    IngestError: Told(400, "ingest", explained=True),
    GuardrailsError: Told(503, "guards"),
    SignInNeededError: Told(401, "sign_in_needed"),
    CharterNotAcceptedError: Told(403, "charter"),
    ForgedFormError: Told(403, "forged"),
    TooLargeError: Told(413, "too_large"),
    RequestValidationError: Told(400, "invalid", explained=True),
}
_BY_STATUS = {404: "not_found", 405: "not_found", 401: "sign_in_needed", 403: "denied"}
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
_SERVER_FAULT = 500
_NOT_SIGNED_IN = 401


def told(error: Exception) -> Told:
    """The most precise line of the table."""
    if isinstance(error, HTTPException) and type(error) not in TABLE:
        return Told(error.status_code, _BY_STATUS.get(error.status_code, "invalid"))
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def register(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _answer)
    for kind in TABLE:
        app.add_exception_handler(kind, _answer)


def explanation(error: Exception) -> str:
    """What the error itself says, for whoever can act on it; English."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


async def _answer(request: Request, error: Exception) -> Response:
    response = _form_of(request, error, told(error))
    if told(error).status == _SERVER_FAULT:
        # This one is sent from outside our fence.
        response.headers.update({**HEADERS, "Cache-Control": NO_STORE})
    return response


def _form_of(request: Request, error: Exception, line: Told) -> Response:
    path = request.url.path
    detail = explanation(error) if line.explained else ""
    if path.startswith("/v1/"):
        return _openai(request, line, detail)
    if path.startswith(("/api/", "/health")):
        return _json(request, line, detail)
    if "text/event-stream" in request.headers.get("accept", ""):
        return _event(request, line, detail)
    if request.method == "GET" and isinstance(error, SignInNeededError):
        return _redirect("/sign-in", request)
    if request.method == "GET" and isinstance(error, CharterNotAcceptedError):
        return _redirect("/charter", request)
    return Response(
        _page(request, "error.html", line, detail),
        line.status,
        _retry(line),
        media_type="text/html",
    )


def failure_event(request: Request, error: Exception) -> str:
    """The last event of a stream that broke off."""
    line = told(error)
    return _as_event(_page(request, "fragments/failure.html", line, ""))


def api_failure(request: Request, error: Exception) -> dict[str, object]:
    """The error object of our API."""
    line = told(error)
    return _api_error(request, line, explanation(error) if line.explained else "")


def openai_failure(request: Request, error: Exception) -> dict[str, object]:
    """The error object of OpenAI's API."""
    return _openai_error(request, told(error), "")


def _json(request: Request, line: Told, detail: str) -> Response:
    return JSONResponse(_api_error(request, line, detail), line.status, _for_programs(line))


def _api_error(request: Request, line: Told, detail: str) -> dict[str, object]:
    error = {"code": line.key, "message": _sentence(request, line)}
    return {"error": {**error, "detail": detail} if detail else error}


def _openai(request: Request, line: Told, detail: str) -> Response:
    return JSONResponse(_openai_error(request, line, detail), line.status, _for_programs(line))


def _openai_error(request: Request, line: Told, detail: str) -> dict[str, object]:
    fault = "api_error" if line.status >= _SERVER_FAULT else "invalid_request_error"
    message = _sentence(request, line)
    return {
        "error": {
            "message": f"{message} ({detail})" if detail else message,
            "type": _OPENAI_TYPES.get(line.status, fault),
            "param": None,
            "code": line.key,
        }
    }


def _event(request: Request, line: Told, detail: str) -> Response:
    body = _as_event(_page(request, "fragments/failure.html", line, detail))
    return Response(body, line.status, _retry(line), media_type="text/event-stream")


def _as_event(html: str) -> str:
    return f"event: failure\ndata: {json.dumps({'html': html}, ensure_ascii=False)}\n\n"


def _page(request: Request, template: str, line: Told, detail: str) -> str:
    # Made without asking who signed in: the store may be what is broken.
    reader = Reader(None, language_of(request), "", request.url.path)
    return web_of(request).pages.render(template, reader, told=line, detail=detail)


def _sentence(request: Request, line: Told) -> str:
    language: Language = language_of(request)
    return web_of(request).pages.catalogue(language).say(f"error.{line.key}.text")


def _redirect(path: str, request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{path}?next={quote(wanted, safe='')}", 303)


def _for_programs(line: Told) -> dict[str, str]:
    asked = {"WWW-Authenticate": "Bearer"} if line.status == _NOT_SIGNED_IN else {}
    return {**asked, **_retry(line)}


def _retry(line: Told) -> dict[str, str]:
    return {} if line.retry_after_s is None else {"Retry-After": str(line.retry_after_s)}
