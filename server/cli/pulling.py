"""`vigie models pull`: a model of the catalogue, brought from a hub."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.frame import AsJson, bar, frame, show
from server.cli.judging import models


@models.command("pull")
def models_pull(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As in: vigie models list --available")],
    as_json: AsJson = False,
) -> None:
    """Bring a model from the hub, check its digest and pin it; cut, the next pull goes on."""
    from server.pulling import pulled

    with bar() as progress:
        pinned = pulled(frame(context).settings(), name, progress)
    show(pinned, as_json, lambda: iter([f"{pinned['name']}: {pinned['digest']}"]))
