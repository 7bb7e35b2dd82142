"""Safety copies: the state, and a snapshot of the index that a restoration fills it from."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import IngestError
from models.errors import ModelsError
from server import holding
from server.access import Right, check
from server.audit.events import Json
from server.commands import Caller, Given
from server.commands.running import Nothing
from server.errors import HomeInUseError, InvalidInputError
from server.files import private
from server.rebuilding import SNAPSHOT
from server.wiring import Vigie

SCRATCH = ".backup-"
DATABASES = ("record.db", "store.db")
FILES = (
    "secret.key",
    "checkpoint.key",
    "switch.json",
    "models.json",
    "remotes.toml",
    "charter.yaml",
    "procedure.fr.txt",
    "procedure.en.txt",
)
_MAY_HOLD = {*DATABASES, *FILES, SNAPSHOT}


class BackupGiven(Given):
    file: Path


def back_up(vigie: Vigie, caller: Caller, given: BackupGiven) -> Json:
    """Write one archive, for its owner's eyes only: it holds the installation's keys."""
    check(caller.person, Right.ADMINISTER)
    home = vigie.settings.home
    present = [home / name for name in FILES if (home / name).is_file()]
    try:
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=home) as scratch:
            copies = [_copied(home / name, Path(scratch) / name) for name in DATABASES]
            taken, remark = _taken(vigie, Path(scratch) / SNAPSHOT)
            _archive(given.file, parts := [*copies, *present, *taken])
    except (OSError, sqlite3.Error) as error:
        raise InvalidInputError(f"{given.file} cannot be made: {_cause(error)}.") from error
    return {
        "file": str(given.file),
        "parts": [path.name for path in parts],
        "remark": remark,
    }


def refill(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    """Build the index of a restored house, from the snapshot where it is of use."""
    check(caller.person, Right.ADMINISTER)
    restored = vigie.rebuilding.restore()
    return {
        "documents": restored.documents,
        "chunks": restored.passages,
        "recalled": restored.recalled,
        "remark": f"{restored.refusal}: every passage was read anew." if restored.refusal else "",
    }


def _taken(vigie: Vigie, file: Path) -> tuple[list[Path], str]:
    """The snapshot of the index if there is an index, or why it cannot be had.

    The databases are copied before: what changed since is read anew, or is not looked for.
    """
    try:
        return ([] if vigie.rebuilding.snapshot(file) is None else [file]), ""
    except (IngestError, ModelsError) as error:
        file.unlink(missing_ok=True)
        return [], f"No snapshot of the index: {error} A restoration will read every passage anew."


def sweep(home: Path) -> None:
    """Remove what a backup that was killed left behind: whole copies of the record."""
    for left in home.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def restore(file: Path, home: Path) -> datetime:
    """Unpack an archive into a home that has no state, and say when it was made.

    What was erased, withdrawn or closed to someone since then is back: whoever restores it has
    to be told. Raises InvalidInputError, HomeInUseError.
    """
    holder = holding.holder(home) if home.is_dir() else None
    if holder:
        raise HomeInUseError(f"The state folder {home} is in use by {holder}.")
    if any((home / name).exists() for name in _MAY_HOLD):
        raise InvalidInputError(f"{home} holds a state already: restore into an empty folder.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tarfile.open(file) as archive:
            names = archive.getnames()
            if not set(DATABASES) <= set(names) <= _MAY_HOLD:
                raise InvalidInputError(f"{file} is not a backup of Vigie.")
            made = datetime.fromtimestamp(archive.getmember("record.db").mtime, UTC)
            archive.extractall(home, filter="data")
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be restored: {_cause(error)}.") from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise InvalidInputError(f"{file} is not a whole backup of Vigie.") from error
    return made


def _cause(error: OSError | sqlite3.Error) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _copied(database: Path, copy: Path) -> Path:
    """A consistent copy of a live database, by SQLite's own backup, examined.

    Raises InvalidInputError for a database that is damaged: its copy would be no help.
    """
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise InvalidInputError(f"{database} is damaged ({found}): no backup was made of it.")
    return copy


def _archive(file: Path, parts: list[Path]) -> None:
    with (
        open(file, "xb", opener=private) as stream,  # Path.open has no opener
        tarfile.open(fileobj=stream, mode="w:gz") as archive,
    ):
        for part in parts:
            archive.add(part, part.name)
