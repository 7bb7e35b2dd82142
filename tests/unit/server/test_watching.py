"""Watching: what changes is ingested, with the AI off it waits, and it ends when told to."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from remotes import PASSWORD, USER, served, webdav

from ingest.errors import RemoteUnavailableError
from server.cli.watching import LONGEST_BACKOFF, Rounds, follow
from server.outcomes import Mode
from server.settings import load, prepare_home
from server.store import Store
from server.store.shelves import Shelves
from server.switch import Switch

pytestmark = pytest.mark.slow

VIGIE = (sys.executable, "-m", "server")
WAIT_S = 90  # until a line is said; how long it takes is measured elsewhere


class Watching:
    """`vigie ingest --watch` as a process, and what it says."""

    def __init__(self, home: Path, *paths: Path | str, **settings: str) -> None:
        spoken = {"VIGIE_GENERATOR": "extractive", "LANG": "en_GB.UTF-8"}
        environment = {**os.environ, **spoken, **settings}
        self.home = home
        self.process = subprocess.Popen(
            [*VIGIE, "--home", str(home), "ingest", "--watch", "--collection", "rh", *paths],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def says(self, wanted: str) -> str:
        """The next line that holds this."""
        while True:
            line = self._said.get(timeout=WAIT_S)
            if wanted in line:
                return line

    def ends(self, ending: signal.Signals) -> int:
        self.process.send_signal(ending)
        return self.process.wait(timeout=WAIT_S)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line)


Watch = Callable[..., Watching]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    started: list[Watching] = []

    def start(*paths: Path | str, **settings: str) -> Watching:
        started.append(Watching(tmp_path / "home", *paths, **settings))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    folder.mkdir()
    (folder / "note.md").write_text("Un texte.", encoding="utf-8")
    return folder


def described(folder: Path, readers: str) -> None:
    (folder / "collection.toml").write_text(f'owner = "Léa"\nreaders = ["{readers}"]')


def readers(home: Path) -> set[str]:
    store = Store.open(home / "store.db")
    try:
        return set().union(*Shelves(store).readers("rh").values())
    finally:
        store.close()


def test_what_changes_is_ingested_until_it_is_told_to_end(watch: Watch, folder: Path) -> None:
    described(folder, "rh")
    watching = watch(folder)
    watching.says("1 added")

    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    watching.says("1 added")
    (folder / "note.md").unlink()
    watching.says("1 removed")
    described(folder, "paie")
    watching.says("unchanged")
    assert readers(watching.home) == {"paie"}
    (folder / "collection.toml").write_text("owner = ")
    watching.says("not a TOML file")
    described(folder, "rh")
    watching.says("unchanged")

    assert watching.ends(signal.SIGTERM) == 0
    watching.says("ended")


def test_with_the_ai_off_what_is_new_waits_and_readers_change_at_once(
    watch: Watch, folder: Path
) -> None:
    described(folder, "rh")
    watching = watch(folder)
    watching.says("1 added")
    switch = Switch(watching.home, lambda: datetime.now(UTC))
    switch.tighten(Mode.OFF, "essai", "garde")

    described(folder, "paie")
    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    watching.says("the AI is stopped")
    while_off = readers(watching.home)
    switch.restart("essai fini", "adele")
    switch.restart("essai fini", "anatole")
    watching.says("1 added")

    assert while_off == {"paie"}
    assert watching.ends(signal.SIGINT) == 0


def test_a_file_is_watched_beside_a_server_too(watch: Watch, tmp_path: Path, folder: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "server", "--home", str(tmp_path / "home"), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "VIGIE_GENERATOR": "extractive"},
    )
    try:
        assert server.stdout is not None
        next(said for said in server.stdout if said.startswith("http"))
        watching = watch(folder / "note.md")
        watching.says("1 added")

        (folder / "note.new").write_text("Un autre texte.", encoding="utf-8")
        (folder / "note.new").rename(folder / "note.md")

        watching.says("1 updated")
        assert watching.ends(signal.SIGINT) == 0
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=WAIT_S)


def test_nothing_to_watch_is_one_sentence(watch: Watch, tmp_path: Path) -> None:
    watching = watch(tmp_path / "nulle-part")

    watching.says("nulle-part")

    assert watching.process.wait(timeout=WAIT_S) == 1


def test_a_remote_place_is_looked_at_again_and_again(watch: Watch, tmp_path: Path) -> None:
    rh = tmp_path / "cloud" / "rh"
    rh.mkdir(parents=True)
    (rh / "note.md").write_text("Un texte.", encoding="utf-8")
    with served(webdav(tmp_path / "cloud")) as cloud:
        prepare_home(load(tmp_path / "home"))
        known = tmp_path / "home" / "remotes.toml"
        known.write_text(f'["{cloud.address}"]\nuser = "{USER}"\npassword = "{PASSWORD}"\n')
        known.chmod(0o600)
        watching = watch(
            f"webdav://{cloud.address}/rh",
            VIGIE_REMOTE_HOSTS=cloud.address,
            VIGIE_WATCH_EVERY_S="1",
        )
        watching.says("1 added")

        (rh / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
        watching.says("1 added")
        (rh / "note.md").unlink()
        watching.says("1 removed")

        assert watching.ends(signal.SIGTERM) == 0


class Wall:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def waited(rounds: Rounds, clock: Wall) -> float:
    """Seconds until the next round is due."""
    start = clock.now
    while not rounds.due():
        clock.now += 1
    return clock.now - start


def test_rounds_come_at_an_interval_and_later_after_failures() -> None:
    clock = Wall()
    rounds = Rounds(300, clock, lambda: 0.5)
    assert rounds.due()

    waits = []
    for well in (True, False, False, *[False] * 9, True):
        rounds.went(well=well)
        waits.append(waited(rounds, clock))

    assert waits[:4] == [300, 600, 1200, 2400]
    assert waits[-2:] == [300 * LONGEST_BACKOFF, 300]


def test_watchers_do_not_march_in_step() -> None:
    clock = Wall()
    early, late = Rounds(300, clock, lambda: 0.0), Rounds(300, clock, lambda: 1.0)

    early.went(well=True)
    late.went(well=True)

    assert (waited(early, clock), waited(late, clock)) == (270, 60)


def test_a_round_that_fails_ends_nothing_and_the_next_comes_later(tmp_path: Path) -> None:
    clock = Wall()
    rounds = Rounds(10, clock, lambda: 0.5)
    rounded: list[float] = []

    def ingest() -> None:
        rounded.append(clock.now)
        if clock.now:
            raise RemoteUnavailableError("It does not answer.")

    def seconds() -> Iterator[bool]:
        for n in range(80):
            clock.now = n
            yield n == 0

    switch = Switch(tmp_path, lambda: datetime.now(UTC))
    switch.install("garde")
    follow(switch, seconds(), ingest, rounds)

    assert rounded == [0, 10, 30, 70]
