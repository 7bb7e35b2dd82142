"""The models that are offered: where each is found, what it asks of the machine, and why it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from models.errors import ModelUnavailableError
from models.wording import Wording

SHIPPED = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True, slots=True)
class Offer:
    """A GGUF on a hub. `file` is a pattern that one file of the repository fits.

    Gigabytes are of 10⁹ bytes; those that are estimated say so.
    """

    name: str
    repository: str
    file: str
    licence: str
    context_tokens: int
    size_gb_estimated: float
    memory_gb_estimated: float
    why: Wording
    revision: str = "main"


def offers(file: Path = SHIPPED) -> tuple[Offer, ...]:
    """The smallest first."""
    return _FORMAT.validate_python(tomllib.loads(file.read_text(encoding="utf-8"))["model"])


def offered(name: str) -> Offer:
    """Raises ModelUnavailableError for a name that is not offered."""
    found = {one.name: one for one in offers()}
    if name not in found:
        raise ModelUnavailableError(
            f"{name} is not in the catalogue. It offers: {', '.join(found)}. "
            "For a file of your own: vigie models add FILE"
        )
    return found[name]


_FORMAT = TypeAdapter(tuple[Offer, ...])
