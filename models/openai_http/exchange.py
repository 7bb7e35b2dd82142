"""One question to a model server and its answer, over a connection of its own (HTTP/1.1).

Closing the connection is how servers are told to stop writing, so none is used twice. Whatever
else than an answer comes back ends as a sentence that repeats nothing of what came: an error of
a server may quote what it was asked.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Self

import h11
from pydantic import BaseModel, ValidationError

from models.errors import ModelBusyError, ModelUnavailableError, ModelUnreachableError
from models.openai_http.endpoint import Endpoint
from models.openai_http.wire import Patience, Wire

_LONGEST_HEAD = 16_384  # bytes
_LONGEST_COMPLAINT = 8_192  # bytes of an error's body that are looked at
_COMPLAINT_S = 2.0
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_SHUT = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_PLAIN = re.compile(r"[a-zA-Z][a-zA-Z_]{2,59}")  # a code, and no sentence that may quote


class Exchange:
    """Asked once. Raises ModelUnavailableError, ModelBusyError, and what its patience does."""

    def __init__(self, endpoint: Endpoint, wire: Wire, patience: Patience) -> None:
        self._endpoint = endpoint
        self._wire = wire
        self._patience = patience
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)

    @classmethod
    def connect(cls, endpoint: Endpoint, patience: Patience) -> Self:
        """Raises ModelUnreachableError when no address of the server can be connected to."""
        reason = "has no address"
        for address in endpoint.locate(endpoint.host):
            try:
                return cls(endpoint, _wired(endpoint, address, patience), patience)
            except ssl.SSLCertVerificationError as error:
                reason = f"has a certificate that is not trusted ({error.verify_message})"
            except TimeoutError:
                reason = f"cannot be connected to within {patience.granted_s:g} s"
            except OSError as error:
                reason = f"cannot be connected to ({error.strerror or type(error).__name__})"
        raise ModelUnreachableError(f"The model server {endpoint.name} {reason}.")

    def get(self, path: str, most: int) -> bytes:
        """The whole body, of `most` bytes at most."""
        with self._told():
            self._send("GET", path)
            self._answered("application/json")
            body = b""
            for piece in self._pieces():
                body += piece
                if len(body) > most:
                    raise self.failure("sends a list of models without end")
            return body

    def stream(self, path: str, body: bytes) -> Generator[bytes]:
        """Pieces of an event stream as they come."""
        with self._told():
            self._send("POST", path, body)
            self._answered("text/event-stream")
            yield from self._pieces()

    def failure(self, said: str) -> ModelUnavailableError:
        return ModelUnavailableError(f"The model server {self._endpoint.name} {said}.")

    def close(self) -> None:
        self._wire.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise self.failure(f"said nothing for {self._patience.granted_s:g} s") from error
        except OSError as error:
            raise self.failure(f"broke the connection ({type(error).__name__})") from error
        except h11.RemoteProtocolError as error:
            raise self.failure("ended its answer early, or does not speak HTTP") from error

    def _send(self, method: str, path: str, body: bytes = b"") -> None:
        http, endpoint = self._http, self._endpoint
        headers = [("Host", endpoint.authority), ("User-Agent", "vigie"), ("Connection", "close")]
        headers += [("Accept-Encoding", "identity"), ("Content-Length", str(len(body)))]
        if body:
            headers.append(("Content-Type", "application/json"))
        if endpoint.key is not None:
            headers.append(("Authorization", f"Bearer {endpoint.key}"))
        target = f"{endpoint.path}{path}"
        said = http.send(h11.Request(method=method, target=target, headers=headers)) or b""
        said += http.send(h11.Data(data=body)) or b""
        said += http.send(h11.EndOfMessage()) or b""
        self._wire.send(said)

    def _answered(self, kind: str) -> None:
        """Read the head of the answer; raises unless it announces this kind of content."""
        response = self._next()
        while isinstance(response, h11.InformationalResponse):
            response = self._next()
        if not isinstance(response, h11.Response):
            raise self.failure("closed the connection without an answer")
        if response.status_code != HTTPStatus.OK:
            raise self._refused(response.status_code)
        headers = dict(response.headers.raw_items())
        found = {name.lower(): value for name, value in headers.items()}
        said = found.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if said != kind.encode():
            raise self.failure(f"does not answer as a model server does: no {kind}")
        if found.get(b"content-encoding", b"identity").lower() != b"identity":
            raise self.failure("compresses its answer, though it was asked not to")

    def _refused(self, status: int) -> ModelUnavailableError | ModelBusyError:
        code = self._complaint()
        said = f"HTTP {status}{f', {code}' if code else ''}"
        if status in _LATER:
            return ModelBusyError(f"The model server {self._endpoint.name} is busy ({said}).")
        if status in _SHUT:
            return self.failure(f"does not let us in ({said}): check VIGIE_LLM_KEY_FILE")
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return self.failure(f"leads elsewhere ({said}), which is not followed")
        return self.failure(f"refused the request ({said})")

    def _complaint(self) -> str:
        """The code of an error in OpenAI's form; nothing where there is none."""
        self._patience.grant(_COMPLAINT_S)
        body = b""
        try:
            for piece in self._pieces():
                body += piece
                if len(body) > _LONGEST_COMPLAINT:
                    break
            error = _Refusal.model_validate_json(body).error
        except (OSError, h11.RemoteProtocolError, ValidationError):
            return ""
        codes = (error.code, error.type)
        return next((one for one in codes if isinstance(one, str) and _PLAIN.fullmatch(one)), "")

    def _pieces(self) -> Iterator[bytes]:
        while isinstance(event := self._next(), h11.Data):
            yield bytes(event.data)

    def _next(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(self._wire.receive())
        return event  # type: ignore[return-value]  # mypy does not narrow by identity of classes


class _Complaint(BaseModel):
    code: object = None
    type: object = None


class _Refusal(BaseModel):
    error: _Complaint


def _wired(endpoint: Endpoint, address: str, patience: Patience) -> Wire:
    wire = Wire.to(address, endpoint.port, patience)
    try:
        if endpoint.tls:
            wire.encrypt(endpoint.host, ssl.create_default_context())
    except BaseException:
        wire.close()
        raise
    return wire
