"""Safety copies: everything but the index, which is rebuilt from the texts in the store."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from server import holding
from server.access import Right, check
from server.audit.events import Json
from server.commands import Caller, Given
from server.errors import HomeInUseError, InvalidInputError
from server.wiring import Vigie

SCRATCH = ".backup-"
DATABASES = ("record.db", "store.db")
FILES = (
    "secret.key",
    "checkpoint.key",
    "switch.json",
    "models.json",
    "charter.yaml",
    "procedure.fr.txt",
    "procedure.en.txt",
)


class BackupGiven(Given):
    file: Path


def back_up(vigie: Vigie, caller: Caller, given: BackupGiven) -> Json:
    """Write one archive, for its owner's eyes only: it holds the installation's keys."""
    check(caller.person, Right.ADMINISTER)
    home = vigie.settings.home
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=home) as scratch:
        copies = [_copied(home / name, Path(scratch) / name) for name in DATABASES]
        present = [home / name for name in FILES if (home / name).is_file()]
        _archive(given.file, [*copies, *present])
    return {"file": str(given.file), "parts": [path.name for path in (*copies, *present)]}


def sweep(home: Path) -> None:
    """Remove what a backup that was killed left behind: whole copies of the record."""
    for left in home.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def restore(file: Path, home: Path) -> list[str]:
    """Unpack an archive into a home that has no state. Raises InvalidInputError, HomeInUseError."""
    holder = holding.holder(home) if home.is_dir() else None
    if holder:
        raise HomeInUseError(f"The state folder {home} is in use by {holder}.")
    if any((home / name).exists() for name in (*DATABASES, *FILES)):
        raise InvalidInputError(f"{home} holds a state already: restore into an empty folder.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tarfile.open(file) as archive:
            names = archive.getnames()
            if not set(DATABASES) <= set(names) <= {*DATABASES, *FILES}:
                raise InvalidInputError(f"{file} is not a backup of Vigie.")
            archive.extractall(home, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise InvalidInputError(f"{file} cannot be read as a backup: {error}.") from error
    return names


def _copied(database: Path, copy: Path) -> Path:
    """A consistent copy of a live database: SQLite's own backup."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _archive(file: Path, parts: list[Path]) -> None:
    try:
        with file.open("xb") as stream, tarfile.open(fileobj=stream, mode="w:gz") as archive:
            file.chmod(0o600)
            for part in parts:
                archive.add(part, part.name)
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be written: {error.strerror}.") from error
