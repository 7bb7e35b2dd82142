"""`vigie collections confirm`, `due`, `damage`, `duplicates`: keeping documents fresh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from ingest.freshness import Verdict
from server.cli.frame import AsJson, AsUser, run, show
from server.cli.running import collections


@collections.command("confirm")
def confirm(
    context: typer.Context,
    name: str,
    verdict: Annotated[Verdict, typer.Argument(help="What you say of it.")],
    document: Annotated[
        str | None, typer.Option(help="Its id; every document of the collection when left out.")
    ] = None,
    by_document: Annotated[str, typer.Option(help="What replaces it.")] = "",
    since: Annotated[str | None, typer.Option(help="When it stopped to hold, YYYY-MM-DD.")] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Say that a document still holds, is replaced by another, or is withdrawn: at once."""
    arguments = {
        "name": name,
        "verdict": verdict,
        "document": document,
        "by_document": by_document,
        "since": since,
    }
    done = cast("dict[str, Any]", run(context, "collections.confirm", arguments, as_user))
    show(done, as_json, lambda: iter([f"{done['documents']} documents: {done['verdict']}."]))


@collections.command("due")
def due(context: typer.Context, name: str, as_user: AsUser = None, as_json: AsJson = False) -> None:
    """Documents that need their owner's word, the most harmful first."""
    found = cast("list[dict[str, Any]]", run(context, "collections.due", {"name": name}, as_user))
    show(found, as_json, lambda: _due_lines(found))


@collections.command("damage")
def damage(
    context: typer.Context, name: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """Answers given from documents after they stopped to hold; never what was asked."""
    found = cast(
        "list[dict[str, Any]]", run(context, "collections.damage", {"name": name}, as_user)
    )
    show(found, as_json, lambda: _damage_lines(found))


@collections.command("duplicates")
def duplicates(
    context: typer.Context,
    name: str,
    anew: Annotated[bool, typer.Option("--anew", help="Compare the documents again.")] = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Documents that say nearly the same, and versions of one rule."""
    arguments = {"name": name, "anew": anew}
    found = cast("list[dict[str, Any]]", run(context, "collections.duplicates", arguments, as_user))
    show(found, as_json, lambda: _likeness_lines(found))


def _due_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        said = f", {one['verdict']}" if one["verdict"] else ""
        yield f"{one['document']}: {one['state']}{said}, due {one['due'] or '–'}, {one['owner']}"
    if not found:
        yield "Every document is fresh."


def _damage_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        yield (
            f"{one['damage']:6}  {one['document']}: {one['answers']} answers in {one['days']} "
            f"days since {one['since']}"
        )
        yield from (f"        record {record}" for record in one["records"])
    if not found:
        yield "No document is past its date."


def _likeness_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in found:
        joined = "is replaced by" if one["kind"] == "version" else "is nearly the same as"
        yield f"{one['similarity']:.2f}  {one['document']} {joined} {one['other']}"
    if not found:
        yield "No two documents are alike."
