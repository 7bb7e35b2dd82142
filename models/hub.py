"""A model hub, spoken to over HTTPS: what a repository holds, and its files from any byte on.

The layout is Hugging Face's, which mirrors speak too: `/api/models/R/tree/REVISION` lists files
with the SHA-256 of those kept as large files; `/R/resolve/REVISION/FILE` leads to their bytes.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from models.errors import HubUnreachableError, ModelUnavailableError

TIMEOUT_S = 60.0
_HOPS = 5  # redirects that are followed
_LONGEST_LISTING = 8 * 2**20  # bytes
_SHA256 = re.compile(r'^"?([0-9a-f]{64})"?$')
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. `digest` is its SHA-256 (hex) where the listing gives it."""

    repository: str
    revision: str
    path: str
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes of a file from `start` on, of the version that `etag` names."""

    start: int
    etag: str
    digest: str | None  # SHA-256 (hex), where the answer's headers give it
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hub is. `hosts` are the others its files may come from: a name, or `.ending`.

    `token` opens what needs an account; it is shown to the hub itself and to nobody else.
    """

    base: str
    hosts: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)


class Hub:
    """Raises ModelUnavailableError for what it refuses, HubUnreachableError for what it cuts."""

    def __init__(self, place: Place, timeout_s: float = TIMEOUT_S) -> None:
        self._place = place
        self._base = httpx.URL(place.base.rstrip("/"))
        self._client = httpx.Client(
            verify=ssl.create_default_context(),
            trust_env=False,  # no proxy that nobody named
            timeout=timeout_s,
            headers={"Accept-Encoding": "identity"},  # digests are of the bytes themselves
        )

    def close(self) -> None:
        self._client.close()

    def files(self, repository: str, revision: str) -> tuple[RemoteFile, ...]:
        """What a revision of a repository holds, folders left out."""
        path = f"/api/models/{quote(repository)}/tree/{quote(revision, safe='')}?recursive=true"
        with self._answer(path, {}) as answer:
            _check(answer, repository)
            listed = _listed(answer)
        return tuple(
            RemoteFile(repository, revision, one.path, one.size, one.lfs.oid if one.lfs else None)
            for one in listed
            if one.type == "file"
        )

    @contextmanager
    def open(self, file: RemoteFile, start: int = 0, etag: str = "") -> Iterator[Body]:
        """A file from a byte on if it is still the version named, else from its beginning."""
        path = f"/{quote(file.repository)}/resolve/{quote(file.revision, safe='')}/"
        wanted = {"Range": f"bytes={start}-", "If-Range": etag} if start and etag else {}
        with self._answer(path + quote(file.path), wanted) as answer:
            if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise HubUnreachableError(f"{answer.url.host} has fewer bytes than it had.")
            _check(answer, file.path)
            yield Body(
                _start(answer), answer.headers.get("etag", ""), _digest(answer), answer.iter_raw()
            )

    @contextmanager
    def _answer(self, path: str, wanted: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of the redirects, each to a host that may be spoken to."""
        url = httpx.URL(str(self._base) + path)
        linked = ""
        with _told(url.host):
            for _ in range(_HOPS):
                self._check_host(url)
                request = self._client.build_request("GET", url, headers=self._headers(url, wanted))
                answer = self._client.send(request, stream=True)
                try:
                    linked = linked or answer.headers.get("x-linked-etag", "")
                    if not answer.has_redirect_location:
                        answer.headers["x-linked-etag"] = linked
                        yield answer
                        return
                    url = url.join(answer.headers["location"])
                finally:
                    answer.close()
        raise ModelUnavailableError(f"{self._base.host} leads from one address to the next.")

    def _headers(self, url: httpx.URL, wanted: dict[str, str]) -> dict[str, str]:
        if self._place.token is None or not self._is_own(url):
            return wanted
        return {**wanted, "Authorization": f"Bearer {self._place.token}"}

    def _check_host(self, url: httpx.URL) -> None:
        named = any(
            url.host.endswith(one) if one.startswith(".") else url.host == one
            for one in self._place.hosts
        )
        if not (self._is_own(url) or (named and url.scheme in {"https", self._base.scheme})):
            raise ModelUnavailableError(
                f"The hub leads to {url.scheme}://{url.host}, which is not followed: an operator "
                "lists the hosts of its files in VIGIE_HUB_HOSTS, and HTTPS is needed."
            )

    def _is_own(self, url: httpx.URL) -> bool:
        own = self._base
        return (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)


class _Large(BaseModel):
    oid: str


class _Entry(BaseModel):
    type: str
    path: str
    size: int = 0
    lfs: _Large | None = None


_LISTING = TypeAdapter(list[_Entry])


def _listed(answer: httpx.Response) -> list[_Entry]:
    listing = bytearray()
    for piece in answer.iter_bytes():
        listing += piece
        if len(listing) > _LONGEST_LISTING:
            raise ModelUnavailableError(f"{answer.url.host} lists more files than a model has.")
    try:
        return _LISTING.validate_json(bytes(listing))
    except ValidationError as error:
        raise ModelUnavailableError(
            f"{answer.url.host} does not list files as a model hub does: look at VIGIE_HUB."
        ) from error


def _start(answer: httpx.Response) -> int:
    """0 when the whole file is given, whatever was asked for."""
    if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
        return 0
    found = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    if found is None:
        raise ModelUnavailableError(f"{answer.url.host} gives a part without saying which.")
    return int(found[1])


def _digest(answer: httpx.Response) -> str | None:
    announced = (answer.headers.get(name, "") for name in ("x-linked-etag", "etag"))
    return next((found[1] for one in announced if (found := _SHA256.match(one))), None)


def _check(answer: httpx.Response, what: str) -> None:
    host, status = answer.url.host, answer.status_code
    if status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        return
    if status in _REFUSED:
        raise ModelUnavailableError(
            f"{host} does not give {what} to everyone (status {status}): accept its licence "
            "there with an account, and give a token of that account in VIGIE_HUB_TOKEN."
        )
    if status == HTTPStatus.NOT_FOUND:
        raise ModelUnavailableError(f"{host} has no {what}.")
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise HubUnreachableError(f"{host} cannot give {what} now (status {status}).")
    raise ModelUnavailableError(f"{host} does not give {what} (status {status}).")


@contextmanager
def _told(host: str) -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError as error:
        raise HubUnreachableError(
            f"{host} cannot be reached. Without a way outside, bring the file yourself: "
            "vigie models add FILE"
        ) from error
    except httpx.TransportError as error:
        raise HubUnreachableError(f"The connection to {host} was cut.") from error
    except httpx.InvalidURL as error:
        raise ModelUnavailableError(f"{host} leads to no address.") from error
