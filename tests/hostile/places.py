"""What is no file, or has a name that is none."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_PAGE = "Un texte."


def build(folder: Path) -> list[str]:
    """Links, pipes, sockets, devices and names; those that this system lets be made."""
    os.mkfifo(folder / "pipe.txt")
    (folder / "self.md").symlink_to(folder / "self.md")
    (folder / "there.md").symlink_to(folder / "back.md")
    (folder / "back.md").symlink_to(folder / "there.md")
    (folder / "device.txt").symlink_to("/dev/zero")
    (folder / "outside.txt").symlink_to("/etc/passwd")
    (folder / "around").symlink_to(folder)
    (folder / "folder.pdf").mkdir()
    (folder / "folder.pdf" / "note.md").write_text(_PAGE, encoding="utf-8")
    _listen(folder / "socket.txt")
    names = ("two\nlines.md", "\x1b[31mred.md", "x" * 252 + ".md", "-rf.md", "é" * 126 + ".md")
    for name in names:
        (folder / name).write_text(_PAGE, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.md")).write_text(_PAGE, encoding="utf-8")
    links = ("self.md", "there.md", "back.md", "device.txt", "outside.txt", "around")
    return ["pipe.txt", *links, "folder.pdf/note.md", "socket.txt", *names, "??.md"]


def _listen(path: Path) -> None:
    """A socket in the file system, whose path must be short: made from inside its folder."""
    here = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)
