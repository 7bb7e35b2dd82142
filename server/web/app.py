"""The web: pages and API of one house, behind one fence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.web import (
    admin,
    api,
    ask,
    auditor,
    desk,
    documents,
    errors,
    files,
    health,
    login,
    openai,
    questions,
    steward,
)
from server.web.pages import Pages
from server.web.security import Fence, known_hosts
from server.web.stream import AnswerStreams
from server.web.visits import Threads, Web, check_form
from server.wiring import Vigie, places

PAGES = (login, ask, questions, documents, desk, steward, admin, files, auditor)
PROGRAMS = (api, openai, health)

_STATIC = Path(__file__).parent / "static"


def create_app(vigie: Vigie) -> FastAPI:
    """The web of an open house. It closes nothing of it, but lets running answers end."""
    settings = vigie.settings
    web = Web(
        vigie,
        Pages(settings.company),
        AnswerStreams(vigie.answering, places(settings)),
        Threads.make(),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        vigie.library.end_runs()
        vigie.adapting.end()
        await web.streams.finish()

    app = FastAPI(
        title="Vigie",
        version=health.version(),
        lifespan=lifespan,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.web = web
    app.add_middleware(Fence, hosts=known_hosts(settings.host, settings.names.split(",")))
    errors.register(app)
    for page in PAGES:
        app.include_router(page.router, dependencies=[Depends(check_form)], include_in_schema=False)
    for program in PROGRAMS:
        app.include_router(program.router)
    # Beside the API that it describes, as well as where tools look first.
    app.add_api_route("/api/v1/openapi.json", app.openapi, include_in_schema=False)
    app.mount("/static", _Assets(directory=_STATIC))
    return app


class _Assets(StaticFiles):
    """Our own few files; browsers ask each time whether they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
