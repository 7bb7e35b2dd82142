"""The server: one process, two sockets, the web for people and a file for the operator."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from server import holding
from server.audit.events import Event, EventKind, Json
from server.commands import backup
from server.errors import SettingsError
from server.settings import Settings, prepare_home
from server.wiring import Vigie, open_vigie

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Serve until told to end (SIGINT, SIGTERM). Says one line per step, the address last.

    Raises HomeInUseError, SettingsError (port taken, default secret), and what a model that
    was asked for by name and cannot be had raises.
    """
    prepare_home(settings)
    with holding.hold(settings.home) as announce, open_vigie(settings) as vigie:
        web = _listening(settings)
        host, port = web.getsockname()[:2]
        address = f"http://{host}:{port}"
        announce(address)
        backup.sweep(settings.home)
        vigie.check_parts()
        if not vigie.library.unindexed():
            vigie.rebuilding.forget_snapshot()
        aborted = vigie.record.recover()
        if aborted:
            say(f"{len(aborted)} answers were cut by the last stop; the record says so now.")
        for line in vigie.remarks():
            say(line)
        vigie.record.append(_started(vigie))
        _run(vigie, web, lambda: say(address))


def _started(vigie: Vigie) -> Event:
    """With the model that is in force from now on: one that was pinned meanwhile comes now."""
    by = vigie.answering.engines.generator.get().identity
    facts: dict[str, Json] = {"generator": by.name, "digest": by.digest}
    return Event(EventKind.SERVER_STARTED, "server", "system", facts)


def _run(vigie: Vigie, web: socket.socket, ready: Callable[[], None]) -> None:
    from server.web.app import create_app
    from server.web.operator import operator_app

    warming = threading.Thread(target=vigie.warm_up, name="warm-up")
    with holding.socket_path(vigie.settings.home) as path:
        commands = _command_socket(path)
        operators = _uvicorn(operator_app(vigie))
        operating = threading.Thread(target=operators.run, args=([commands],), name="operator")
        people = _uvicorn(create_app(vigie), ready)
        try:
            operating.start()
            warming.start()
            people.run(sockets=[web])
        finally:
            operators.should_exit = True
            operating.join()
            warming.join()
            Path(path).unlink(missing_ok=True)


def _uvicorn(app: Starlette, ready: Callable[[], None] | None = None) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """Says when people can come in."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if ready is not None and self.started:
                ready()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Ends the server; uvicorn's own raises the signal once more, and nothing is closed."""
            del frame
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    return Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,  # addresses hold questions: events are logged, never content
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    web = socket.socket(family, socket.SOCK_STREAM)
    web.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        web.bind((settings.host, settings.port))
        web.listen()  # two that bind at once would both believe that the port is theirs
    except OSError as error:
        web.close()
        raise SettingsError(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Choose another port with --port or VIGIE_PORT."
        ) from error
    return web


def _command_socket(path: str) -> socket.socket:
    """A socket that only the folder's owner may open. The lock is held: an old file is dead."""
    Path(path).unlink(missing_ok=True)
    commands = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        commands.bind(path)
    finally:
        os.umask(before)
    return commands
