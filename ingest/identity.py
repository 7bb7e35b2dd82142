"""Which embedder an index belongs to, written beside it: vectors of two models never mix."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import IndexDamagedError, IndexMismatchError
from models.ports import ModelIdentity

IDENTITY = "identity.json"

FORMAT = 1
"""Changes whenever the folder is laid out, or its texts are indexed, in another way."""


class Identity(BaseModel):
    """The digest is that of the weights: how long the vectors are follows from it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: int
    embedder: str
    digest: str

    @classmethod
    def of(cls, embedder: ModelIdentity) -> Identity:
        return cls(format=FORMAT, embedder=embedder.name, digest=embedder.digest)


def indexed_by(path: Path) -> str | None:
    """The digest of the embedder whose vectors an index holds; None where no index says it."""
    try:
        return Identity.model_validate_json((path / IDENTITY).read_bytes()).digest
    except (FileNotFoundError, ValidationError):  # whoever opens a damaged one is told
        return None


def check_identity(path: Path, wanted: Identity, *, filled: bool) -> None:
    """A folder that holds nothing takes this identity.

    Raises IndexMismatchError for another's index, IndexDamagedError for nobody's.
    """
    file = path / IDENTITY
    if not file.exists():
        if filled:
            raise IndexDamagedError(path)
        _write_durably(file, wanted.model_dump_json(indent=2))
        return
    try:
        found = Identity.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise IndexDamagedError(path) from error
    if found != wanted:
        raise IndexMismatchError(
            f"The index in {path} was built by {found.embedder} ({found.digest[:12]}, format "
            f"{found.format}), not by {wanted.embedder} ({wanted.digest[:12]}, format "
            f"{wanted.format}). `vigie index rebuild` builds it anew."
        )


def _write_durably(file: Path, text: str) -> None:
    draft = file.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as writing:
        writing.write(text)
        writing.flush()
        os.fsync(writing.fileno())
    draft.replace(file)
