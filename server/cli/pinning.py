"""`vigie models`: which are pinned, brought from where, and whether they work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from server.cli.calling import spoken
from server.cli.describing import model_lines
from server.cli.frame import AsJson, AsUser, app, bar, frame, run, show

models = typer.Typer(help="Models: which are pinned, whether they work.", no_args_is_help=True)
app.add_typer(models, name="models")


@models.command("list")
def models_list(
    context: typer.Context,
    available: Annotated[
        bool, typer.Option("--available", help="Also those that can be pulled.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The pinned models, which one answers, and what memory each takes here."""
    from server.pinning import available_json, models_json

    listed = models_json(frame(context).settings())
    if available:
        listed["available"] = available_json()
    show(listed, as_json, lambda: model_lines(listed, spoken()))


@models.command("add")
def models_add(
    context: typer.Context,
    file: Path,
    name: Annotated[str | None, typer.Option(help="By default the file's own name.")] = None,
    model: Annotated[
        str | None, typer.Option("--for", help="Attach a LoRA adapter to this pinned model.")
    ] = None,
    licence: Annotated[str, typer.Option(help="By default what the file says.")] = "",
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Pin a GGUF file: its digest is checked at every start from now on."""
    given: dict[str, object] = {"file": str(file.expanduser().resolve()), "name": name}
    if model:
        _change(context, "models.attach", {**given, "model": model}, as_user, as_json=as_json)
    else:
        _change(context, "models.add", {**given, "licence": licence}, as_user, as_json=as_json)


@models.command("use")
def models_use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As in: vigie models list")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Let another pinned model answer, from the next start on."""
    _change(context, "models.use", {"name": name}, as_user, as_json=as_json)


@models.command("detach")
def models_detach(
    context: typer.Context,
    adapter: Annotated[str, typer.Argument(help="The adapter's name.")],
    model: Annotated[str, typer.Option("--from", help="The model that it was attached to.")],
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Take a LoRA adapter off a model, which then answers as it did before."""
    given: dict[str, object] = {"model": model, "name": adapter}
    _change(context, "models.detach", given, as_user, as_json=as_json)


@models.command("pull")
def models_pull(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As in: vigie models list --available")],
    as_json: AsJson = False,
) -> None:
    """Bring a model from the hub, check its digest and pin it; cut, the next pull goes on."""
    from server.pinning import pulled

    with bar() as progress:
        brought = pulled(frame(context).settings(), name, progress)
    _change(context, "models.add", brought, None, as_json=as_json)


@models.command("verify")
def models_verify(context: typer.Context, as_json: AsJson = False) -> None:
    """Check every pinned file against its digest."""
    from server.pinning import verified

    result = verified(frame(context).settings())
    show(result, as_json, lambda: _verified_lines(result))
    if not result["ok"]:
        raise typer.Exit(1)


@models.command("doctor")
def models_doctor(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="By default the pinned model.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a model in a process of its own, so that a crash there is a sentence here."""
    from server.pinning import diagnosed

    result = diagnosed(frame(context).settings(), file)
    show(result, as_json, lambda: _diagnosis_lines(result))
    if not result["ok"]:
        raise typer.Exit(1)


def _change(
    context: typer.Context,
    command: str,
    arguments: dict[str, object],
    as_user: str | None,
    *,
    as_json: bool,
) -> None:
    pinned = cast("dict[str, Any]", run(context, command, arguments, as_user))
    show(pinned, as_json, lambda: _pinned_lines(pinned))


def _pinned_lines(pinned: dict[str, Any]) -> Iterator[str]:
    yield f"{pinned['name']}: {pinned['digest']}"
    for one in pinned["adapters"]:
        yield f"  + {one['name']}: {one['digest']}"
    if pinned["at_next_start"]:
        yield "The server goes on with the model that it has; this one comes with its next start."


def _verified_lines(result: dict[str, Any]) -> Iterator[str]:
    for one in result["models"]:
        yield f"  {one['name']}: {one['problem'] or 'ok'}"
    yield "All is well." if result["ok"] else "A model file was changed."


def _diagnosis_lines(result: dict[str, Any]) -> Iterator[str]:
    yield result["sentence"]
    if tuning := result["tuning"]:
        yield (
            f"  best here: {tuning['threads']} threads, {tuning['batch_tokens']} tokens a pass; "
            f"reads {tuning['read_tokens_per_s']:.0f} tokens per second, writes "
            f"{tuning['written_tokens_per_s']:.0f} alone and "
            f"{tuning['together_tokens_per_s']:.0f} for {tuning['together']} at once"
        )
        if measured := tuning["attention"]:
            yield from _attention_lines(measured, tuning["together"])
        if result["busy"]:
            yield "  The machine was busy with something else: run this again when it is quiet."


def _attention_lines(measured: dict[str, Any], together: int) -> Iterator[str]:
    plain = measured["plain"]
    yield (
        f"  behind {measured['tokens']} tokens: reads {plain['read']:.0f} tokens per second, "
        f"writes {plain['alone']:.0f} alone and {plain['together']:.0f} for {together} at once"
    )
    for option, setting in (
        ("flash", "VIGIE_FLASH_ATTENTION=on"),
        ("q8", "VIGIE_FLASH_ATTENTION=on VIGIE_KV_CACHE=q8_0"),
    ):
        yield f"    with {setting}: {_gains(measured[option], plain, together)}"


def _gains(speeds: dict[str, float] | None, plain: dict[str, float], together: int) -> str:
    if speeds is None:
        return "not possible"
    read, alone, many = (speeds[one] / plain[one] for one in ("read", "alone", "together"))
    return f"reads ×{read:.2f}, writes ×{alone:.2f} alone and ×{many:.2f} for {together} at once"
