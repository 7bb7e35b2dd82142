"""Someone at a browser, in process, and a real server on a free port of loopback."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import uvicorn
from demo import PASSWORD
from fastapi import FastAPI
from starlette.testclient import TestClient

from server.access import Role
from server.wiring import Vigie

HERE = "http://127.0.0.1"
_FORM = re.compile(r'name="form" value="([^"]*)"')
STARTUP_S = 10


class Visitor:
    """Fills in our forms as a browser without JavaScript does."""

    def __init__(self, app: FastAPI, language: str = "fr") -> None:
        self.web = TestClient(
            app, base_url=HERE, headers={"Accept-Language": language}, follow_redirects=True
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> Visitor:
        page = self.web.get("/sign-in")
        sent = {"form": secret_in(page.text), "name": name, "password": password}
        self.web.post("/sign-in", data=sent)
        return self

    def accept_charter(self) -> Visitor:
        page = self.web.get("/charter")
        version = re.search(r'name="version" value="([^"]*)"', page.text)
        if version:
            self.send("/charter", version=version[1])
        return self

    def send(self, path: str, **fields: str | list[str]):  # noqa: ANN201  # httpx's own response
        """A form of ours, with the secret that this session's pages carry."""
        return self.web.post(path, data={"form": self.form, **fields})

    def ask(self, question: str):  # noqa: ANN201
        return self.send("/ask", question=question, conversation="une-conversation")

    @property
    def form(self) -> str:
        return secret_in(self.web.get("/sign-in").text)


def secret_in(page: str) -> str:
    found = _FORM.search(page)
    assert found, "the page has no form of ours"
    return unescape(found[1])


def person(house: Vigie, name: str, *roles: Role, groups: tuple[str, ...] = ()) -> None:
    house.accounts.add(name, PASSWORD, roles or (Role.EMPLOYEE,), groups, "test")


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app behind a real uvicorn; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until = time.monotonic() + STARTUP_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
