"""`vigie models` as an administrator types it, with the server stopped and with it running."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf

from models import catalog

pytestmark = pytest.mark.slow

ENDS_S = 20


class Line:
    """The command line on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "LC_ALL": "en_GB.UTF-8", "VIGIE_RECORD_WAIT_S": "0.5"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "server", "--home", str(self.home), *arguments]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            env={**self.environment, **environment},
        )

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def serving(self) -> Iterator[None]:
        server = subprocess.Popen(
            self.command("serve", "--port", "0"),
            stdout=subprocess.PIPE,
            text=True,
            env={**self.environment, "VIGIE_GENERATOR": "extractive"},
        )
        assert server.stdout is not None
        next(said for said in server.stdout if said.startswith("http"))
        yield
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=ENDS_S)

    def kinds(self) -> list[str]:
        return [entry["kind"] for entry in self.json("log", "list") if "models" in entry["kind"]]


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "home")


@pytest.fixture
def models(tmp_path: Path) -> tuple[str, str, str]:
    """Two models and an adapter."""
    one = tiny_gguf.build(tmp_path / "one.gguf")
    two = tiny_gguf.build(tmp_path / "two.gguf", seed=1)
    return str(one), str(two), str(tiny_gguf.build_adapter(tmp_path / "ton.gguf"))


def changed(line: Line, models: tuple[str, str, str]) -> list[Any]:
    """Every change there is, one after the other."""
    one, two, adapter = models
    return [
        line.json("models", "add", one, "--licence", "MIT"),
        line.json("models", "add", adapter, "--for", "one"),
        line.json("models", "add", two),
        line.json("models", "use", "one"),
        line.json("models", "detach", "ton", "--from", "one"),
    ]


def test_every_change_is_the_same_with_the_server_stopped_and_running(
    line: Line, models: tuple[str, str, str], tmp_path: Path
) -> None:
    other = Line(tmp_path / "other")
    stopped = changed(line, models)
    with other.serving():
        running = changed(other, models)

    assert {one.pop("at_next_start") for one in stopped} == {False}
    assert {one.pop("at_next_start") for one in running} == {True}
    assert stopped == running
    assert catalog.listed(line.home) == catalog.listed(other.home)
    (started,) = (one for one in other.json("log", "list") if "start" in one["kind"])
    assert started["facts"]["generator"] == "extractive"
    assert line.kinds() == other.kinds()
    assert line.kinds() == [
        "models:model:pin",
        "models:adapter:attach",
        "models:model:pin",
        "models:model:choose",
        "models:adapter:detach",
    ]


@pytest.mark.parametrize("running", [False, True])
def test_without_the_record_a_change_is_refused_with_a_sentence(
    line: Line, models: tuple[str, str, str], *, running: bool
) -> None:
    line.json("models", "add", models[0])
    if running:
        with line.serving():
            done = refused(line, models[1])
    else:
        done = refused(line, models[1])

    assert done.returncode == 1
    assert done.stderr.startswith("vigie: The record")
    assert [one.name for one in catalog.listed(line.home)] == ["one"]


def refused(line: Line, file: str) -> subprocess.CompletedProcess[str]:
    lock = sqlite3.connect(line.home / "record.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    done = line.run("models", "add", file)
    lock.execute("ROLLBACK")
    lock.close()
    return done


def test_the_list_speaks_the_language_of_whoever_types(
    line: Line, models: tuple[str, str, str]
) -> None:
    line.json("models", "add", models[0], "--licence", "MIT")

    french = line.run("models", "list", "--available", LC_ALL="fr_FR.UTF-8").stdout
    english = line.run("models", "list", "--available").stdout

    assert "licence MIT\u00a0; contexte de 512 jetons" in french
    assert "8 réponses à la fois de 512 jetons" in french
    assert "Le meilleur français de cette liste" in french
    assert "licence MIT; context of 512 tokens; cache in f16, plain attention" in english
    assert "8 answers at once of 512 tokens; fits the" in english


def test_a_model_whose_file_left_is_still_listed(line: Line, models: tuple[str, str, str]) -> None:
    line.json("models", "add", models[0])
    Path(models[0]).unlink()

    listed = line.json("models", "list")

    assert [one["fits"] for one in listed["models"]] == [None]
    assert "memory needed unknown" in line.run("models", "list").stdout
