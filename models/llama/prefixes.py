"""Beginnings that every prompt shares, kept on disk: after a start, none is read again.

A file is the state of a model after some tokens, and holds nothing else. llama.cpp is given a
state only when it is whole and of exactly this model and build.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from models.durable import replace_durably

FILES, BYTES = 4, 512 * 2**20  # kept at most, the newest ones
_MAGIC = b"vigie prefix 1\n"
_DIGEST = hashlib.sha256().digest_size
_COUNT = struct.Struct("<I")
_TOKEN = 4  # bytes


@dataclass(frozen=True, slots=True)
class Prefix:
    """What a slot holds after reading some tokens, as llama.cpp writes it."""

    tokens: tuple[int, ...]
    state: bytes


class Prefixes:
    """The files of one folder. `model` names whatever a state depends on but the tokens."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._model = hashlib.sha256(model.encode()).digest()

    def load(self) -> list[Prefix]:
        """The newest first. A file that is damaged or of another model is removed."""
        found = []
        for file in self._files():
            with contextlib.suppress(OSError):  # what cannot be read is read by the model
                prefix = self._read(file)
                if prefix is None:
                    file.unlink(missing_ok=True)
                else:
                    found.append(prefix)
        return found

    def keep(self, prefix: Prefix) -> None:
        """Write one, durably, and remove the oldest ones beyond what may be kept.

        Raises OSError; what was there before is then still there.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tokens = struct.pack(f"<{len(prefix.tokens)}i", *prefix.tokens)
        name = hashlib.sha256(self._model + tokens).hexdigest()
        body = b"".join((self._model, _COUNT.pack(len(prefix.tokens)), tokens, prefix.state))
        if len(body) > BYTES:
            return
        replace_durably(
            self._folder / f"{name}.prefix", _MAGIC + hashlib.sha256(body).digest() + body
        )
        self._trim()

    def _trim(self) -> None:
        left = BYTES
        for n, file in enumerate(self._files()):
            left -= file.stat().st_size
            if n >= FILES or left < 0:
                file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        files = self._folder.glob("*.prefix")
        return sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)

    def _read(self, file: Path) -> Prefix | None:
        content = file.read_bytes()
        body = content[len(_MAGIC) + _DIGEST :]
        if content[: -len(body) or None] != _MAGIC + hashlib.sha256(body).digest():
            return None
        if body[:_DIGEST] != self._model:
            return None
        (count,) = _COUNT.unpack_from(body, _DIGEST)
        start = _DIGEST + _COUNT.size
        end = start + _TOKEN * count
        return Prefix(struct.unpack(f"<{count}i", body[start:end]), body[end:])
