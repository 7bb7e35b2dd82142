"""`vigie models adapt`: an embedder that learnt the house's words, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

import typer

from server.cli.frame import AsJson, AsUser, run, show
from server.cli.pinning import models


@models.command("adapt")
def models_adapt(
    context: typer.Context,
    collection: Annotated[
        list[str] | None, typer.Option(help="Learn from this one; from all if left out.")
    ] = None,
    minutes: Annotated[float, typer.Option(help="Longest training.", min=0.01)] = 10.0,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the one before.")] = False,
    as_user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Teach the embedder the house's own documents; kept only if it finds more of them."""
    if undo:
        restored = cast("dict[str, Any]", run(context, "models.restore", {}, as_user))
        show(restored, as_json, lambda: iter([f"{restored['embedder']} is in force again."]))
        return
    arguments = {"collections": collection or [], "minutes": minutes}
    done = cast("dict[str, Any]", run(context, "models.adapt", arguments, as_user))
    show(done, as_json, lambda: _adapted_lines(done))


def _adapted_lines(done: dict[str, Any]) -> Iterator[str]:
    low, high = done["gain_interval"]
    yield f"{done['steps']} steps, {done['pairs']} pairs, {done['seconds']:.0f} s"
    yield (
        f"{done['questions']} questions on {done['documents']} documents held apart: MRR@10 "
        f"{done['mrr@10_before']:.3f} before, {done['mrr@10_after']:.3f} after "
        f"(gain {low:+.3f} to {high:+.3f})"
    )
    yield (
        f"Kept: {done['embedder']} is in force, and the index is made anew with it."
        if done["kept"]
        else f"Not kept: that is no certain gain. {done['embedder']} stays in force."
    )
