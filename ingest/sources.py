"""Where documents come from: a folder, one file, or the lines of a `.jsonl`."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ValidationError

from guardrails.verdicts import Wording
from ingest import readers
from ingest.collections import COLLECTION_FILE
from ingest.documents import Block, BlockKind, Reading
from ingest.errors import UnreadableFileError

_LINES = ".jsonl"


@dataclass(frozen=True, slots=True)
class FailedFile:
    """What could not be read, named as its source names it, and why."""

    path: str
    reason: Wording


@dataclass(frozen=True, slots=True)
class Entry:
    """A document a source offers. `version` is the SHA-256 (hex) of what it holds now."""

    id: str
    label: str  # what a person finds it by: a path, or a line of a file
    version: str
    read: Callable[[], Reading]  # raises UnreadableFileError
    url: str | None = None


class Source(Protocol):
    """Offers documents under ids that stay the same from one run to the next."""

    @property
    def origin(self) -> str:
        """A short name for the place; the same place, the same name."""
        ...

    @property
    def total(self) -> int: ...

    def entries(self) -> Iterator[Entry | FailedFile]: ...

    def answers_for(self, fingerprint: str) -> bool:
        """Whether a document that is missing here is gone, and not merely another source's."""
        ...


def open_source(path: Path) -> Source:
    """Raises UnreadableFileError when there is nothing there that can be opened."""
    try:
        if path.is_dir():
            return Folder(path)
        if not path.is_file():
            raise UnreadableFileError(readers.reasons.UNREACHABLE)
        return Lines(path) if path.suffix.lower() == _LINES else SingleFile(path)
    except OSError as error:
        raise UnreadableFileError(readers.reasons.UNREACHABLE) from error


class Folder(Source):
    """Every file below a folder but the hidden ones; the id is its path in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found = tuple(_found_in(folder))

    @property
    def origin(self) -> str:
        return _origin(self._folder)

    @property
    def total(self) -> int:
        return len(self._found)

    def entries(self) -> Iterator[Entry | FailedFile]:
        root = self._folder.resolve()
        for path in self._found:
            id_ = unicodedata.normalize("NFC", path.relative_to(self._folder).as_posix())
            refusal = _refusal(path, root)
            yield FailedFile(_printable(id_), refusal) if refusal else _file_entry(path, id_)

    def answers_for(self, fingerprint: str) -> bool:
        return origin_of(fingerprint) in ("", self.origin)


class SingleFile(Source):
    """One file; the id is its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._id = unicodedata.normalize("NFC", path.name)

    @property
    def origin(self) -> str:
        return _origin(self._path)

    @property
    def total(self) -> int:
        return 1

    def entries(self) -> Iterator[Entry | FailedFile]:
        yield _file_entry(self._path, self._id)

    def answers_for(self, fingerprint: str) -> bool:  # noqa: ARG002  # a port's parameter
        """Never: what is missing here may be in any other file."""
        return False


class Lines(Source):
    """A `.jsonl`: one document a line, with the id the line gives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._total = sum(1 for line in file if line.strip())

    @property
    def origin(self) -> str:
        return _origin(self._path)

    @property
    def total(self) -> int:
        return self._total

    def entries(self) -> Iterator[Entry | FailedFile]:
        with self._path.open("rb") as file:
            for n, line in enumerate(file, start=1):
                if line.strip():
                    yield _line_entry(line, f"{_printable(self._path.name)}:{n}")

    def answers_for(self, fingerprint: str) -> bool:
        return origin_of(fingerprint) in ("", self.origin)


class _Line(BaseModel):
    id: str
    text: str
    title: str = ""
    url: str | None = None


def _line_entry(line: bytes, label: str) -> Entry | FailedFile:
    try:
        said = _Line.model_validate_json(line)
    except ValidationError:
        return FailedFile(label, readers.reasons.BAD_LINE)
    if not said.id.strip() or not said.text.strip():
        return FailedFile(label, readers.reasons.BAD_LINE)
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in said.text.splitlines())
    return Entry(
        id=unicodedata.normalize("NFC", said.id),
        label=label,
        version=hashlib.sha256(line.strip()).hexdigest(),
        read=lambda: Reading(said.title, blocks),
        url=said.url or None,
    )


def _file_entry(path: Path, id_: str) -> Entry | FailedFile:
    label = _printable(id_)
    if label != id_:
        return FailedFile(label, readers.reasons.BAD_NAME)
    try:
        if path.stat().st_size > readers.limits.LARGEST:
            return FailedFile(label, readers.reasons.TOO_LARGE)
        with path.open("rb") as file:
            version = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return FailedFile(label, readers.reasons.UNREACHABLE)
    return Entry(id_, label, version, lambda: readers.read(path))


def _found_in(folder: Path) -> Iterator[Path]:
    """Files and links, and folders that cannot be listed, in a stable order."""
    refused: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        for name in sorted(files + links):
            if not name.startswith(".") and name != COLLECTION_FILE:
                yield Path(here) / name
    for error in refused:
        if Path(error.filename) == folder:
            raise error
        yield Path(error.filename)


def _refusal(path: Path, root: Path) -> Wording | None:
    """Why a path is not a file of this folder; None if it is one."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            return readers.reasons.OUTSIDE
        return None if stat.S_ISREG(real.stat().st_mode) else readers.reasons.NOT_A_FILE
    except (OSError, RuntimeError):  # a link that leads nowhere, or to itself
        return readers.reasons.UNREACHABLE


def origin_of(fingerprint: str) -> str:
    """The source whose document this is; none for one that was begun and never finished.

    Such a one is nobody's: whoever meets it missing clears it away.
    """
    return fingerprint.partition(":")[0]


def _origin(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]


def _printable(name: str) -> str:
    """The name with a mark where its bytes are no text."""
    return name.encode("utf-8", "replace").decode()
