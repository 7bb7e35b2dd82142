"""Files of the state folder: whole or not there, and for their owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """A file for its owner alone, whole or not there; one that is there already stays.

    Raises OSError.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open(draft, "xb", opener=private) as file:  # Path.open has no opener
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def private(name: str, flags: int) -> int:
    """An opener of files that only their owner may read."""
    return os.open(name, flags, 0o600)
