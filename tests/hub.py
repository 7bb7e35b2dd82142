"""A model hub on loopback, in the layout of Hugging Face's, that can be told to misbehave."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import unquote, urlsplit


@dataclass
class Shelf:
    """What a hub holds and how it behaves. `asked` is each request: its path and its headers."""

    repository: str = "Essai/Modele-GGUF"
    files: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str | None] = field(default_factory=dict)  # announced instead of the truth
    sizes: dict[str, int] = field(default_factory=dict)
    etag: str = '"version-1"'
    cuts: list[int] = field(default_factory=list)  # bytes given by each next answer, then the end
    status: int | None = None  # of every answer
    elsewhere: str | None = None  # the base to which files are redirected
    linked: str | None = None  # the digest that a redirect names, instead of the listing's
    believes_ranges: bool = True
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def digest(self, name: str) -> str | None:
        return self.digests.get(name, hashlib.sha256(self.files[name]).hexdigest())

    def listing(self) -> bytes:
        entries: list[dict[str, object]] = [{"type": "directory", "path": "images", "oid": "0"}]
        for name, content in self.files.items():
            size = self.sizes.get(name, len(content))
            entry: dict[str, object] = {"type": "file", "path": name, "oid": "1", "size": size}
            if self.digest(name):
                entry["lfs"] = {"oid": self.digest(name), "size": size, "pointerSize": 135}
            entries.append(entry)
        return json.dumps(entries).encode()


@contextmanager
def serving(shelf: Shelf, host: str = "127.0.0.1") -> Iterator[str]:
    """The base address of a hub that gives what is on the shelf."""
    server = ThreadingHTTPServer((host, 0), type("Handler", (_Handler,), {"shelf": shelf}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    shelf: ClassVar[Shelf]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.shelf.asked.append((self.path, dict(self.headers)))
        path = unquote(urlsplit(self.path).path)
        name = path.removeprefix(f"/{self.shelf.repository}/resolve/main/")
        if self.shelf.status is not None:
            self.give(b"", self.shelf.status)
        elif path == f"/api/models/{self.shelf.repository}/tree/main":
            self.give(self.shelf.listing())
        elif name not in self.shelf.files:
            self.give(b"", 404)
        elif self.shelf.elsewhere is not None:
            self.lead(name)
        else:
            self.part(self.shelf.files[name])

    def lead(self, name: str) -> None:
        self.send_response(302)
        self.send_header("X-Linked-ETag", f'"{self.shelf.linked or self.shelf.digest(name)}"')
        self.send_header("Location", f"{self.shelf.elsewhere}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def part(self, content: bytes) -> None:
        wanted = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        fits = self.headers.get("If-Range") == self.shelf.etag or not self.shelf.believes_ranges
        if not wanted or not fits:
            self.give(content)
            return
        start = int(wanted[1])
        where = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        self.give(content[start:], 206, where)

    def give(self, content: bytes, status: int = 200, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("ETag", self.shelf.etag)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        file = "/resolve/" in self.path
        cut = self.shelf.cuts.pop(0) if file and self.shelf.cuts else len(content)
        self.wfile.write(content[:cut])
        self.close_connection = self.close_connection or cut < len(content)

    def log_message(self, *_said: object) -> None:
        """Nothing is printed."""
