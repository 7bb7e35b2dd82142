"""The command line: the same use cases as the web, for people at the machine and for scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main() -> None:
    """Run `vigie`. Exits 0 when all is well, 2 on a usage error, 1 otherwise, with a sentence."""
    from server.cli import employees, judging, keeping, running  # noqa: F401  # each adds its own
    from server.cli.frame import app
    from server.failures import EXPECTED

    try:
        app(args=_home_first(sys.argv[1:]))
    except EXPECTED as error:
        sys.stderr.write(f"vigie: {error}\n")
        sys.exit(1)


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
