"""Addresses of remote places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.errors import RemoteRefusedError


class Scheme(StrEnum):
    """How a remote place is spoken to. `webdav` is plain HTTP, for this machine alone."""

    WEBDAV = "webdav"
    WEBDAVS = "webdavs"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class Address:
    """`webdavs://host/folder` or `s3://bucket/prefix`; never with a password in it."""

    scheme: Scheme
    host: str  # with its port if it has one; for S3 the bucket
    path: str  # decoded, without slashes around it; empty for all there is

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises RemoteRefusedError, which does not repeat what may hold a password."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise RemoteRefusedError("This address cannot be read.") from None
        if parts.scheme not in tuple(Scheme):
            known = ", ".join(f"{scheme}://" for scheme in Scheme)
            raise RemoteRefusedError(f"An address begins with one of {known}.")
        if "@" in parts.netloc:
            raise RemoteRefusedError(
                "An address holds no name and no password: they go to remotes.toml."
            )
        if not parts.hostname or parts.query or parts.fragment:
            raise RemoteRefusedError("An address has a host and a path, and nothing after it.")
        host = parts.hostname if port is None else f"{parts.hostname}:{port}"
        return cls(Scheme(parts.scheme), host, unquote(parts.path).strip("/"))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.path}"

    @property
    def name(self) -> str:
        """What the place is called: its last folder, else its host."""
        return PurePosixPath(self.path).name or self.host.partition(":")[0]
