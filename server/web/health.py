"""Whether the house stands: for monitors, without signing in and without waiting."""

from __future__ import annotations

from importlib import metadata

from fastapi import APIRouter
from pydantic import BaseModel

from models.ports import Load, Shared
from server.outcomes import Mode
from server.web.visits import TheWeb

router = APIRouter()


class Health(BaseModel):
    """The measured state. `generator` is null until the first answer or the warm-up made it.

    `load` is there for one that writes many answers at once in this process. `energy` says how
    the energy of answers is known: the counters that are read, `estimated` or `unknown`.
    """

    status: str
    mode: Mode
    generator: str | None
    load: Load | None
    energy: str
    version: str


@router.get("/health")
@router.get("/api/v1/health")
async def health(web: TheWeb) -> Health:
    generator = web.vigie.answering.engines.generator.made
    return Health(
        status="ok",
        mode=web.vigie.switch.state().mode,
        generator=generator.identity.name if generator else None,
        load=generator.load if isinstance(generator, Shared) else None,
        energy=web.vigie.answering.house.energy,
        version=version(),
    )


def version() -> str:
    try:
        return metadata.version("vigie")
    except metadata.PackageNotFoundError:
        return "unknown"
