"""`vigie screen`, `ground`, `charter`, `doctor`, `bench`: judging text, rules, the house, speed."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from guardrails.verdicts import Stage
from server.audit.events import Json
from server.cli.frame import AsJson, AsUser, app, frame, run, show
from server.errors import InvalidInputError

charter = typer.Typer(help="The AI charter: its rules, their lint, their tests.")
app.add_typer(charter, name="charter", no_args_is_help=True)

STAGES = {"question": Stage.QUESTION, "document": Stage.DOCUMENT, "answer": Stage.ANSWER}
READ_BYTES = 4096

JsonLines = Annotated[bool, typer.Option("--jsonl", help="Read one JSON object a line.")]
Text = Annotated[str | None, typer.Argument(help="The text; standard input when left out.")]


L = TypeVar("L", bound=BaseModel)


class ScreenLine(BaseModel):
    """A text to be screened."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    text: str


class GroundLine(BaseModel):
    """An answer and the passages it must rest on."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    answer: str
    passages: list[str]


@app.command()
def screen(
    context: typer.Context,
    text: Text = None,
    stage: Annotated[str, typer.Option("--as", help="question, document or answer.")] = "question",
    jsonl: JsonLines = False,
    stream: Annotated[bool, typer.Option("--stream", help="Redact while reading.")] = False,
    use: Annotated[
        str | None, typer.Option("--use", help="A declared use: refuse what it does not allow.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What the guards say of a text: its decision, its redacted form, the reasons."""
    from server.judging import guards_of, screened

    if stage not in STAGES:
        raise typer.BadParameter(f"{stage} is not one of {', '.join(STAGES)}", param_hint="--as")
    if stream:
        _redact_stream(context)
        return
    guards = guards_of(frame(context).settings())
    for line in _lines(ScreenLine, jsonl, lambda: ScreenLine(text=_given(text))):
        result = screened(guards, line.id, line.text, STAGES[stage], use)
        show(result, as_json or jsonl, partial(_screen_lines, result))


@app.command()
def ground(context: typer.Context, jsonl: JsonLines = False, as_json: AsJson = False) -> None:
    """Whether each sentence of an answer is supported by its passages."""
    from server.judging import grounded

    frame(context)
    for line in _lines(GroundLine, jsonl, lambda: _one(GroundLine, sys.stdin.read())):
        result = grounded(line.id, line.answer, line.passages)
        show(result, as_json or jsonl, partial(_ground_lines, result))


@charter.command("show")
def charter_show(context: typer.Context, as_json: AsJson = False) -> None:
    """The rules in force."""
    from server.judging import charter_json

    shown = charter_json(frame(context).settings().charter_file())
    show(shown, as_json, lambda: _charter_lines(cast("dict[str, Any]", shown)))


