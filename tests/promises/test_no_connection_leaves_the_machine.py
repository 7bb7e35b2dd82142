"""Promise 10: the product opens no connection to the outside, from installation's end to answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

WATCHED = """
import json, sys
attempts = []

def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        if not isinstance(address, (str, bytes)):  # a path is a local socket
            attempts.append([event, repr(address)])
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        attempts.append([event, repr(args[0])])

sys.addaudithook(watch)

from pathlib import Path
from server.settings import load
from server.wiring import open_vigie
from server.access import anyone
from server.asking import Asking
from models.ports import Language

home, document = Path(sys.argv[1]), Path(sys.argv[2])
with open_vigie(load(home, generator="extractive")) as vigie:
    vigie.warm_up()
    vigie.library.ingest(document, "essai", vigie.operator, lambda done, of: None)
    asking = Asking("Quand rendre son badge ?", anyone(vigie.secret), Language.FRENCH)
    outcomes = [type(sealed).__name__ for sealed in vigie.answering.answer(asking)]
print(json.dumps({"attempts": attempts, "outcomes": outcomes}))
"""


def watched(home: Path, document: Path, *, extra: str = "") -> dict[str, list[object]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    program = WATCHED.replace("home, document", f"{extra}\nhome, document", 1)
    done = subprocess.run(
        [sys.executable, "-c", program, str(home), str(document)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    found: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_nothing_is_sought_outside_from_ingestion_to_answer(tmp_path: Path) -> None:
    document = tmp_path / "badge.md"
    document.write_text("# Badge\n\nLe badge est rendu à l’accueil le dernier jour du contrat.\n")

    found = watched(tmp_path / "home", document)

    assert found["attempts"] == []
    assert found["outcomes"][-1] == "SealedOutcome"


def test_the_watch_sees_an_attempt(tmp_path: Path) -> None:
    document = tmp_path / "badge.md"
    document.write_text("# Badge\n\nLe badge est rendu à l’accueil.\n")
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"

    found = watched(tmp_path / "home", document, extra=attempt)

    assert found["attempts"] != []


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux namespaces (unshare)")
def test_it_works_with_the_network_cut(tmp_path: Path) -> None:
    cut = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*cut, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody make a network namespace")
    document = tmp_path / "badge.md"
    document.write_text("# Badge\n\nLe badge est rendu à l’accueil.\n")

    done = subprocess.run(
        [*cut, sys.executable, "-c", WATCHED, str(tmp_path / "home"), str(document)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
