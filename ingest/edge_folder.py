"""The folder of a house's index: which shard is in force is one file, changed in one step."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from pydantic import Field, ValidationError

from ingest.edge import LEAST_ROOM, EdgeIndex, create
from ingest.errors import IndexDamagedError, IndexMismatchError, IndexUnavailableError
from ingest.identity import Identity
from ingest.live import Site, Standing
from models.durable import replace_durably
from models.ports import Embedder

IDENTITY = "identity.json"
_FIRST = "shard"


class _InForce(Identity):
    """The shard in force, and whose vectors it holds: both change together or not at all."""

    shard: str = Field(_FIRST, pattern="^shard(-[0-9a-f]{12})?$")
    optimized: int = 0


class EdgeFolder(Site):
    """Shards side by side in one folder; those that are not in force are leftovers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def identity(self) -> Identity | None:
        return self._in_force()

    def open(self, embedder: Embedder) -> Standing:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            found = self._in_force() or self._first(embedder)
        except OSError as error:
            raise IndexUnavailableError(
                f"The index in {self._path} cannot be opened: {error.strerror}."
            ) from error
        index = EdgeIndex(self._path / found.shard)
        self.sweep()
        return Standing(found.shard, index, found, found.optimized)

    def build(self, embedder: Embedder) -> Standing:
        self._path.mkdir(parents=True, exist_ok=True)
        self.sweep()
        folder = self._path / _new_name()
        create(folder, embedder.dimensions)
        return Standing(folder.name, EdgeIndex(folder), Identity.of(embedder.identity))

    def copy(self, standing: Standing) -> Standing | None:
        former, folder = self._path / standing.name, self._path / _new_name()
        held = sum(file.stat().st_size for file in former.rglob("*") if file.is_file())
        if shutil.disk_usage(self._path).free < 2 * held + LEAST_ROOM:
            return None
        shutil.copytree(former, folder)
        return Standing(folder.name, EdgeIndex(folder), standing.identity)

    def put_in_force(self, standing: Standing) -> None:
        self._write(
            _InForce(
                **standing.identity.model_dump(include=set(Identity.model_fields)),
                shard=standing.name,
                optimized=standing.optimized,
            )
        )

    def sweep(self) -> None:
        try:
            found = self._in_force()
        except (IndexDamagedError, IndexMismatchError):
            return  # not known to be nobody's
        for folder in self._path.glob("shard*"):
            if found is not None and folder.name != found.shard:
                shutil.rmtree(folder, ignore_errors=True)

    def _first(self, embedder: Embedder) -> _InForce:
        first = _InForce(**Identity.of(embedder.identity).model_dump())
        self._write(first)
        create(self._path / first.shard, embedder.dimensions)
        return first

    def _in_force(self) -> _InForce | None:
        file = self._path / IDENTITY
        if not file.exists():
            if any(self._path.glob("shard*")):
                raise IndexDamagedError(self._path)
            return None
        try:
            found = _InForce.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise IndexDamagedError(self._path) from error
        found.check_format(str(self._path))
        return found if (self._path / found.shard).exists() else None

    def _write(self, in_force: _InForce) -> None:
        replace_durably(self._path / IDENTITY, in_force.model_dump_json(indent=2).encode())


def _new_name() -> str:
    return f"{_FIRST}-{secrets.token_hex(6)}"
