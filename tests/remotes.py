"""Real servers on loopback: WebDAV by WsgiDAV, S3 by moto."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

USER, PASSWORD = "vigie", "un-secret-de-test"
App = Callable[..., Any]


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name
        """Nothing."""


class Served:
    """A WSGI app on a free port, with what it was asked, and failures on order."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.asked: list[tuple[str, str]] = []
        self.failing: dict[str, int] = {}  # a path's end → how many times it answers 503 yet
        self.leading: str = ""  # where every request is redirected
        self.address = ""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        self.asked.append((environ["REQUEST_METHOD"], path))
        if self.leading:
            start("302 Found", [("Location", self.leading), ("Content-Length", "0")])
            return [b""]
        for end, times in self.failing.items():
            if path.endswith(end) and times:
                self.failing[end] -= 1
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
        return self._app(environ, start)

    def read(self) -> list[str]:
        """The paths that were read since last asked."""
        found = [path for method, path in self.asked if method == "GET"]
        self.asked.clear()
        return found


@contextmanager
def served(app: App) -> Iterator[Served]:
    counted = Served(app)
    server = make_server("127.0.0.1", 0, counted, _Threaded, _Quiet)
    counted.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield counted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webdav(folder: Path) -> App:
    """A WebDAV server of a folder, behind a password."""
    from wsgidav.wsgidav_app import WsgiDAVApp

    app: App = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False, "enable_loggers": []},
            "verbose": 0,
        }
    )
    return app


def s3() -> App:
    """An S3 server without a bucket."""
    from moto.server import DomainDispatcherApplication, create_backend_app

    app: App = DomainDispatcherApplication(create_backend_app)
    return app
