"""Running the house: the switch, the collections, the people. Never what people asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from ingest.collections import COLLECTION_FILE
from server.access import APPOINTED, Role, check_appointment, check_key
from server.commands.switch import model_json
from server.errors import InvalidInputError
from server.outcomes import Mode
from server.settings import CHECKOUT
from server.web.files import begun
from server.web.visits import Admin, AnyVisit, Stopper, to
from server.wiring import Vigie

router = APIRouter(prefix="/admin")

Field = Annotated[str, Form()]


class NewPerson(BaseModel):
    """The form by which a person is added; what is wrong with it is said by `Accounts`."""

    name: str = ""
    password: str = ""
    roles: list[Role] = []
    groups: str = ""


@router.get("/switch")
async def switch_page(visited: AnyVisit, person: Stopper) -> HTMLResponse:
    assert person == visited.person
    web = visited.web
    state, generator = web.vigie.switch.state(), web.vigie.answering.engines.generator.made
    model = await web.threads.run(web.threads.model, lambda: model_json(generator))
    return visited.page("switch.html", state=state, since=_moment(state.since), model=model)


@router.post("/switch")
async def tighten(
    visited: AnyVisit,
    person: Stopper,
    mode: Annotated[Mode, Form()],
    reason: Field = "",
    unload: Annotated[bool, Form()] = False,
) -> Response:
    web = visited.web
    await web.threads.run(
        web.threads.stop, lambda: web.vigie.switching.tighten(mode, reason, person, unload=unload)
    )
    return to("/admin/switch")


@router.post("/switch/restart")
async def restart(visited: AnyVisit, person: Admin, reason: Field = "") -> Response:
    web = visited.web
    await web.threads.run(web.threads.restart, lambda: web.vigie.switching.restart(reason, person))
    return to("/admin/switch")


@router.get("/collections")
def collections_page(visited: AnyVisit, person: Admin) -> HTMLResponse:
    assert person == visited.person
    vigie = visited.web.vigie
    return visited.page(
        "collections.html",
        shelves=vigie.library.shelves(),
        folders=list(dict.fromkeys(_offered(vigie))),
    )


@router.post("/collections/ingest")
async def ingest(
    visited: AnyVisit, person: Admin, folder: Field = "", collection: Field = ""
) -> Response:
    vigie = visited.web.vigie

    def work() -> None:
        source = permitted_folder(vigie, folder)
        vigie.library.ingest(source, collection.strip() or None, person, _unseen)

    await begun(visited, work)
    return to("/admin/files")


@router.get("/people")
def people_page(visited: AnyVisit, person: Admin) -> HTMLResponse:
    assert person == visited.person
    return _people(visited)


@router.post("/people")
async def add_person(
    visited: AnyVisit, person: Admin, new: Annotated[NewPerson, Form()]
) -> Response:
    web = visited.web
    check_appointment(person, new.roles)
    await web.threads.run(
        web.threads.sign_in,
        lambda: web.vigie.accounts.add(
            new.name.strip(), new.password, new.roles, _listed(new.groups), person.pseudonym
        ),
    )
    return to("/admin/people")


@router.post("/people/groups")
def set_groups(visited: AnyVisit, person: Admin, name: Field, groups: Field = "") -> Response:
    visited.web.vigie.accounts.set_groups(name, _listed(groups), person.pseudonym)
    return to("/admin/people")


@router.post("/people/suspend")
def suspend(visited: AnyVisit, person: Admin, name: Field) -> Response:
    if name == person.name:
        raise InvalidInputError("You cannot suspend yourself: another administrator can.")
    visited.web.vigie.accounts.suspend(name, person.pseudonym)
    return to("/admin/people")


@router.post("/people/key")
def create_key(visited: AnyVisit, person: Admin, name: Field, label: Field = "api") -> HTMLResponse:
    """The key stands on this one page; only its hash is kept."""
    accounts = visited.web.vigie.accounts
    check_key(person, accounts.named(name))
    key = accounts.create_key(name, label.strip() or "api", person.pseudonym)
    return _people(visited, key=key, key_of=name)


def permitted_folder(vigie: Vigie, wanted: str) -> Path:
    """A folder that may be ingested from a page. Raises InvalidInputError for any other.

    A browser does not choose among all files of the server: the state folder holds secrets.
    """
    source = Path(wanted.strip()).expanduser().resolve()
    for place in (*_places(vigie), *vigie.library.sources()):
        if wanted.strip() and source.is_relative_to(place.resolve()):
            return source
    allowed = ", ".join(str(place) for place in _places(vigie))
    raise InvalidInputError(f"Folders to ingest lie under {allowed}; use the command otherwise.")


def _places(vigie: Vigie) -> tuple[Path, ...]:
    return (vigie.settings.home.resolve() / "documents", CHECKOUT / "examples")


def _offered(vigie: Vigie) -> Iterator[Path]:
    """Folders to choose from: those already used, and those that describe themselves."""
    yield from vigie.library.sources()
    for place in _places(vigie):
        yield from sorted(found.parent for found in place.glob(f"*/{COLLECTION_FILE}"))


def _people(visited: AnyVisit, key: str = "", key_of: str = "") -> HTMLResponse:
    accounts = visited.web.vigie.accounts.everyone()
    given = tuple(role for role in Role if role not in APPOINTED)
    return visited.page("people.html", accounts=accounts, roles=given, key=key, key_of=key_of)


def _moment(since: str) -> datetime | None:
    try:
        return datetime.fromisoformat(since)
    except ValueError:  # unknown, or written by hand
        return None


def _listed(groups: str) -> list[str]:
    return [group.strip() for group in groups.split(",") if group.strip()]


def _unseen(done: int, of: int) -> None:
    """The runs themselves know how far they are."""
