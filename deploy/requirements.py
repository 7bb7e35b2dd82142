"""Prints what pyproject.toml requires: everything but llama-cpp-python, or the one that is named.

llama-cpp-python is compiled with flags of its own, so it is installed in a step of its own.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

COMPILED = "llama-cpp-python"


def requirements() -> list[str]:
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    return list(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"])


def name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0]


def main() -> None:
    wanted = sys.argv[1:]
    for requirement in requirements():
        if name(requirement) in wanted or (not wanted and name(requirement) != COMPILED):
            print(requirement)


if __name__ == "__main__":
    main()
