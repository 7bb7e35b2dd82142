"""How a command reaches the house: through its server's socket, or by opening the folder."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Callable, Mapping
from typing import cast

from models.ports import Language
from server import holding
from server.audit.events import Json
from server.errors import HomeInUseError, ServerError
from server.settings import Settings

Progress = Callable[[int, int], None]
CONNECT_S = 2.0


class CommandFailedError(ServerError):
    """The server ran the command and it failed; the text is the server's sentence."""


def call(
    settings: Settings,
    command: str,
    arguments: Mapping[str, object],
    as_user: str | None,
    progress: Progress,
) -> Json:
    """Run a command where the house is. Both ways run `server.commands.run`."""
    body: Mapping[str, object] = {
        "command": command,
        "arguments": arguments,
        "as_user": as_user,
        "language": spoken().value,
    }
    holder = holding.holder(settings.home)
    if holder is None:
        return _here(settings, body, progress)
    with holding.socket_path(settings.home) as path:
        connection = _connected(path)
        if connection is None:
            raise HomeInUseError(f"{settings.home} is held by {holder}, which does not answer.")
        return _there(connection, body, progress)


def told_soon(settings: Settings, command: str) -> Json:
    """What the server answers within a moment; null where none runs, or it does not say."""
    if holding.holder(settings.home) is None:
        return None
    with holding.socket_path(settings.home) as path:
        connection = _connected(path)
        if connection is None:
            return None
        connection.sock.settimeout(CONNECT_S)
        body = {"command": command, "arguments": {}}
        try:
            return _there(connection, body, lambda _done, _of: None)
        except (OSError, http.client.HTTPException, ServerError):
            return None
        finally:
            connection.close()


def _here(settings: Settings, body: Mapping[str, object], progress: Progress) -> Json:
    from server.commands import Call, run
    from server.wiring import open_vigie

    with open_vigie(settings) as vigie:
        return run(vigie, Call.model_validate(body), progress)


def _there(
    connection: http.client.HTTPConnection, body: Mapping[str, object], progress: Progress
) -> Json:
    """Reads one JSON object a line: any number of `progress`, then one `result` or `error`."""
    text = json.dumps(body, default=str)
    connection.request("POST", "/", text, {"Content-Type": "application/json"})
    with connection.getresponse() as response:
        for line in response:
            message = json.loads(line)
            if "progress" in message:
                progress(*message["progress"])
            elif "error" in message:
                raise CommandFailedError(message["error"])
            else:
                return cast("Json", message["result"])
    raise ServerError("The server ended before the command did; its log says why.")


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a local socket file."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT_S)
        self.sock.connect(self._path)
        self.sock.settimeout(None)


def _connected(path: str) -> http.client.HTTPConnection | None:
    connection = _SocketConnection(path)
    try:
        connection.connect()
    except OSError:
        return None
    return connection


def spoken() -> Language:
    """The language of whoever types, as POSIX says it; French when it says nothing else."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return Language.ENGLISH if said.startswith("en") else Language.FRENCH
