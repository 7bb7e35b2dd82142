"""What became of each file: runs under way, failures with their reasons, another try."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from ingest.ledger import FileState
from ingest.report import RunOptions
from server.commands.running import listed_files, release_files
from server.web.visits import Admin, AnyVisit, Visit, to

router = APIRouter(prefix="/admin/files")

GRACE_S = 2.0
"""What goes wrong within it is told at once; a longer run shows its progress."""

Field = Annotated[str, Form()]

_begun: set[asyncio.Task[None]] = set()  # a task that nothing holds may be collected


@router.get("")
def files_page(visited: AnyVisit, person: Admin) -> HTMLResponse:
    assert person == visited.person
    vigie, library = visited.web.vigie, visited.web.vigie.library
    return visited.page(
        "files.html",
        runs=library.runs(),
        counts=library.file_counts(),
        states=tuple(FileState),
        unread=listed_files(vigie, None),
    )


@router.get("/runs")
def runs_fragment(visited: AnyVisit, person: Admin) -> HTMLResponse:
    """The runs alone, for a page that is open."""
    assert person == visited.person
    runs = visited.web.vigie.library.runs()
    return HTMLResponse(visited.fragment("fragments/runs.html", runs=runs))


@router.post("/retry")
async def retry(visited: AnyVisit, person: Admin, collection: Field, file: Field = "") -> Response:
    vigie = visited.web.vigie

    def work() -> None:
        release_files(vigie, collection, [file] if file else [], person)
        vigie.library.ingest_again(collection, person, _unseen)

    await begun(visited, work)
    return to("/admin/files")


@router.post("/again")
async def again(
    visited: AnyVisit,
    person: Admin,
    collection: Field,
    allow_removals: Annotated[bool, Form()] = False,
) -> Response:
    library, options = visited.web.vigie.library, RunOptions(allow_removals=allow_removals)

    def work() -> None:
        library.ingest_again(collection, person, _unseen, options)

    await begun(visited, work)
    return to("/admin/files")


async def begun(visited: Visit, work: Callable[[], None]) -> None:
    """Begin a run and wait for it a moment. Raises what it raised by then."""
    threads = visited.web.threads
    task = asyncio.ensure_future(threads.run(threads.slow, work))
    done, _ = await asyncio.wait({task}, timeout=GRACE_S)
    if done:
        task.result()
        return
    _begun.add(task)
    task.add_done_callback(_ended)


def _ended(task: asyncio.Task[None]) -> None:
    _begun.discard(task)
    if not task.cancelled():
        task.exception()  # the run itself keeps the sentence, and the page shows it


def _unseen(done: int, of: int) -> None:
    """The runs themselves know how far they are."""
