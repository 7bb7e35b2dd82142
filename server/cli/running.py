"""`vigie serve`, `collections`, `users`, `index`, `switch`: running the house."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ingest.collections import Sensitivity, Trust
from ingest.freshness import DocumentClass
from models.ports import Language
from server.access import Role
from server.cli.frame import AsJson, AsUser, Reason, app, frame, run, show
from server.outcomes import Mode
from server.switch import SCOPE

collections = typer.Typer(help="Collections: owner, readers, language.", no_args_is_help=True)
users = typer.Typer(help="People: accounts, groups, keys.", no_args_is_help=True)
index = typer.Typer(help="The search index.", no_args_is_help=True)
switch = typer.Typer(help="Stop the AI, and start it again.", no_args_is_help=True)
app.add_typer(collections, name="collections")
app.add_typer(users, name="users")
app.add_typer(index, name="index")
app.add_typer(switch, name="switch")


def _known_scope(scope: str) -> str:
    if scope != SCOPE:
        raise typer.BadParameter(f"there is no scope {scope}: the switch is {SCOPE}.")
    return scope


Scope = Annotated[
    str, typer.Option("--scope", callback=_known_scope, help=f"What it is about: {SCOPE}.")
]


Unload = Annotated[
    bool, typer.Option("--unload", help="Models give their memory back, until a restart.")
]


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the web pages and the API until interrupted."""
    from server.serving import serve as serve_house

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    serve_house(frame(context).settings(host=host, port=port), say)


