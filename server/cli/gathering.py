"""`vigie ingest`, `files`: bringing documents in, and what became of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ingest.ledger import FileState
from server.cli.frame import AsJson, AsUser, app, frame, run, show

files = typer.Typer(help="Files: what became of each, and another try.", no_args_is_help=True)
app.add_typer(files, name="files")

Name = Annotated[str, typer.Argument(help="The collection.")]


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(help="Folders, files, .jsonl, webdavs:// or s3:// addresses.")
    ],
    collection: Annotated[str | None, typer.Option(help="The collection they go to.")] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Go on whenever a file changes; remote places are looked at now and then.",
        ),
    ] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="However many documents are gone.")
    ] = False,
    checksum: Annotated[
        bool, typer.Option("--checksum", help="Open every file, also those that look untouched.")
    ] = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Make a collection hold what these folders, files or remote places hold."""
    arguments = {
        "paths": [_whole(path) for path in paths],
        "collection": collection,
        "allow_removals": allow_removals,
        "checksum": checksum,
    }

    def once() -> bool:
        report = cast("dict[str, Any]", run(context, "ingest", arguments, as_user))
        show(report, as_json, lambda: _report_lines(report))
        sys.stdout.flush()  # whoever watches may read a pipe
        return _all_removed(report)

    if watch:
        _watch(context, paths, once)
    elif not once():
        raise typer.Exit(1)


@files.command("list")
def list_files(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One collection; all when left out.")] = None,
    state: Annotated[
        list[FileState] | None, typer.Option(help="In this state; failed and quarantined if left.")
    ] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Files that failed, each with its reason; or those in another state."""
    arguments = {"name": name, "states": state or []}
    found = cast("list[dict[str, Any]]", run(context, "files.list", arguments, as_user))
    show(found, as_json, lambda: map(_file_line, found))


@files.command("retry")
def retry_files(
    context: typer.Context,
    name: Name,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files as they are listed; all when left out.")
    ] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Try failed and quarantined files again, from where the collection last came from."""
    arguments = {"name": name, "paths": paths or []}
    report = cast("dict[str, Any]", run(context, "files.retry", arguments, as_user))
    show(report, as_json, lambda: _report_lines(report))
    if not _all_removed(report):
        raise typer.Exit(1)


def _watch(context: typer.Context, paths: list[str], once: Callable[[], bool]) -> None:
    from server.cli.watching import watch
    from server.library import place

    watch(frame(context).settings(), [place(_whole(path)) for path in paths], once)


def _all_removed(report: dict[str, Any]) -> bool:
    """Whether nothing was held back; says how to allow it where something was."""
    if report["held_back"]:
        sys.stderr.write(
            f"vigie: {report['held_back']} documents are gone from the source, so many that "
            "nothing was removed. If that is right, ingest again with --allow-removals.\n"
        )
    return not report["held_back"]


def _whole(path: str) -> str:
    """A path as the server must read it, which may run in another folder; an address as it is."""
    return path if "://" in path else str(Path(path).resolve())


def _report_lines(report: dict[str, Any]) -> Iterator[str]:
    counts = ("added", "updated", "removed", "unchanged")
    yield ", ".join(f"{report[count]} {count}" for count in counts) + (
        f"; {report['chunks']} chunks in {report['seconds']:.1f} s"
    )
    yield from (f"failed: {one['path']}: {one['reason']}" for one in report["failed"])
    for one in report["hidden"]:
        yield f"left out: {one['path']}: {one['said']} ({one['count']})"


def _file_line(one: dict[str, Any]) -> str:
    tries = f", {one['attempts']} tries" if one["attempts"] > 1 else ""
    why = f": {one['reason']}" if one["reason"] else ""
    return f"{one['collection']}/{one['path']} ({one['state']}{tries}){why}"
