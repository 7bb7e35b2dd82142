"""The frame of the command line: global options, where a command runs, how it prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from server import settings as settings_module
from server.audit.events import Json
from server.settings import Settings

app = typer.Typer(
    name="vigie",
    help="Answers employees from their company's documents, under guard and on the record.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsUser = Annotated[str | None, typer.Option("--as", help="Run with this user's rights.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on the record.")]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the global options said."""

    home: Path | None

    def settings(self, **overrides: object) -> Settings:
        return settings_module.load(self.home, **overrides)


@app.callback()
def _frame(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of all state (VIGIE_HOME).")
    ] = None,
) -> None:
    context.obj = Frame(home)


def frame(context: typer.Context) -> Frame:
    found = context.find_object(Frame)
    return found or Frame(None)


def run(
    context: typer.Context,
    command: str,
    arguments: Mapping[str, object],
    as_user: str | None = None,
) -> Json:
    """Run a house command wherever the house is, with a progress bar on a terminal."""
    from server.cli.calling import call

    with bar() as progress:
        return call(frame(context).settings(), command, arguments, as_user, progress)


def show(result: Json, as_json: bool, lines: Callable[[], Iterator[str]]) -> None:
    """Print a result as JSON, or as lines for a person."""
    if as_json:
        write_json(result)
        return
    for line in lines():
        sys.stdout.write(line + "\n")


def write_json(result: Json) -> None:
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, visible=False)

        def progress(done: int, of: int) -> None:
            shown.update(task, completed=done, total=of, visible=of > 1)

        yield progress
