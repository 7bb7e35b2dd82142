"""`vigie log`, `review`, `backup`, `restore`: keeping the record, and proving it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from server.cli.frame import AsJson, AsUser, app, frame, run, show

log = typer.Typer(help="The record: read it, verify it, erase a person.", no_args_is_help=True)
review = typer.Typer(help="Sampled review and the error rate.", no_args_is_help=True)
app.add_typer(log, name="log")
app.add_typer(review, name="review")


@log.command("list")
def log_list(
    context: typer.Context,
    after: Annotated[int, typer.Option(help="Start after this entry.")] = -1,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    kind: Annotated[str | None, typer.Option(help="Only this kind of event.")] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Headers of the record's entries, oldest first."""
    arguments = {"after": after, "limit": limit, "kind": kind}
    entries = run(context, "log.list", arguments, as_user)
    show(entries, as_json, lambda: _entry_lines(cast("list[dict[str, Any]]", entries)))


@log.command("show")
def log_show(
    context: typer.Context, record: str, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """One answer whole. Reading it is itself on the record."""
    found = cast("dict[str, Any]", run(context, "log.show", {"record": record}, as_user))
    show(found, as_json, lambda: _entry_lines(found["entries"]))


@log.command("verify")
def log_verify(
    context: typer.Context,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint kept elsewhere.")] = None,
    key: Annotated[
        str | None, typer.Option(help="The public key that must have signed it.")
    ] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Find and name every altered, dropped or reordered entry."""
    noted = str(checkpoint.resolve()) if checkpoint else None
    arguments = {"checkpoint": noted, "key": key}
    report = cast("dict[str, Any]", run(context, "log.verify", arguments, as_user))
    show(report, as_json, lambda: _verification_lines(report))
    if not report["ok"]:
        raise typer.Exit(1)


@log.command("export")
def log_export(
    context: typer.Context, file: Path, as_user: AsUser = None, as_json: AsJson = False
) -> None:
    """Write the record as JSON lines, for `deploy/verify_record.py` and other verifiers."""
    made = cast(
        "dict[str, Any]", run(context, "log.export", {"file": str(file.resolve())}, as_user)
    )
    show(made, as_json, lambda: iter([f"{made['entries']} entries in {made['file']}"]))


@log.command("erase")
def log_erase(
    context: typer.Context,
    user: str,
    ground: Annotated[str, typer.Option(help="The legal ground; it stays on the record.")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Erase what a user wrote and was told; every other proof stays valid."""
    arguments = {"user": user, "ground": ground}
    done = cast("dict[str, Any]", run(context, "log.erase", arguments, as_user))
    show(done, as_json, lambda: iter([f"{done['erased']} entries erased."]))


@log.command("checkpoint")
def log_checkpoint(context: typer.Context, as_user: AsUser = None, as_json: AsJson = False) -> None:
    """Sign the record as it stands: three lines to be kept by someone else."""
    made = cast("dict[str, Any]", run(context, "log.checkpoint", {}, as_user))
    show(made, as_json, lambda: iter([made["checkpoint"], f"key {made['key']}"]))


@review.command("next")
def review_next(context: typer.Context, as_user: AsUser = None, as_json: AsJson = False) -> None:
    """The next sampled answer, blind."""
    waiting = cast("dict[str, Any] | None", run(context, "review.next", {}, as_user))
    show(waiting, as_json, lambda: _review_lines(waiting))


@review.command("verdict")
def review_verdict(
    context: typer.Context,
    record: str,
    correct: Annotated[bool, typer.Option("--correct/--wrong")],
    grounded: Annotated[bool, typer.Option("--grounded/--ungrounded")],
    severity: Annotated[int, typer.Option(min=0, max=4, help="0 none … 4 dangerous.")] = 0,
    note: str = "",
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Put a verdict on the record."""
    arguments = {
        "record": record,
        "correct": correct,
        "grounded": grounded,
        "severity": severity,
        "note": note,
    }
    done = run(context, "review.verdict", arguments, as_user)
    show(done, as_json, lambda: iter([f"Verdict on {record} recorded."]))


@review.command("report")
def review_report(context: typer.Context, as_user: AsUser = None, as_json: AsJson = False) -> None:
    """The error rate with its 95 % interval."""
    report = cast("dict[str, Any]", run(context, "review.report", {}, as_user))
    show(report, as_json, lambda: _rate_lines(report))


@app.command()
def backup(context: typer.Context, file: Path, as_json: AsJson = False) -> None:
    """Write a safety copy of the state, keys included, beside a running server or not."""
    made = cast("dict[str, Any]", run(context, "backup", {"file": str(file.resolve())}))
    lines = [f"{made['file']}: {', '.join(made['parts'])}", made["remark"]]
    show(made, as_json, lambda: filter(None, lines))


@app.command()
def restore(context: typer.Context, file: Path, as_json: AsJson = False) -> None:
    """Unpack a safety copy into an empty home, and fill its index from the snapshot in it."""
    from server.commands.backup import restore as unpack

    settings = frame(context).settings()
    made = unpack(file, settings.home).isoformat(timespec="seconds")
    filled = cast("dict[str, Any]", run(context, "index.restore", {}))
    lines = [f"{filled['documents']} documents restored.", filled["remark"], _back(made)]
    show({"made": made, **filled}, as_json, lambda: filter(None, lines))


def _back(made: str) -> str:
    return (
        f"What was erased, withdrawn or closed to someone since {made} is back: erase it again "
        "(vigie log erase), and ingest the sources again."
    )


def _entry_lines(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        yield f"{entry['seq']:6}  {entry['at'][:19]}  {entry['kind']:30} {entry['subject']}"
        if entry.get("content"):
            yield from (f"        {name}: {value}" for name, value in entry["content"].items())
        elif entry["erased"]:
            yield "        erased"


def _verification_lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['entries']} entries, root {report['root']}"
    yield from (problem["sentence"] for problem in report["problems"])
    yield "The record holds." if report["ok"] else "The record was altered."


def _review_lines(waiting: dict[str, Any] | None) -> Iterator[str]:
    if waiting is None:
        yield "Nothing waits for your review."
        return
    yield f"record   {waiting['record']}"
    yield f"question {waiting['question']}"
    yield f"answer   {waiting['answer']}"
    yield from (f"  [{one['n']}] {one['title']}: {one['quote']}" for one in waiting["citations"])


def _rate_lines(report: dict[str, Any]) -> Iterator[str]:
    if report["rate"] is None:
        yield f"Error rate unknown: nothing reviewed yet ({report['pending']} answers wait)."
        return
    low, high = report["interval"]
    yield (
        f"{report['errors']} errors in {report['n']} reviews: {report['rate']:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%}, {report['method']}); {report['pending']} wait."
    )
