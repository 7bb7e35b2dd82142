"""SHA-256 of a model: of its file, or of every file in its folder that changes what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

_WHAT_COUNTS = frozenset({".safetensors", ".json", ".txt", ".model", ".gguf"})


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file, read as a stream."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256 (hex) of the listing that `sha256sum` prints of the folder's weights, tokenizer
    and configuration, sorted by path; a read-me may change without changing the model.
    """
    files = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in _WHAT_COUNTS
    )
    listing = "".join(f"{file_digest(folder / name)}  {name}\n" for name in files)
    return hashlib.sha256(listing.encode()).hexdigest()


def joint_digest(digests: Sequence[str]) -> str:
    """SHA-256 (hex) of several, one a line, in the order in which they are applied."""
    return hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()
