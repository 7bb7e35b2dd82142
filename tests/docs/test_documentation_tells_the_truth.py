"""The documentation says what the code does: pages are current, names exist, homes are kept."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("server", "ingest", "guardrails", "models")
HOMES = {
    "fastapi": ("server/web/",),
    "starlette": ("server/web/", "server/serving.py"),
    "sqlalchemy": ("server/store/", "server/audit/"),
    "qdrant_edge": ("ingest/edge.py", "ingest/points.py"),  # its BM25 serves the server too
    "qdrant_client": ("ingest/qdrant",),
    "llama_cpp": ("models/llama/", "models/doctor.py"),
    "sentence_transformers": (
        "models/sentence.py",
        "models/adaptation.py",
        "models/cross_encoder.py",
    ),
    "presidio_analyzer": ("guardrails/pii/",),
    "scipy": ("server/audit/statistics.py",),
    "typer": ("server/cli/",),
    "datasketch": ("ingest/likeness.py",),
    "watchfiles": ("server/cli/",),
    "webdav4": ("ingest/webdav.py",),
    "h11": ("models/openai_http/",),
    "httpx": ("ingest/webdav.py", "models/hub.py"),
    "minio": ("ingest/s3.py",),
    "urllib3": ("ingest/s3.py",),
}
ADAPTERS = {
    "ingest.edge": ("ingest/edge_folder.py",),
    "ingest.edge_folder": ("server/wiring/",),
    "ingest.qdrant": ("ingest/qdrant_server.py",),
    "ingest.qdrant_server": ("server/wiring/",),
    "ingest.webdav": ("server/wiring/",),
    "ingest.s3": ("server/wiring/",),
    "models.apart": ("server/wiring/", "models/apart/"),
    "models.hub": ("server/wiring/", "models/pulling.py"),
    "models.llama": ("server/wiring/", "models/"),
    "models.openai_http": ("server/wiring/", "models/openai_http/"),
    "models.extractive": ("server/wiring/",),
    "models.sentence": ("server/wiring/", "models/adaptation.py", "models/cross_encoder.py"),
    "models.cross_encoder": ("server/wiring/",),
    "models.stub": ("server/wiring/",),
}


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


@pytest.mark.parametrize(("engine", "homes"), HOMES.items())
def test_an_engine_has_one_home(engine: str, homes: tuple[str, ...]) -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(name == engine or name.startswith(f"{engine}.") for name in imported(path))
        and not str(path.relative_to(ROOT)).startswith(homes or ("nowhere",))
    ]

    assert strangers == []


@pytest.mark.parametrize(("adapter", "namers"), ADAPTERS.items())
def test_only_the_wiring_names_an_adapter(adapter: str, namers: tuple[str, ...]) -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if adapter in imported(path) and not str(path.relative_to(ROOT)).startswith(namers)
    ]

    assert strangers == []


def test_only_access_makes_an_audience() -> None:
    makers = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Audience"
    ]

    assert set(makers) == {"server/access.py"}


def test_async_lives_in_the_web_alone() -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.AsyncFunctionDef)
        and not str(path.relative_to(ROOT)).startswith(("server/web/", "server/serving.py"))
    ]

    assert strangers == []


def test_every_file_opens_with_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_the_generated_pages_are_current() -> None:
    checked = subprocess.run(
        [sys.executable, "deploy/document.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "page",
    [
        str(path.relative_to(ROOT))
        for path in sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md"))
    ],
)
def test_a_page_names_only_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)
    named = re.findall(
        r"`((?:tests|server|ingest|guardrails|models|deploy|docs|examples)/[\w./-]+)`", text
    )

    missing = [
        *(link for link in links if not ((ROOT / page).parent / link).exists()),
        *(name for name in named if not (ROOT / name).exists()),
    ]

    assert missing == []


def test_every_command_of_the_readme_exists() -> None:
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

    groups = {group.name: group.typer_instance for group in app.registered_groups}
    known = {_name(command) for command in app.registered_commands}
    known |= {
        f"{name} {_name(command)}"
        for name, group in groups.items()
        for command in (group.registered_commands if group else ())
    }
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    used = re.findall(r"^\s*(?:\.venv/bin/)?vigie ([a-z-]+)(?: ([a-z-]+))?", text, re.MULTILINE)

    assert used
    for first, second in used:
        assert first in known or f"{first} {second}" in known, f"vigie {first} {second}"


def test_every_make_target_of_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    used = {
        name
        for page in pages
        for name in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))
    }

    assert used <= targets


def _name(command: object) -> str:
    named = getattr(command, "name", None)
    return named or getattr(command, "callback").__name__.replace("_", "-")  # noqa: B009
