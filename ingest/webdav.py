"""WebDAV (RFC 4918), as Nextcloud and gateways to SharePoint speak it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

import httpx
from webdav4.client import Client, ClientError, HTTPError, ResourceNotFound

from ingest.errors import RemoteRefusedError, RemoteUnavailableError, UnreadableFileError
from ingest.readers import reasons
from ingest.remote import RemoteFile, RemoteStore

TIMEOUT_S = 30.0
DEEPEST = 50
"""Folders in each other; a server can claim that a folder is in itself."""

_LATER = {HTTPStatus.LOCKED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}


class WebDav(RemoteStore):
    """The files of one server; whatever it answers, no other host is spoken to."""

    def __init__(self, base: str, user: str, password: str, timeout_s: float = TIMEOUT_S) -> None:
        self._client = Client(
            base,
            auth=(user, password),
            retry=False,  # the source has its own patience
            transport=_OneHost(httpx.URL(base).netloc),
            trust_env=False,  # no proxy that nobody named
            timeout=timeout_s,
        )

    def files(self, folder: str) -> Iterator[RemoteFile]:
        waiting = [(folder, 0)]
        while waiting:
            here, depth = waiting.pop()
            with _told(here):
                found: list[Any] = self._client.ls(quote(here), allow_listing_resource=False)
            for one in found:
                path = str(one["name"]).strip("/")
                if not path.startswith(f"{here}/" if here else ""):
                    continue
                if one["type"] != "directory":
                    yield RemoteFile(path, one["content_length"], _stamp(one))
                elif depth < DEEPEST and path != here:
                    waiting.append((path, depth + 1))

    def read(self, path: str, most: int) -> bytes:
        data = bytearray()
        address = self._client.join_url(quote(path))
        with _told(path), self._client.http.stream("GET", address) as answer:
            _check(answer.status_code)
            for piece in answer.iter_bytes():
                data += piece
                if len(data) >= most:
                    break
        return bytes(data[:most])


class _OneHost(httpx.HTTPTransport):
    """Speaks to one host and no other, wherever a redirect leads."""

    def __init__(self, host: bytes) -> None:
        super().__init__(verify=ssl.create_default_context(), trust_env=False)
        self._host = host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.netloc != self._host:
            raise RemoteRefusedError("The server leads to another host; it is not followed.")
        return super().handle_request(request)


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except ResourceNotFound as error:
        raise UnreadableFileError(reasons.GONE) from error
    except HTTPError as error:
        _check(error.status_code)
        raise RemoteRefusedError(f"The server does not give {path}: {error}.") from error
    except ParseError as error:
        raise RemoteRefusedError("The server does not answer as WebDAV does.") from error
    except ClientError as error:
        raise RemoteUnavailableError(f"The server does not list {path}: {error}.") from error
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise RemoteUnavailableError(f"The server does not answer ({kind}).") from error


def _check(status: int) -> None:
    if status == HTTPStatus.NOT_FOUND:
        raise UnreadableFileError(reasons.GONE)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
        raise RemoteUnavailableError(f"The server cannot answer now (HTTP {status}).")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise RemoteRefusedError(
            f"The server does not let us in (HTTP {status}): check the credentials in remotes.toml."
        )
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise RemoteRefusedError(f"The server answers otherwise than expected (HTTP {status}).")


def _stamp(one: dict[str, Any]) -> str:
    """The entity tag, else the time and the size; a time alone may stay the same."""
    if one["etag"]:
        return f"etag {one['etag']}"
    if one["modified"] and one["content_length"] is not None:
        return f"{one['modified'].isoformat()} {one['content_length']}"
    return ""
