"""Commands: here or through the server's socket, the same code and the same answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf

from models import catalog
from server.commands.backup import restore as unpack
from server.settings import load
from server.wiring import Parts, open_vigie

pytestmark = pytest.mark.slow

ENDS_S = 20


class Line:
    """The command line as a person types it, on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "VIGIE_GENERATOR": "extractive", "LANG": "en_GB.UTF-8"}
        self.environment.pop("LC_ALL", None)

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "server", "--home", str(self.home), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )

    def json(self, *arguments: str, given: str = "") -> Any:
        done = self.run(*arguments, "--json", given=given)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def serve(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "server", "--home", str(self.home), "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "home")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "badge.md").write_text(
        "# Badge\n\nLe badge est rendu à l’accueil le dernier jour du contrat.\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def noted(line: Line, notes: Path, parts: Parts) -> Line:
    """A line on a home that holds the notes already."""
    with open_vigie(load(line.home, generator="extractive"), parts) as house:
        house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
    return line


@pytest.fixture
def served(line: Line) -> Iterator[str]:
    """A server on the line's home; its address."""
    server = line.serve("--port", "0")
    try:
        assert server.stdout is not None
        yield next(said for said in server.stdout if said.startswith("http")).strip()
    finally:
        end(server)


def end(server: subprocess.Popen[str], ending: signal.Signals = signal.SIGINT) -> str:
    """Tell a server to end, and what it complained of."""
    server.send_signal(ending)
    _, complaints = server.communicate(timeout=ENDS_S)
    assert server.returncode == 0
    return complaints


def stable(result: object) -> object:
    """What does not change from one run to the next."""
    varying = {"seconds", "record", "timings_ms", "energy_wh", "hash", "at", "since"}
    if isinstance(result, dict):
        return {name: stable(value) for name, value in result.items() if name not in varying}
    return [stable(one) for one in result] if isinstance(result, list) else result


def test_both_ways_give_the_same_answer(noted: Line, notes: Path) -> None:
    commands = [
        ("ingest", str(notes), "--collection", "notes"),
        ("collections", "list"),
        ("ask", "Quand le badge est-il rendu ?"),
        ("switch", "status"),
        ("log", "verify"),
    ]
    here = [stable(noted.json(*command)) for command in commands]

    server = noted.serve("--port", "0")
    assert server.stdout is not None
    next(said for said in server.stdout if said.startswith("http"))
    there = [stable(noted.json(*command)) for command in commands]
    end(server)

    for one, other in zip(here[:-1], there[:-1], strict=True):
        assert one == other
    assert here[-1]["ok"] is there[-1]["ok"] is True  # type: ignore[index]


def test_a_second_server_names_the_first(line: Line, served: str) -> None:
    second = line.run("serve", "--port", "0")

    assert second.returncode == 1
    assert served in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_server_that_is_told_to_end_closes_everything(line: Line) -> None:
    server = line.serve("--port", "0")
    assert server.stdout is not None
    next(said for said in server.stdout if said.startswith("http"))

    complaints = end(server, signal.SIGTERM)

    assert complaints == ""
    assert not (line.home / "vigie.sock").exists()
    assert not (line.home / "record.db-wal").exists()


def test_a_taken_port_is_one_sentence(line: Line, served: str, tmp_path: Path) -> None:
    other = Line(tmp_path / "other")

    done = other.run("serve", "--port", served.rsplit(":", 1)[1])

    assert done.returncode == 1
    assert "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_correction_is_told_beside_the_results(noted: Line) -> None:
    told = noted.run("search", "rendre son bagde", "--json")
    literal = noted.run("search", "rendre son bagde", "--json", "--exact")

    assert isinstance(json.loads(told.stdout), list)
    assert "“badge”" in told.stderr
    assert "badge" not in literal.stderr


def test_killed_and_started_again_nothing_shown_is_missing(noted: Line) -> None:
    server = noted.serve("--port", "0")
    assert server.stdout is not None
    next(said for said in server.stdout if said.startswith("http"))
    answer = noted.json("ask", "Quand le badge est-il rendu ?")
    server.kill()
    server.communicate(timeout=ENDS_S)

    hits = noted.json("search", "badge")
    shown = noted.json("log", "show", answer["record"])  # type: ignore[index]

    assert hits
    kinds = [entry["kind"] for entry in shown["entries"]]  # type: ignore[index]
    assert kinds[0] == "answer:question:open"
    assert kinds[-1] == "answer:question:close"


def test_a_stop_reaches_a_running_server(noted: Line) -> None:
    server = noted.serve("--port", "0")
    assert server.stdout is not None
    next(said for said in server.stdout if said.startswith("http"))

    noted.json("switch", "stop", "--reason", "essai")
    answer = noted.json("ask", "Quand le badge est-il rendu ?")
    end(server)

    assert answer["outcome"] == "stopped"  # type: ignore[index]
    assert answer["citations"]  # type: ignore[index]
    assert answer["reason"] == "essai"  # type: ignore[index]


def test_a_stop_from_the_command_line_frees_the_servers_model(line: Line, tmp_path: Path) -> None:
    line.home.mkdir()
    catalog.add(line.home, tiny_gguf.build(tmp_path / "tiny.gguf"))
    line.environment["VIGIE_GENERATOR"] = "llama"
    server = line.serve("--port", "0")
    assert server.stdout is not None
    next(said for said in server.stdout if said.startswith("http"))
    before = line.json("switch", "status")

    stopped = line.json("switch", "stop", "--unload", "--reason", "essai")
    until = time.monotonic() + ENDS_S
    while (after := line.json("switch", "status"))["model"]["loaded"] and time.monotonic() < until:
        continue
    end(server)

    assert before["model"]["loaded"] is True
    assert (stopped["mode"], stopped["unload"]) == ("off", True)
    assert after["model"] == {"loaded": False, "weights_mb": 0, "memory_mb": 0}
    assert line.json("switch", "status")["model"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nonsense",), 2, "nonsense"),
        (("switch", "stop"), 1, "reason"),
        (("switch", "stop", "--scope", "rh", "--reason", "essai"), 2, "global"),
        (("ingest", "/nowhere/at/all"), 1, "nowhere"),
        (("ingest", "webdavs://cloud.example/rh"), 1, "VIGIE_REMOTE_HOSTS"),
        (("ingest", "https://cloud.example/rh"), 1, "webdavs://"),
        (("files", "list", "inconnue"), 1, "inconnue"),
        (("files", "list", "--state", "lost"), 2, "lost"),
        (("log", "show", "unknown"), 1, "unknown"),
        (("ask", ""), 2, ""),
        (("search", " "), 2, "characters"),
        (("search", "cong\udcff"), 2, "characters"),
        (("ask", "Bonjour ?", "--as", "personne"), 1, "personne"),
        (("models", "add", "/nowhere.gguf"), 1, "nowhere"),
        (("models", "pull", "gpt-9"), 1, "not in the catalogue"),
        (("models", "adapt"), 1, "Nothing was changed"),
        (("models", "adapt", "--collection", "nowhere"), 1, "nowhere"),
        (("models", "adapt", "--minutes", "0"), 2, "--minutes"),
        (("models", "adapt", "--undo"), 1, "nothing to undo"),
        (("screen", "--as", "poem", "texte"), 2, "poem"),
        (("ask", "caf\udce9 \udcff"), 2, "FORM-01"),
        (("ask", "Bonjour ?", "--as", "\udcff"), 1, "active user"),
        (("users", "add", "bob", "--password-file", "/nowhere"), 1, "/nowhere"),
        (("collections", "add", "../rh", "--owner", "Léa"), 1, "slash"),
        (("restore", "/dev/null"), 1, "backup"),
    ],
)
def test_bad_input_is_a_sentence_and_a_code(
    line: Line, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = line.run(*arguments)

    assert done.returncode == code, done.stderr
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_what_failed_is_listed_and_tried_again(line: Line, notes: Path) -> None:
    (notes / "plan.pdf").write_bytes(b"%PDF-1.7 nothing")
    line.json("ingest", str(notes), "--collection", "notes")

    listed = line.json("files", "list", "notes")
    retried = line.json("files", "retry", "notes", "plan.pdf")
    indexed = line.run("files", "list", "--state", "indexed")

    assert [(one["path"], one["state"]) for one in listed] == [("plan.pdf", "failed")]  # type: ignore[index, union-attr]
    assert retried["released"] == 1  # type: ignore[index]
    assert [one["path"] for one in retried["failed"]] == ["plan.pdf"]  # type: ignore[index]
    assert indexed.stdout == "notes/badge.md (indexed)\n"


def test_removals_are_confirmed_when_they_are_many(line: Line, notes: Path) -> None:
    for n in range(20):
        (notes / f"page-{n}.md").write_text(f"La page {n}.", encoding="utf-8")
    line.json("ingest", str(notes), "--collection", "notes")
    for gone in notes.glob("page-*.md"):
        gone.unlink()

    asked = line.run("ingest", str(notes), "--collection", "notes", "--json")
    allowed = line.json("ingest", str(notes), "--collection", "notes", "--allow-removals")

    assert asked.returncode == 1
    assert json.loads(asked.stdout)["held_back"] == 20
    assert "20 documents" in asked.stderr
    assert "--allow-removals" in asked.stderr
    assert (allowed["removed"], allowed["held_back"]) == (20, 0)  # type: ignore[index]


def test_a_home_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = Line(tmp_path / "file" / "home").run("search", "badge")

    assert done.returncode == 1
    assert "VIGIE_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_default_secret_refuses_to_start(line: Line) -> None:
    line.environment["VIGIE_SECRET"] = "changeme"

    done = line.run("serve", "--port", "0")

    assert done.returncode == 1
    assert "VIGIE_SECRET" in done.stderr


def test_a_backup_restores_a_house(noted: Line, tmp_path: Path) -> None:
    noted.json("backup", str(tmp_path / "copy.tar.gz"))
    other = Line(tmp_path / "restored")

    other.json("restore", str(tmp_path / "copy.tar.gz"))

    (hit,) = other.json("search", "rendre son badge")  # type: ignore[misc]
    assert hit["document"] == "badge.md"
    assert other.json("log", "verify")["ok"] is True  # type: ignore[index]


def test_what_was_withdrawn_after_a_backup_comes_back_and_that_is_said(
    noted: Line, notes: Path, tmp_path: Path
) -> None:
    noted.json("backup", str(tmp_path / "copy.tar.gz"))
    noted.json("collections", "remove", "notes")
    assert noted.json("search", "rendre son badge") == []
    other = Line(tmp_path / "restored")

    said = other.run("restore", str(tmp_path / "copy.tar.gz")).stdout

    assert len(other.json("search", "rendre son badge")) == 1  # type: ignore[arg-type]
    assert "erased, withdrawn or closed to someone since 20" in said
    (notes / "badge.md").unlink()
    other.json("ingest", str(notes), "--collection", "notes")
    assert other.json("search", "rendre son badge") == []


def test_a_restoration_that_is_cut_off_says_what_cannot_be_found(
    noted: Line, tmp_path: Path, parts: Parts
) -> None:
    noted.json("backup", str(tmp_path / "copy.tar.gz"))

    unpack(tmp_path / "copy.tar.gz", tmp_path / "restored")  # and no more

    with open_vigie(load(tmp_path / "restored", generator="extractive"), parts) as house:
        house.check_parts()
        assert list(house.remarks()) == ["1 documents are not indexed: vigie index rebuild."]


def test_a_rebuild_while_a_server_runs_leaves_nobody_without_an_index(
    noted: Line, served: str
) -> None:
    assert served
    found = noted.json("search", "rendre son badge")

    rebuilt = noted.json("index", "rebuild")

    assert rebuilt == {"documents": 1, "chunks": 1}
    assert stable(noted.json("search", "rendre son badge")) == stable(found)


def test_a_backup_that_was_cut_off_is_one_sentence(line: Line, tmp_path: Path) -> None:
    line.json("backup", str(tmp_path / "copy.tar.gz"))
    whole = (tmp_path / "copy.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])

    done = Line(tmp_path / "restored").run("restore", str(tmp_path / "cut.tar.gz"))

    assert done.returncode == 1
    assert done.stderr.strip().endswith("is not a whole backup of Vigie.")


def test_an_owner_speaks_from_the_command_line(line: Line, notes: Path, parts: Parts) -> None:
    (notes / "collection.toml").write_text(
        'owner = "odile"\nreview_due = 2020-01-01\n', encoding="utf-8"
    )
    with open_vigie(load(line.home, generator="extractive"), parts) as house:
        house.library.ingest(notes, None, house.operator, lambda _done, _of: None)

    (due,) = line.json("collections", "due", "notes")
    line.json("collections", "confirm", "notes", "withdrawn", "--document", "badge.md")

    assert (due["document"], due["state"], due["due"]) == ("badge.md", "orphan", "2020-01-01")
    assert line.json("search", "badge") == []
    assert line.run("collections", "confirm", "notes", "gone").returncode == 2
