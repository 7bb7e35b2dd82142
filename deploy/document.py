"""Writes the pages of documentation that the code itself knows: settings, errors, commands, events.

`--check` writes nothing and exits 1 when a page no longer says what the code says.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from server.audit.events import EventKind
from server.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
ROOMS = ("models", "guardrails", "ingest", "server", "server/audit")
MADE = "<!-- Written by deploy/document.py from the code. -->"


def pages() -> dict[str, str]:
    return {
        "settings.md": _page("Settings", _settings()),
        "errors.md": _page("Errors", _errors()),
        "events.md": _page("Events on the record", _events()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([f"# {title}", "", MADE, "", *lines, ""])


def _settings() -> Iterator[str]:
    yield "Each setting is an environment variable; `--home`, `--host`, `--port` override theirs."
    yield ""
    yield "| variable | default | meaning |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        default = "–" if field.default is None else f"`{field.default}`"
        yield f"| `VIGIE_{name.upper()}` | {default} | {field.description} |"


def _errors() -> Iterator[str]:
    yield "Each room has one root. What a person reads is the sentence that the error carries."
    for room in ROOMS:
        tree = ast.parse((DOCS.parent / room / "errors.py").read_text(encoding="utf-8"))
        yield ""
        yield f"## {room}"
        yield ""
        yield "| error | when |"
        yield "|---|---|"
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                said = " ".join((ast.get_docstring(node) or "").split())
                yield f"| `{node.name}` | {said} |"


def _events() -> Iterator[str]:
    yield "Every event is `source:subject:action`; the set is closed."
    yield ""
    yield "| event | name in the code |"
    yield "|---|---|"
    for kind in EventKind:
        yield f"| `{kind.value}` | `{kind.name}` |"


def main() -> int:
    stale = [
        name
        for name, text in pages().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"docs/{name} is stale: run python deploy/document.py")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
