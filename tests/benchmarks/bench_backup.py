"""Restoring a house: its index filled from the snapshot in the backup, beside one read anew."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from french import passages

from server.benching import Figure
from server.commands import Call, run
from server.commands.backup import restore
from server.lazy import Lazy
from server.rebuilding import SNAPSHOT
from server.settings import load
from server.wiring import Parts, Vigie, make_embedder, make_personal_data, open_vigie

FILES, PASSAGES = 200, 10  # of a file
PEER = "the same backup without its snapshot, same run"


def figures() -> Iterator[Figure]:
    embedder = make_embedder(load(Path("nowhere")))
    embedder.embed(["Bonjour"])
    parts = Parts(Lazy(lambda: embedder), Lazy(make_personal_data))
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        _write(place / "files")
        with open_vigie(load(place / "home"), parts) as house:
            house.library.ingest(place / "files", "notes", house.operator, lambda _n, _of: None)
            taken = _seconds(house, "backup", file=str(place / "copy.tar.gz"))
        without = _restored(place, parts, snapshot=False)
        filled = _restored(place, parts, snapshot=True)
        size = (place / "copy.tar.gz").stat().st_size / 1e6
    name = f"{FILES * PASSAGES} passages"
    yield Figure(f"backup: {name}, taken", taken, "s")
    yield Figure(f"backup: {name}, size", size, "MB")
    yield Figure(f"restore: {name}, index filled", filled, "s", PEER, without)


def _write(folder: Path) -> None:
    folder.mkdir()
    text = passages(3)
    for n in range(FILES):
        page = "\n".join(islice(text, PASSAGES))
        (folder / f"note-{n}.txt").write_text(f"Note {n}\n{page}\n", encoding="utf-8")


def _restored(place: Path, parts: Parts, *, snapshot: bool) -> float:
    home = place / "restored"
    shutil.rmtree(home, ignore_errors=True)
    restore(place / "copy.tar.gz", home)
    if not snapshot:
        (home / SNAPSHOT).unlink()
    with open_vigie(load(home), parts) as house:
        return _seconds(house, "index.restore")


def _seconds(house: Vigie, command: str, **arguments: object) -> float:
    started = time.perf_counter()
    run(house, Call(command=command, arguments=arguments), lambda _n, _of: None)
    return time.perf_counter() - started
