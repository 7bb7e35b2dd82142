"""`vigie ask`, `search`, `evaluate`: what an employee does, and how well it works."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from guardrails import built_in, form
from models.ports import Language
from server.cli.frame import AsJson, AsUser, app, run, show
from server.extracts import extract

evaluate = typer.Typer(help="Measure quality on judged questions.", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate")

SNIPPET = 200
"""Characters that are shown of a passage."""

Question = Annotated[str, typer.Argument(help="The question, in quotes.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="fr or en; guessed if left.")]


@app.command()
def ask(
    context: typer.Context,
    question: Question,
    language: Spoken = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question, as an employee of no group unless --as names a user."""
    arguments = {"question": question, "language": language}
    answer = cast("dict[str, Any]", run(context, "ask", arguments, as_user))
    show(answer, as_json, lambda: _answer_lines(answer))
    if answer["outcome"] == "failed":
        raise typer.Exit(1)
    if any(one["clause"] == built_in.FORM.clause for one in answer.get("violations", ())):
        raise typer.Exit(2)


@app.command()
def search(
    context: typer.Context,
    question: Question,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    language: Spoken = None,
    exact: Annotated[bool, typer.Option("--exact", help="What was typed, nothing mended.")] = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Find passages, as an employee of no group unless --as names a user."""
    if form.faults(question):
        raise typer.BadParameter(built_in.FORM.message.en, param_hint="QUESTION")
    arguments = {"question": question, "limit": limit, "language": language, "exact": exact}
    found = cast("dict[str, Any]", run(context, "search", arguments, as_user))
    for line in _correction_lines(found["correction"]):
        sys.stderr.write(line + "\n")
    if found["redacted"]:
        left_out = ", ".join(f"{kind} × {n}" for kind, n in found["redacted"].items())
        sys.stderr.write(f"Personal data was not looked for: {left_out}.\n")
    if not found["relevant"]:
        sys.stderr.write("Nothing that you may read seems to be about this; here is the nearest.\n")
    show(found["hits"], as_json, lambda: _hit_lines(found["hits"]))


@evaluate.command("retrieval")
def evaluate_retrieval(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="Lines of question and relevant ids.")],
    collection: Annotated[str | None, typer.Option(help="Search this collection alone.")] = None,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """How often a relevant document is found, and how fast."""
    arguments = {"questions": str(questions.resolve()), "collection": collection}
    scores = cast("dict[str, Any]", run(context, "evaluate", arguments, as_user))
    show(scores, as_json, lambda: (f"{name:8} {value}" for name, value in scores.items()))


@evaluate.command("answers")
def evaluate_answers(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="Lines of question, relevant ids and facts.")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """How good whole answers are: sources, facts, abstention, language, length."""
    arguments = {"questions": str(questions.resolve())}
    scores = cast("dict[str, Any]", run(context, "evaluate.answers", arguments, as_user))
    show(scores, as_json, lambda: _appraisal_lines(scores))


def _appraisal_lines(scores: dict[str, Any]) -> Iterator[str]:
    for name, value in scores.items():
        match value:
            case {"hits": hits, "of": of, "share": share, "interval": [low, high]}:
                yield f"{name:18} {share:.3f} [{low:.3f}, {high:.3f}] ({hits} of {of})"
            case dict():
                yield f"{name:18} {', '.join(f'{key} {one}' for key, one in value.items())}"
            case list():
                yield from (line for one in value for line in _appraised_lines(one))
            case _:
                yield f"{name:18} {'–' if value is None else value}"


def _appraised_lines(one: dict[str, Any]) -> Iterator[str]:
    """What an operator would look into."""
    if one["missing"]:
        yield f"  [{one['outcome']}] {one['question']} — does not say: {', '.join(one['missing'])}"


def _answer_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"[{answer['outcome']}] {answer['answer']}{answer.get('cause', '')}".rstrip()
    for violation in answer.get("violations", ()):
        yield f"  {violation['clause']} ({violation['version']}): {violation['message']}"
    if "procedure" in answer:
        yield f"  {answer['reason']}"
        yield f"  {answer['procedure']}"
        yield from (f"  → {contact}" for contact in answer["contacts"])
    yield from (f"  {line}" for line in _understood_lines(answer.get("correction", {})))
    for citation in answer["citations"]:
        title = f"{citation['title']}{_pages(citation)}"
        yield f"  [{citation['n']}] {title} — {citation['document']}"
        yield from (f"      {note}" for note in _notes(citation))
    yield f"  record {answer['record']}"


def _notes(citation: dict[str, Any]) -> Iterator[str]:
    """What its reader should know of a source's age."""
    if citation["state"] in ("stale", "orphan"):
        due = f", due {citation['review_due']}" if citation["review_due"] else ""
        yield f"{citation['state']}{due}, owner {citation['owner']}"
    if citation["replaced_by"]:
        yield f"replaced by {citation['replaced_by']}"
    if citation["replaces"]:
        yield f"the later version of {', '.join(citation['replaces'])}"


def _hit_lines(hits: list[dict[str, Any]]) -> Iterator[str]:
    for hit in hits:
        where = f"{hit['collection']}/{hit['document']}"
        yield f"{hit['score']:.4f}  {hit['title']}{_pages(hit)} — {where}"
        spans = tuple((one["start"], one["end"]) for one in hit["highlights"])
        seen = extract(hit["text"], spans, SNIPPET)
        shown = "".join(_bold(part.text) if part.marked else part.text for part in seen)
        yield f"        {' '.join(shown.split())}"


def _pages(one: dict[str, Any]) -> str:
    last = f"–{one['last_page']}" if one["last_page"] else ""
    return f", p. {one['page']}{last}" if one["page"] else ""


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() else text


def _correction_lines(correction: dict[str, Any]) -> Iterator[str]:
    """What was looked for instead of what was typed, and how to look for that."""
    if correction.get("mended"):
        yield "--exact looks for what was typed alone"
    yield from _understood_lines(correction)


def _understood_lines(correction: dict[str, Any]) -> Iterator[str]:
    for typed, meant in correction.get("mended", {}).items():
        yield f"“{meant}” was looked for as well as “{typed}”"
    for acronym, words in correction.get("acronyms", {}).items():
        yield f"{acronym}: {words}"
