"""Commands that change which models the house trusts, and which of them answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from server import holding
from server.audit.events import Json
from server.commands import Caller, Given
from server.pinning import model_json
from server.wiring import Vigie

Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]


class PinGiven(Given):
    """`file` is an absolute path; the licence is the file's own word where it is left out."""

    file: Path
    name: Name | None = None
    licence: str = Field("", max_length=120)


class AttachGiven(Given):
    """`file` is an absolute path."""

    file: Path
    model: str
    name: Name | None = None


class DetachGiven(Given):
    model: str
    name: str


class ChosenGiven(Given):
    name: str


def pin(vigie: Vigie, caller: Caller, given: PinGiven) -> Json:
    pinned = vigie.models.pin(given.file, given.name, given.licence, caller.person)
    return _changed(vigie, model_json(pinned))


def attach(vigie: Vigie, caller: Caller, given: AttachGiven) -> Json:
    pinned = vigie.models.attach(given.file, given.model, given.name, caller.person)
    return _changed(vigie, model_json(pinned))


def detach(vigie: Vigie, caller: Caller, given: DetachGiven) -> Json:
    return _changed(vigie, model_json(vigie.models.detach(given.model, given.name, caller.person)))


def choose(vigie: Vigie, caller: Caller, given: ChosenGiven) -> Json:
    return _changed(vigie, model_json(vigie.models.choose(given.name, caller.person)))


def _changed(vigie: Vigie, model: dict[str, Json]) -> Json:
    """A server that runs goes on with the model that it began with."""
    return {**model, "at_next_start": holding.holder(vigie.settings.home) is not None}
