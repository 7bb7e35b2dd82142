"""Small files that are replaced whole: a crash leaves the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(file: Path, content: bytes) -> None:
    """Durable when it returns, the folder's own entry included. Raises OSError."""
    draft = file.with_name(f"{file.name}.new")
    with draft.open("wb") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())
    move_durably(draft, file)


def move_durably(whole: Path, file: Path) -> None:
    """Give a file that is on disk its name, in place of what had it. Raises OSError."""
    whole.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