@charter.command("check")
def charter_check(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Another charter than the one in force.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lint the charter."""
    from server.judging import charter_problems

    problems = charter_problems(file or frame(context).settings().charter_file())
    result: Json = {"ok": not problems, "problems": list(problems)}
    show(result, as_json, lambda: iter(problems or ("The charter is sound.",)))
    if problems:
        raise typer.Exit(1)


@charter.command("test")
def charter_test(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Another charter than the one in force.")
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Break it part by part: a test must notice.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the charter's own sentences."""
    from server.judging import charter_results

    given = file or frame(context).settings().charter_file()
    result = charter_results(given, mutants=mutants)
    show(result, as_json, lambda: _charter_test_lines(result))
    if result["failed"] or (mutants and result["mutants"]["survived"]):
        raise typer.Exit(1)


@charter.command("replay")
def charter_replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The charter that may take over.")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """What another charter would have decided of past questions."""
    given = {"file": str(file.resolve())}
    diff = cast("dict[str, Any]", run(context, "charter.replay", given, as_user))
    show(diff, as_json, lambda: _replay_lines(diff))


@charter.command("export")
def charter_export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Another charter than the one in force.")
    ] = None,
    rego: Annotated[bool, typer.Option("--rego", help="As a Rego policy (the one form).")] = True,
    as_json: AsJson = False,
) -> None:
    """The charter in a language that other policy engines read."""
    from server.judging import charter_rego

    if not rego:
        raise typer.BadParameter("Rego is the one form there is", param_hint="--rego")
    text = charter_rego(file or frame(context).settings().charter_file())
    show({"rego": text}, as_json, lambda: iter([text]))


@charter.command("accept")
def charter_accept(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The user who accepted it.")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Note that a user accepted the charter in force."""
    done = cast("dict[str, Any]", run(context, "charter.accept", {"name": name}, as_user))
    show(done, as_json, lambda: iter([f"{name} accepted {done['charter']}."]))


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Whether this machine and this state folder can serve."""
    from server.judging import examined

    result = examined(frame(context).settings())
    show(result, as_json, lambda: _doctor_lines(result))
    if not result["ok"]:
        raise typer.Exit(1)


@app.command()
def bench(
    name: Annotated[
        str | None, typer.Argument(help="search, guards, llm, answer, record or sync; all if left.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure speed on this machine, each figure beside a peer in the same run."""
    from server.benching import measure

    result = measure(name, lambda line: typer.echo(line, err=True))
    show(result, as_json, lambda: _bench_lines(cast("dict[str, Any]", result)))


def _redact_stream(context: typer.Context) -> None:
    """What cannot be redacted yet is held back; the whole equals the batch redaction."""
    import codecs

    from server.judging import stream_redactor

    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    redactor = stream_redactor(frame(context).settings(), secrets.token_bytes(32))
    while piece := os.read(sys.stdin.fileno(), READ_BYTES):
        sys.stdout.write(redactor.feed(decoder.decode(piece)))
        sys.stdout.flush()
    sys.stdout.write(redactor.feed(decoder.decode(b"", final=True)) + redactor.close())


def _given(text: str | None) -> str:
    return sys.stdin.read() if text is None or text == "-" else text


def _lines(kind: type[L], jsonl: bool, one: Callable[[], L]) -> Iterator[L]:
    if not jsonl:
        yield one()
        return
    for line in sys.stdin:
        if line.strip():
            yield _one(kind, line)


def _one(kind: type[L], text: str) -> L:
    try:
        return kind.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        fields = ", ".join(kind.model_fields)
        raise InvalidInputError(f"Expected a JSON object with {fields}: {text[:80]}") from error


def _screen_lines(result: dict[str, Json]) -> Iterator[str]:
    yield f"{result['decision']}: {result['text']}"
    for one in cast("list[dict[str, Any]]", result["findings"]):
        yield f"  {one['kind']} [{one['start']}, {one['end']})"
    for one in cast("list[dict[str, Any]]", result["violations"]):
        yield f"  {one['clause']} ({one['rule']}, {one['stage']}): {one['message']}"


def _ground_lines(result: dict[str, Json]) -> Iterator[str]:
    for one in cast("list[dict[str, Any]]", result["sentences"]):
        mark = "supported  " if one["supported"] else "unsupported"
        yield f"{mark} {one['score']:.2f} {one['text']}"


def _charter_lines(shown: dict[str, Any]) -> Iterator[str]:
    yield f"{shown['id']} {shown['version']} ({shown['digest'][:12]})"
    for clause in shown["clauses"]:
        title = clause["title"]
        yield f"  {clause['id']:10} {clause['effect']:18} {title['fr']} / {title['en']}"


def _charter_test_lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['passed']} passed, {result['failed']} failed"
    for one in result["failures"]:
        yield f"  {one['clause']}: {one['text']} → {one['decided']}, expected {one['expected']}"
    if mutants := result.get("mutants"):
        yield f"{mutants['killed']} of {mutants['made']} mutants killed"
        for one in mutants["survived"]:
            yield f"  {one['clause']}: no test misses: {one['change']}"


def _replay_lines(diff: dict[str, Any]) -> Iterator[str]:
    yield f"{diff['charter']}: {diff['decisions']} decisions, {len(diff['changes'])} would change"
    for one in diff["changes"]:
        before, after = (
            ", ".join(one[name]) or "–" for name in ("clauses_before", "clauses_after")
        )
        yield f"  {one['record']}: {one['before']} ({before}) → {one['after']} ({after})"
    if diff["unsure"]:
        yield f"{diff['unsure']} rest on facts whose words have changed since"
    if diff["new_facts"]:
        yield f"in no past decision: {', '.join(diff['new_facts'])}"


def _doctor_lines(result: dict[str, Any]) -> Iterator[str]:
    for one in result["checks"]:
        yield f"{'ok ' if one['ok'] else 'BAD'} {one['name']}: {one['sentence']}"


def _bench_lines(result: dict[str, Any]) -> Iterator[str]:
    yield str(result["machine"])
    for one in result["figures"]:
        peer = f"  {one['peer']}: {one['peer_value']} ({one['ratio']}×)" if one["peer"] else ""
        aim = f"  aim {one['aim']}: {'met' if one['met'] else 'MISSED'}" if one["aim"] else ""
        yield f"{one['name']}: {one['value']} {one['unit']}{peer}{aim}"
