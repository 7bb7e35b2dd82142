"""Teaching in a process of its own: at low priority, on half the cores, beside a house at work.

The pairs go in as lines of JSON, how far it is comes out as lines of JSON. No text of a pair is
written down anywhere. The process ends with whoever started it, however that ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import IO

from models.adaptation import Budget, Pair, Training, adapt
from models.errors import ModelsError, ModelUnavailableError

NICENESS = 15
_ROOT = Path(__file__).parents[1]
_KNOWN = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")


def adapt_apart(
    base: Path,
    into: Path,
    pairs: Iterator[Pair],
    budget: Budget,
    watch: Callable[[float], None],
) -> Training:
    """As `models.adaptation.adapt` does. What `watch` raises ends the process at once."""
    with _started(base, into, budget) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        feeding = threading.Thread(target=_feed, args=(process.stdin, pairs), name="pairs")
        feeding.start()
        try:
            return _followed(process.stdout, watch)
        finally:
            process.kill()
            feeding.join()


def _started(base: Path, into: Path, budget: Budget) -> subprocess.Popen[bytes]:
    inherited = {name: os.environ[name] for name in _KNOWN if name in os.environ}
    threads = str(max((os.cpu_count() or 1) // 2, 1))
    return subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
        [
            *(sys.executable, "-P", "-m", "models.apprentice"),
            *(str(base), str(into), str(budget.seconds), str(budget.steps)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**inherited, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": threads},
        start_new_session=True,  # an interrupt at the terminal is for us to handle
    )


def _feed(stdin: IO[bytes], pairs: Iterator[Pair]) -> None:
    """As many as it takes: the process reads no further than it needs, and then ends."""
    with contextlib.suppress(BrokenPipeError):
        for pair in pairs:
            stdin.write(json.dumps(astuple(pair)).encode() + b"\n")
            stdin.flush()
    with contextlib.suppress(BrokenPipeError):
        stdin.close()


def _followed(stdout: IO[bytes], watch: Callable[[float], None]) -> Training:
    for line in stdout:
        message = json.loads(line)
        if "spent" in message:
            watch(message["spent"])
        elif "error" in message:
            raise ModelUnavailableError(message["error"])
        else:
            return Training(**message["done"])
    raise ModelUnavailableError("The process that teaches the embedder ended before it was done.")


def _taught(base: str, into: str, seconds: str, steps: str) -> None:
    """What the process does."""
    os.nice(NICENESS)  # searches and answers go first
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no message of ours

    def say(message: dict[str, object]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    pairs = (Pair(*json.loads(line)) for line in sys.stdin.buffer)
    budget = Budget(float(seconds), int(steps))
    try:
        done = adapt(Path(base), Path(into), pairs, budget, lambda spent: say({"spent": spent}))
    except ModelsError as error:
        say({"error": str(error)})
    else:
        steps_, seen, taken = astuple(done)
        say({"done": {"steps": steps_, "pairs": seen, "seconds": taken}})


if __name__ == "__main__":
    _taught(*sys.argv[1:])
