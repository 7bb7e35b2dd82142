"""Remote places: which hosts may be reached, and with which credentials. None by default."""

from __future__ import annotations

import ipaddress
import socket
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ingest.address import Address, Scheme
from ingest.errors import RemoteRefusedError, RemoteUnavailableError
from server.errors import SettingsError
from server.settings import OTHERS, Settings

CREDENTIALS = "remotes.toml"
Resolve = Callable[[str], list[str]]


class Credentials(BaseModel):
    """What opens one host. `user` and `password` are an S3 store's two keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    user: str
    password: str
    region: str = "us-east-1"  # what a store on site calls itself, unless it says otherwise

    def __repr__(self) -> str:
        return "Credentials(…)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Reach:
    """A remote place that may be spoken to: the server's address, and what opens it."""

    base: str  # http(s)://host[:port]
    credentials: Credentials = field(repr=False)


_TABLE = TypeAdapter(dict[str, Credentials])


def resolved(host: str) -> list[str]:
    """The addresses of a host. Raises RemoteUnavailableError."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None)]
    except OSError as error:
        raise RemoteUnavailableError(f"The host {host} is not found.") from error


def reach(settings: Settings, address: Address, resolve: Resolve = resolved) -> Reach:
    """How to speak to a place. Raises RemoteRefusedError and SettingsError; connects to nothing.

    A host that nobody listed is not even looked up.
    """
    base = _base(settings, address)
    parts = urlsplit(base)
    host = parts.hostname or ""
    allowed = {one.strip().lower() for one in settings.remote_hosts.split(",") if one.strip()}
    if not {host, parts.netloc} & allowed:
        raise RemoteRefusedError(
            f"{parts.netloc} is not a host that documents may come from: "
            "an operator lists it in VIGIE_REMOTE_HOSTS."
        )
    for found in resolve(host):
        _check_address(found, host, allowed, plain=parts.scheme == "http")
    return Reach(base, _credentials(settings.home / CREDENTIALS, parts.netloc))


def _base(settings: Settings, address: Address) -> str:
    match address.scheme:
        case Scheme.WEBDAV:
            return f"http://{address.host}"
        case Scheme.WEBDAVS:
            return f"https://{address.host}"
        case Scheme.S3:
            return _endpoint(settings.s3_endpoint)


def _endpoint(text: str) -> str:
    parts = urlsplit(text.rstrip("/").lower())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or "@" in text:
        raise SettingsError("VIGIE_S3_ENDPOINT: say https://host:port, and nothing after it.")
    return parts.geturl()


def _check_address(found: str, host: str, allowed: set[str], *, plain: bool) -> None:
    address = ipaddress.ip_address(found.partition("%")[0])
    if plain and not address.is_loopback:
        raise RemoteRefusedError(
            f"{host} is not this machine: speak to it over HTTPS, so that nobody listens."
        )
    inside = address.is_loopback or (address.is_private and not address.is_unspecified)
    if not inside and str(address) not in allowed:
        raise RemoteRefusedError(
            f"{host} has a public address ({address}): list that address in VIGIE_REMOTE_HOSTS "
            "too, if documents may come from outside."
        )


def _credentials(file: Path, host: str) -> Credentials:
    """Raises SettingsError, which never repeats what the file holds."""
    try:
        if file.stat().st_mode & OTHERS:
            raise SettingsError(f"{file} holds passwords: let only its owner read it (chmod 600).")
        table = _TABLE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(
            f'{file} cannot be read: write ["{host}"], user = "…" and password = "…" there.'
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
        raise SettingsError(f"{file} is not a TOML file of user and password by host.") from None
    found = table.get(host)
    if found is None:
        raise SettingsError(f'{file} says nothing of ["{host}"].')
    return found
