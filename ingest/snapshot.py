"""A snapshot of the index: its passages' vectors in one file, which any engine can be filled from.

No text is in it. A restoration cuts the passages anew from the store that was saved with it, and
each finds its vector by a hash of what was read: the restored index holds what the restored store
says, for the readers that it names, and nothing else. Everything but the vectors takes seconds.

The file: a line of JSON (`Header`), then one row for each passage, 16 bytes of its text's SHA-256
and its vector in half precision, then the SHA-256 of all before it, against damage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from ingest.errors import SnapshotRefusedError
from ingest.live import LiveIndex
from ingest.words import embedded_text
from models.ports import Embedder, Matrix, ModelIdentity

FORMAT = 1
_KEY, _SEAL = 16, 32
_LONGEST_HEADER = 4096
_READ = 1 << 20


class Header(BaseModel):
    """Which weights read the vectors, and how long they are."""

    format: int = FORMAT
    embedder: str
    digest: str
    dimensions: int = Field(gt=0)


def take(index: LiveIndex, file: Path) -> int:
    """Write the vectors of what can be found now; how many. People search and write meanwhile.

    Raises IndexUnavailableError, OSError.
    """
    with index.held() as (identity, passages), file.open("xb") as stream:
        sealing, count = hashlib.sha256(), 0

        def write(data: bytes) -> None:
            sealing.update(data)
            stream.write(data)

        for passage in passages:
            if not count:
                write(_header(identity.embedder, identity.digest, len(passage.vector)))
            write(_key(embedded_text(passage.chunk)) + passage.vector.astype("<f2").tobytes())
            count += 1
        if not count:
            write(_header(identity.embedder, identity.digest, 1))
        stream.write(sealing.digest())
    return count


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that was found whole, and made by the weights that were asked for."""

    vectors: NDArray[np.float16]
    places: Mapping[bytes, int]

    @classmethod
    def open(cls, file: Path, wanted: ModelIdentity) -> Self:
        """Raises SnapshotRefusedError, which says why passages have to be read anew."""
        if not file.is_file():
            raise SnapshotRefusedError("There is no snapshot of the index")
        try:
            found, start = _checked(file)
        except (OSError, ValueError, ValidationError) as error:
            raise SnapshotRefusedError("The snapshot of the index is damaged") from error
        if found.format != FORMAT:
            raise SnapshotRefusedError(
                f"The snapshot of the index has format {found.format}, not {FORMAT}"
            )
        if found.digest != wanted.digest:
            raise SnapshotRefusedError(
                f"The snapshot of the index holds the vectors of {found.embedder} "
                f"({found.digest[:12]}), not of {wanted.name} ({wanted.digest[:12]})"
            )
        return cls._read(file, start, found.dimensions)

    @classmethod
    def _read(cls, file: Path, start: int, dimensions: int) -> Self:
        row = np.dtype([("key", f"V{_KEY}"), ("vector", "<f2", (dimensions,))])
        count = (file.stat().st_size - start - _SEAL) // row.itemsize
        rows = np.fromfile(file, row, count, offset=start)
        places = {key.tobytes(): place for place, key in enumerate(rows["key"])}
        return cls(rows["vector"], places)

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """The unit vector of a passage's text; None where it is not known."""
        place = self.places.get(_key(text))
        if place is None:
            return None
        row = self.vectors[place].astype(np.float32)
        return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


class RecallingEmbedder(Embedder):
    """Reads texts as another embedder does, but for those that a snapshot knows; counts these."""

    def __init__(self, embedder: Embedder, snapshot: Snapshot) -> None:
        self._embedder = embedder
        self._snapshot = snapshot
        self.recalled = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._embedder.identity

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        known = [self._snapshot.vector(text) for text in texts]
        missing = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        if missing or not texts:
            computed = iter(rows := self._embedder.embed(missing))
            if not texts:
                return rows
            known = [next(computed) if vector is None else vector for vector in known]
        self.recalled += len(texts) - len(missing)
        return np.stack([vector for vector in known if vector is not None])


def _checked(file: Path) -> tuple[Header, int]:
    """The header, and where it ends. Raises OSError, ValueError, ValidationError."""
    with file.open("rb") as stream:
        line = stream.readline(_LONGEST_HEADER)
        left = file.stat().st_size - len(line) - _SEAL
        sealing = hashlib.sha256(line)
        while left > 0 and (data := stream.read(min(left, _READ))):
            sealing.update(data)
            left -= len(data)
        if left or stream.read() != sealing.digest():
            raise ValueError
    return Header.model_validate_json(line), len(line)


def _header(embedder: str, digest: str, dimensions: int) -> bytes:
    header = Header(embedder=embedder, digest=digest, dimensions=dimensions)
    return header.model_dump_json().encode() + b"\n"


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_KEY]
