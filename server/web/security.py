"""What every request must pass and every response carries: hosts, sizes, headers, form secrets."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1_000_000
"""A question has 4 000 characters; nothing that people send comes near this."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_STORE = "no-store"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class TooLargeError(HTTPException):
    """The body is larger than anything Vigie takes."""

    def __init__(self) -> None:
        super().__init__(413)


class ForgedFormError(HTTPException):
    """A form that this site did not give to this visitor, or whose session has ended."""

    def __init__(self) -> None:
        super().__init__(403)


class Fence:
    """The outermost middleware. Pure ASGI, so that it holds for streams as well."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not known_host(headers.get("host", ""), self._hosts):
            await PlainTextResponse("Unknown host.", 421)(scope, receive, _fenced(send))
            return
        if _announced(headers) > MOST_BYTES:
            await PlainTextResponse("Too large.", 413)(scope, receive, _fenced(send))
            return
        await self._app(scope, _counted(receive), _fenced(send))


def known_hosts(host: str, names: Iterable[str]) -> frozenset[str]:
    """The names under which this server answers, besides its addresses."""
    return frozenset({"localhost", host.lower(), *(name.strip().lower() for name in names)}) - {""}


def known_host(header: str, hosts: frozenset[str]) -> bool:
    """Whether a Host header is ours. A rebound name is never an address, so addresses pass."""
    name = _host_of(header)
    if name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def same_origin(request: Request) -> bool:
    """Whether a browser that says where a form comes from names this very site.

    The scheme is not compared: behind a TLS proxy the browser sees https and we see http.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2] == request.headers.get("host", "")
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def form_secret(secret: bytes, token: str) -> str:
    """What every form of one session carries: HMAC-SHA-256 of its token."""
    return hmac.new(secret, f"form:{token}".encode(), hashlib.sha256).hexdigest()


def check_form_secret(sent: object, expected: str) -> None:
    """Raises ForgedFormError, after the same time wherever the two differ."""
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise ForgedFormError


def _host_of(header: str) -> str:
    """The host of an authority; empty for anything else."""
    if any(sign in header for sign in "/\\?#@ \t"):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # a bracket that never closes
        return ""


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise TooLargeError
        return message

    return counted


def _fenced(send: Send) -> Send:
    async def fenced(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", NO_STORE)
        await send(message)

    return fenced
