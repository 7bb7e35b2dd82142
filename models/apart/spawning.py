"""How the model's process is started: a new program that is handed one descriptor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = (sys.executable, "-P", "-m", "models.apart.child")
"""With `-P` nothing is imported from the folder one happens to stand in."""

_ROOT = Path(__file__).parents[2]
_INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")  # and no secret


def spawned(command: tuple[str, ...], descriptor: int) -> subprocess.Popen[bytes]:
    """Not a fork of this process: its threads and what they hold stay here. Raises OSError."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
        [*command, str(descriptor)],
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={**inherited, "PYTHONPATH": str(_ROOT)},
        start_new_session=True,  # an interrupt at the terminal is for the server to handle
    )
