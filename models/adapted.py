"""The house's own embedders: folders made here, each with the digest pinned when it was made."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.digests import folder_digest
from models.durable import replace_durably
from models.errors import ModelDigestError, ModelUnavailableError
from models.ports import ModelIdentity

CATALOGUE = "embedders.json"
FOLDER = "models"
"""Of the state folder; for its owner alone, since the weights say something of every document."""

_DRAFT = ".draft-"


@dataclass(frozen=True, slots=True)
class AdaptedEmbedder:
    """An embedder that learnt the house's words. `base` is the digest of what it was made from."""

    name: str
    digest: str
    base: str

    def folder(self, home: Path) -> Path:
        return home / FOLDER / self.name


def listed(home: Path) -> tuple[AdaptedEmbedder, ...]:
    """Every pinned one, the newest last. Raises ModelUnavailableError."""
    catalogue = home / CATALOGUE
    try:
        return _FORMAT.validate_json(catalogue.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise ModelUnavailableError(
            f"{catalogue} cannot be read. Remove it, then: vigie index rebuild"
        ) from error


def in_force(home: Path, base: str, indexed_by: str | None) -> AdaptedEmbedder | None:
    """The one that reads the index, if it was made from this base; None for the base itself.

    The index decides, so that it changes embedders together with its vectors or not at all.
    Where there is no index, the newest one will make it. Both arguments are digests.
    """
    fitting = [one for one in listed(home) if one.base == base]
    if indexed_by is None:
        return fitting[-1] if fitting else None
    return next((one for one in fitting if one.digest == indexed_by), None)


def verify(home: Path, model: AdaptedEmbedder) -> None:
    """Raises ModelDigestError for a folder that changed or left."""
    folder = model.folder(home)
    if not folder.is_dir() or folder_digest(folder) != model.digest:
        raise ModelDigestError(
            f"{folder} is not the embedder that was pinned. "
            "Go back to the one it was made from: vigie models adapt --undo"
        )


def draft(home: Path) -> Path:
    """A new empty folder, for its owner alone; what was left of a killed training goes."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    drafted = folder / f"{_DRAFT}{secrets.token_hex(4)}"
    drafted.mkdir(mode=0o700)
    return drafted


def pin(home: Path, drafted: Path, base: ModelIdentity) -> AdaptedEmbedder:
    """Give a draft its name and its place in the catalogue, the newest."""
    digest = folder_digest(drafted)
    model = AdaptedEmbedder(f"{base.name}-{digest[:12]}", digest, base.digest)
    if not model.folder(home).exists():
        drafted.replace(model.folder(home))
    _write(home, (*(one for one in listed(home) if one != model), model))
    return model


def unpin(home: Path, models: Collection[AdaptedEmbedder]) -> None:
    """Take them off the catalogue, then remove their folders."""
    _write(home, tuple(one for one in listed(home) if one not in models))
    for model in models:
        shutil.rmtree(model.folder(home), ignore_errors=True)


_FORMAT: TypeAdapter[tuple[AdaptedEmbedder, ...]] = TypeAdapter(tuple[AdaptedEmbedder, ...])


def _write(home: Path, models: tuple[AdaptedEmbedder, ...]) -> None:
    replace_durably(home / CATALOGUE, _FORMAT.dump_json(models, indent=2))
