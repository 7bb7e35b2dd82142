"""Whether the house stands: for monitors, without signing in and without waiting."""

from __future__ import annotations

from importlib import metadata

from fastapi import APIRouter
from pydantic import BaseModel

from models.ports import Generator, Load, Shared, Unloadable
from server.outcomes import Mode
from server.web.visits import TheWeb

router = APIRouter()


class Health(BaseModel):
    """The measured state. `generator` is null until the first answer or the warm-up made it.

    `load` is how busy it is and the memory that it takes; null while it is not loaded, and for one
    that keeps no model on this machine. `loaded` tells them apart: it is null for the latter.
    `energy` says how the energy of answers is known: the counters that are read, `estimated` or
    `unknown`.
    """

    status: str
    mode: Mode
    generator: str | None
    loaded: bool | None
    load: Load | None
    energy: str
    version: str


@router.get("/health")
@router.get("/api/v1/health")
async def health(web: TheWeb) -> Health:
    generator = web.vigie.answering.engines.generator.made
    load = await web.threads.run(web.threads.model, lambda: _load(generator))
    return Health(
        status="ok",
        mode=web.vigie.switch.state().mode,
        generator=generator.identity.name if generator else None,
        loaded=load is not None if isinstance(generator, Unloadable) else None,
        load=load,
        energy=web.vigie.answering.house.energy,
        version=version(),
    )


def _load(generator: Generator | None) -> Load | None:
    if generator is None or not isinstance(generator, Shared):
        return None
    return generator.load


def version() -> str:
    try:
        return metadata.version("vigie")
    except metadata.PackageNotFoundError:
        return "unknown"
