"""One model server: its address on site, and the key that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from models.errors import ModelUnavailableError

Locate = Callable[[str], Sequence[str]]
"""The addresses that a host has now, all of them on site. Raises ModelUnavailableError.

Each connection asks once, and goes to what it was told: nobody looks the name up again."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is what stands before /v1; `key` is said to this server and to nobody else."""

    host: str
    port: int
    locate: Locate = field(repr=False, compare=False)
    path: str = ""
    tls: bool = False
    key: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, locate: Locate, key: str | None = None) -> Self:
        """Raises ModelUnavailableError for what is no address of a server."""
        try:
            parts = urlsplit(url.strip())
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            port = None
        if port is None or not parts.hostname or parts.query or parts.fragment or "@" in url:
            raise ModelUnavailableError(
                "A model server is named as http://HOST:PORT or https://HOST:PORT, without a "
                "password in it."
            )
        path = parts.path.rstrip("/").removesuffix("/v1")
        return cls(parts.hostname, port, locate, path, parts.scheme == "https", key)

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
