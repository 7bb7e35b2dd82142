"""S3, as object stores on site speak it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error, ServerError

from ingest.errors import RemoteRefusedError, RemoteUnavailableError, UnreadableFileError
from ingest.readers import reasons
from ingest.remote import RemoteFile, RemoteStore

TIMEOUT_S = 30.0
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}


class S3(RemoteStore):
    """The objects of one bucket; whatever the server answers, no other host is spoken to."""

    def __init__(self, endpoint: str, bucket: str, user: str, password: str, region: str) -> None:
        address = urlsplit(endpoint)
        self._bucket = bucket
        self._client = Minio(
            address.netloc,
            access_key=user,
            secret_key=password,
            secure=address.scheme == "https",
            region=region,
            http_client=_OneHost(address.netloc),
        )

    def files(self, folder: str) -> Iterator[RemoteFile]:
        prefix = f"{folder}/" if folder else ""
        with _told(f"bucket {self._bucket}"):
            for one in self._client.list_objects(self._bucket, prefix, recursive=True):
                if one.object_name and not one.is_dir:
                    stamp = f"etag {one.etag} {one.last_modified}" if one.etag else ""
                    yield RemoteFile(one.object_name, one.size, stamp)

    def read(self, path: str, most: int) -> bytes:
        with _told(path):
            answer = self._client.get_object(self._bucket, path)
            try:
                return answer.read(most)
            finally:
                answer.close()
                answer.release_conn()


class _OneHost(urllib3.PoolManager):
    """Speaks to one host and no other; follows no redirect."""

    def __init__(self, host: str) -> None:
        super().__init__(
            ssl_context=ssl.create_default_context(),
            timeout=urllib3.Timeout(TIMEOUT_S),
            retries=False,  # the source has its own patience
        )
        self._host = host

    def urlopen(  # type: ignore[override]  # the parent's own signature is wider than its use
        self, method: str, url: str, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        if urlsplit(url).netloc != self._host:
            raise RemoteRefusedError("The server leads to another host; it is not followed.")
        return super().urlopen(method, url, **{**options, "redirect": False})


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        status = _status(error)
        if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER:
            said = status or type(error).__name__
            raise RemoteUnavailableError(f"The object store cannot answer now ({said}).") from error
        if isinstance(error, S3Error) and error.code == "NoSuchKey":
            raise UnreadableFileError(reasons.GONE) from error
        raise RemoteRefusedError(
            f"The object store does not give {what} (HTTP {status}): check the address, and the "
            "credentials in remotes.toml."
        ) from error


def _status(error: Exception) -> int | None:
    """What HTTP said; None when nothing answered, or nothing that is S3."""
    match error:
        case S3Error():
            return int(error.response.status)
        case ServerError():
            return error.status_code
        case _:
            return None
