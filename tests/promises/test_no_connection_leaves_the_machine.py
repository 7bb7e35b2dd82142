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

WATCH = """
import json, sys
attempts = []

def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        # A path is a local socket; no address is one that was connected, which was seen then.
        if address is not None and not isinstance(address, (str, bytes)):
            attempts.append([event, repr(address)])
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        attempts.append([event, repr(args[0])])

sys.addaudithook(watch)
"""
WORK = """
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
    asking = Asking("Quand le badge est-il rendu ?", anyone(vigie.secret), Language.FRENCH)
    outcomes = [type(sealed).__name__ for sealed in vigie.answering.answer(asking)]
"""
TEACH = """
from pathlib import Path
from server.settings import load
from dataclasses import replace
from models.adaptation import adapt
from server.wiring import open_vigie

settings = load(Path(sys.argv[1]))
with open_vigie(settings) as vigie:
    vigie.library.ingest(Path(sys.argv[2]), "essai", vigie.operator, lambda done, of: None)
with open_vigie(settings) as vigie:
    here = replace(vigie.adapting.embedders, teach=adapt)  # where it is watched
    adapting = replace(vigie.adapting, embedders=here)
    done = adapting.adapt(None, 0.02, vigie.operator, lambda done, of: None)
    outcomes = [done.training.steps]
"""
TOLD = 'print(json.dumps({"attempts": attempts, "outcomes": outcomes}))'
CUT = ("unshare", "--net", "--map-root-user")


def watched(work: str, *arguments: str) -> dict[str, list[object]]:
    """What a program of its own sought outside, where it can be, with the network cut."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [*_cut(), sys.executable, "-c", WATCH + work + TOLD, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    found: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _cut() -> tuple[str, ...]:
    """The command that cuts the network; none where this machine lets nobody cut it."""
    able = (
        shutil.which(CUT[0]) is not None
        and not subprocess.run([*CUT, "true"], check=False, capture_output=True).returncode
    )
    return CUT if able else ()


def test_nothing_is_sought_outside_from_ingestion_to_answer(tmp_path: Path) -> None:
    document = tmp_path / "badge.md"
    document.write_text("# Badge\n\nLe badge est rendu à l’accueil le dernier jour du contrat.\n")

    found = watched(WORK, str(tmp_path / "home"), str(document))

    assert found["attempts"] == []
    assert found["outcomes"] == ["SealedSentence", "SealedOutcome"]


def test_nothing_is_sought_outside_while_the_embedder_is_taught(tmp_path: Path) -> None:
    lines = tmp_path / "notes.jsonl"
    notes = (
        {"id": f"{n}", "title": f"Salle {n}", "text": f"La salle {n} ferme tôt. Elle est grande."}
        for n in range(25)
    )
    lines.write_text("".join(json.dumps(note) + "\n" for note in notes))

    found = watched(TEACH, str(tmp_path / "home"), str(lines))

    assert found["attempts"] == []
    assert found["outcomes"] != [0]


REMOTE = """
from pathlib import Path
from ingest.errors import RemoteRefusedError
from server.library import place
from server.settings import load
from server.wiring import open_vigie

outcomes = []
with open_vigie(load(Path(sys.argv[1]), s3_endpoint="https://s3.example")) as vigie:
    for address in ("webdavs://cloud.example/rh", "s3://documents/rh", "webdav://127.0.0.1:9/rh"):
        try:
            vigie.library.ingest(place(address), "rh", vigie.operator, lambda done, of: None)
        except RemoteRefusedError:
            outcomes.append("refused")
"""


def test_a_remote_place_that_no_operator_listed_is_not_even_looked_up(tmp_path: Path) -> None:
    found = watched(REMOTE, str(tmp_path / "home"))

    assert found["attempts"] == []
    assert found["outcomes"] == ["refused"] * 3


MODEL = """
from pathlib import Path
from models.errors import ModelsError
from server.errors import SettingsError
from server.wiring.model_servers import served
from server.settings import load

outcomes = []
for url in ("https://api.example/v1", "http://8.8.8.8:8000", "http://[2001:db8::1]:8000"):
    try:
        served(load(Path(sys.argv[1]), llm_url=url))
    except (SettingsError, ModelsError):
        outcomes.append("refused")
"""


def test_a_model_server_outside_is_not_even_looked_up(tmp_path: Path) -> None:
    found = watched(MODEL, str(tmp_path / "home"))

    assert found["attempts"] == []
    assert found["outcomes"] == ["refused"] * 3


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket().connect_ex(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('127.0.0.1', 9)",
    ],
)
def test_the_watch_sees_an_attempt(attempt: str) -> None:
    swallowed = f"outcomes = []\ntry:\n    {attempt}\nexcept OSError:\n    pass\n"

    assert watched(swallowed)["attempts"] != []
