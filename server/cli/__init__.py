"""The command line: the same use cases as the web, for people at the machine and for scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from models.threads import stay_awake


def main() -> None:
    """Run `vigie`. Exits 0 when all is well, 2 on a usage error, 1 otherwise, with a sentence."""
    stay_awake()
    from server.cli import (  # noqa: F401  # each adds its own
        adapting,
        employees,
        gathering,
        judging,
        keeping,
        pinning,
        running,
        stewarding,
    )
    from server.cli.frame import app
    from server.failures import EXPECTED

    _speak_utf8()
    try:
        app(args=_home_first([_readable(argument) for argument in sys.argv[1:]]))
    except EXPECTED as error:
        _say(str(error))
    except OSError as error:  # a full disk, a folder that is a file, a file that is not there
        _say(f"{error.filename or 'The system'}: {error.strerror or error}.")


def _say(sentence: str) -> None:
    sys.stderr.write(f"vigie: {sentence}\n")
    sys.exit(1)


def _readable(argument: str) -> str:
    """The argument with a mark where its bytes are no UTF-8."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _speak_utf8() -> None:
    """Whatever the terminal says it speaks, and whatever bytes come in."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _home_first(arguments: Sequence[str]) -> list[str]:
    """`--home` may stand anywhere; it belongs to the frame."""
    before: list[str] = []
    after: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            after += [argument, *rest]
        elif argument == "--home":
            before += [argument, *[value for value in [next(rest, None)] if value is not None]]
        elif argument.startswith("--home="):
            before.append(argument)
        else:
            after.append(argument)
    return before + after