@collections.command("list")
def list_collections(
    context: typer.Context, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """Every collection, with its owner and readers."""
    found = cast("list[dict[str, Any]]", run(context, "collections.list", {}, as_user))
    show(found, as_json, lambda: (line for one in found for line in _collection_lines(one)))


@collections.command("show")
def show_collection(
    context: typer.Context, name: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """One collection."""
    found = cast("dict[str, Any]", run(context, "collections.show", {"name": name}, as_user))
    show(found, as_json, lambda: _collection_lines(found))


@collections.command("add")
def add_collection(
    context: typer.Context,
    name: str,
    owner: Annotated[str, typer.Option(help="Who answers for its documents.")],
    readers: Annotated[
        str | None, typer.Option(help="Groups, separated by commas; everyone at first.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="fr at first.")] = None,
    review_due: Annotated[str | None, typer.Option(help="A date, YYYY-MM-DD.")] = None,
    deputy: str | None = None,
    contact: str | None = None,
    kind: Annotated[
        DocumentClass | None, typer.Option("--class", help="How fast its documents age.")
    ] = None,
    warn_after: Annotated[
        int | None, typer.Option(help="Days after a confirmation, before the date.")
    ] = None,
    error_after: Annotated[int | None, typer.Option(help="Days that a confirmation lasts.")] = None,
    legal_basis: str | None = None,
    sensitivity: Sensitivity | None = None,
    trust: Annotated[Trust | None, typer.Option(help="How far it may be believed.")] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Describe a collection before its documents come, or change what is given here."""
    arguments = {
        "name": name,
        "owner": owner,
        "readers": None if readers is None else _listed(readers),
        "language": language,
        "review_due": review_due,
        "deputy": deputy,
        "contact": contact,
        "kind": kind,
        "warn_after": warn_after,
        "error_after": error_after,
        "legal_basis": legal_basis,
        "sensitivity": sensitivity,
        "trust": trust,
    }
    found = cast("dict[str, Any]", run(context, "collections.add", arguments, as_user))
    show(found, as_json, lambda: _collection_lines(found))


@collections.command("remove")
def remove_collection(
    context: typer.Context, name: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """Withdraw a collection and all its documents; its folder stays as it is."""
    done = cast("dict[str, Any]", run(context, "collections.remove", {"name": name}, as_user))
    show(done, as_json, lambda: iter([f"{done['removed']} documents removed."]))


@users.command("add")
def add_user(
    context: typer.Context,
    name: str,
    roles: Annotated[str, typer.Option(help="Roles, separated by commas.")] = Role.EMPLOYEE.value,
    groups: Annotated[str, typer.Option(help="Groups, separated by commas.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="A file that holds the password; asked for otherwise.")
    ] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Add a user. The password is asked for, or read from a file: never from the command line."""
    arguments = {
        "name": name,
        "password": _password(password_file),
        "roles": _listed(roles),
        "groups": _listed(groups),
    }
    added = cast("dict[str, Any]", run(context, "users.add", arguments, as_user))
    show(added, as_json, lambda: iter([f"{added['name']}: {', '.join(added['roles'])}"]))


@users.command("list")
def list_users(context: typer.Context, as_user: AsUser = None, as_json: AsJson = False) -> None:
    """Every account."""
    found = cast("list[dict[str, Any]]", run(context, "users.list", {}, as_user))
    show(found, as_json, lambda: (_user_line(one) for one in found))


@users.command("groups")
def set_groups(
    context: typer.Context, name: str, groups: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """Set the groups of a user, separated by commas."""
    arguments = {"name": name, "groups": _listed(groups)}
    changed = cast("dict[str, Any]", run(context, "users.groups", arguments, as_user))
    show(changed, as_json, lambda: iter([f"{name}: {', '.join(changed['groups'])}"]))


@users.command("suspend")
def suspend_user(
    context: typer.Context, name: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """End a user's sessions, keys and running answers at once."""
    result = run(context, "users.suspend", {"name": name}, as_user)
    show(result, as_json, lambda: iter([f"{name} is suspended."]))


@users.command("key")
def create_key(
    context: typer.Context,
    name: str,
    label: str = "api",
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """A new API key for a user, shown this once."""
    made = cast(
        "dict[str, Any]", run(context, "users.key", {"name": name, "label": label}, as_user)
    )
    show(made, as_json, lambda: iter([made["key"]]))


@index.command("rebuild")
def rebuild_index(context: typer.Context, as_json: AsJson = False) -> None:
    """Index anew all that the store holds, for instance after a change of embedder."""
    rebuilt = cast("dict[str, Any]", run(context, "index.rebuild", {}))
    show(rebuilt, as_json, lambda: iter([f"{rebuilt['documents']} documents indexed anew."]))


@switch.command("status")
def switch_status(context: typer.Context, scope: Scope = SCOPE, as_json: AsJson = False) -> None:
    """The measured state of the switch, and of the model in the memory of a server."""
    from server.cli.calling import told_soon
    from server.commands.switch import move, state_json

    assert scope == SCOPE
    settings = frame(context).settings()
    state = state_json(move(settings, None, "", None))
    state["model"] = told_soon(settings, "switch.model")
    show(state, as_json, lambda: _state_lines(cast("dict[str, Any]", state)))


@switch.command("stop")
def switch_stop(
    context: typer.Context,
    reason: Reason = "",
    scope: Scope = SCOPE,
    unload: Unload = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """OFF: no model of any kind is called."""
    assert scope == SCOPE
    _switch(context, Moved(Mode.OFF, reason, as_user, unload), as_json)


@switch.command("search-only")
def switch_search_only(
    context: typer.Context,
    reason: Reason = "",
    scope: Scope = SCOPE,
    unload: Unload = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """SEARCH-ONLY: documents are found, nothing is written."""
    assert scope == SCOPE
    _switch(context, Moved(Mode.SEARCH_ONLY, reason, as_user, unload), as_json)


@switch.command("restart")
def switch_restart(
    context: typer.Context,
    reason: Reason = "",
    scope: Scope = SCOPE,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Ask for the AI to start again; a second person confirms with the same command."""
    assert scope == SCOPE
    _switch(context, Moved(Mode.ON, reason, as_user), as_json)


@dataclass(frozen=True, slots=True)
class Moved:
    """How the switch is moved, why, and by whom."""

    to: Mode
    reason: str
    by: str | None
    unload: bool = False


def _switch(context: typer.Context, moved: Moved, as_json: bool) -> None:
    # Straight to the file: a stop must work with the server hung and the database down.
    from server.commands.switch import move, state_json

    settings = frame(context).settings()
    state = state_json(move(settings, moved.to, moved.reason, moved.by, unload=moved.unload))
    show(state, as_json, lambda: _state_lines(cast("dict[str, Any]", state)))


def _collection_lines(one: dict[str, Any]) -> Iterator[str]:
    due = f", to be reviewed by {one['review_due']}" if one["review_due"] else ""
    yield f"{one['name']}: {one['documents']} documents, owner {one['owner']}{due}"
    yield f"    read by {', '.join(one['readers'])}; {one['language']}"
    yield f"    {one['class']}, {one['sensitivity']}, {one['trust']}"
    yield from (f"    remark: {remark}" for remark in one["remarks"])


def _user_line(one: dict[str, Any]) -> str:
    suspended = " (suspended)" if one["suspended"] else ""
    return f"{one['name']}{suspended}: {', '.join(one['roles'])}; {', '.join(one['groups']) or '–'}"


def _state_lines(state: dict[str, Any]) -> Iterator[str]:
    yield f"{state['mode']} since {state['since'] or '?'}, by {state['by']}: {state['reason']}"
    if state["restart_requested_by"]:
        yield f"restart asked by {state['restart_requested_by']}; a second person must confirm"
    model = state.get("model")
    if state["unload"] and (model is None or model["loaded"]):
        yield "models give their memory back as soon as nobody writes"
    if model is not None:
        held = f"in memory, {model['weights_mb']} MB and {model['memory_mb']} MB for answers"
        yield f"model: {held if model['loaded'] else 'not in memory'}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    return getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().strip()
