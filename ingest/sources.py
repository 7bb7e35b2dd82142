"""Where documents come from: a folder, one file, or the lines of a `.jsonl`."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from pydantic import BaseModel, ValidationError

from ingest import readers
from ingest.archives import is_archive
from ingest.collections import COLLECTION_FILE, check_whole, described_above
from ingest.documents import Block, BlockKind, Reading
from ingest.errors import UnreadableFileError
from ingest.reading import FileReader
from ingest.sidecars import SUFFIX, beside, found, is_sidecar, unreadable
from models.wording import Wording

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
    read: Callable[[FileReader], Reading]  # raises UnreadableFileError
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds documents; `unpacking` makes entries of them."""

    id: str
    label: str
    data: bytes


Offered = Entry | Archive | FailedFile


class Source(Protocol):
    """Offers documents under ids that stay the same from one run to the next."""

    @property
    def origin(self) -> str:
        """A short name for the place; the same place, the same name."""
        ...

    @property
    def total(self) -> int: ...

    def entries(self) -> Iterator[Offered]: ...

    def answers_for(self, id_: str, origin: str) -> bool:
        """Whether a document of this origin that `entries`, read to its end, did not offer is gone.

        It may also be another source's, or stand where this run could not look.
        """
        ...


def open_source(path: Path) -> Source:
    """Raises UnreadableFileError when there is nothing there that can be opened.

    Raises CollectionError for a part of a folder that describes itself.
    """
    try:
        if not path.is_dir() and not path.is_file():
            raise UnreadableFileError(readers.reasons.UNREACHABLE)
        check_whole(path)
        if path.is_dir():
            return Folder(path)
        if path.suffix.lower() == _LINES and beside(path):
            raise UnreadableFileError(readers.reasons.SIDECAR_OF_LINES)
        return Lines(path) if path.suffix.lower() == _LINES else SingleFile(path)
    except OSError as error:
        raise UnreadableFileError(readers.reasons.UNREACHABLE) from error


class Folder(Source):
    """Every file below a folder but the hidden ones; the id is its path in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found = tuple(_found_in(folder))
        self._sidecars = [id_ for id_, _ in found(folder)]
        self._locked = unreadable(folder)
        self._out_of_reach: set[str] = set()  # files and folders, by their ids

    @property
    def origin(self) -> str:
        return origin_of(self._folder)

    @property
    def total(self) -> int:
        return len(self._found)

    def entries(self) -> Iterator[Offered]:
        root = self._folder.resolve()
        for path in self._found:
            id_ = _nfc(path.relative_to(self._folder).as_posix())
            refusal = _refusal(path, root)
            if id_ in self._locked:
                refusal = readers.reasons.SIDECAR
            offered = FailedFile(printable(id_), refusal) if refusal else _file_entry(path, id_)
            if isinstance(offered, FailedFile) and offered.reason == readers.reasons.UNREACHABLE:
                self._out_of_reach.add(id_)
            yield offered
        yield from self._sidecars_of_nothing()

    def _sidecars_of_nothing(self) -> Iterator[FailedFile]:
        """A mistyped name would leave a document open to the readers of the collection."""
        there = {_nfc(path.relative_to(self._folder).as_posix()) for path in self._found}
        for id_ in self._sidecars:
            if id_ not in there:
                yield FailedFile(printable(id_ + SUFFIX), readers.reasons.SIDECAR_OF_NOTHING)

    def answers_for(self, id_: str, origin: str) -> bool:
        places = {id_, *(above.as_posix() for above in PurePosixPath(id_).parents)}
        return origin == self.origin and places.isdisjoint(self._out_of_reach)


class SingleFile(Source):
    """One file; the id is its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._id = unicodedata.normalize("NFC", path.name)

    @property
    def origin(self) -> str:
        return origin_of(self._path)

    @property
    def total(self) -> int:
        return 1

    def entries(self) -> Iterator[Offered]:
        if unreadable(self._path):
            yield FailedFile(printable(self._id), readers.reasons.SIDECAR)
        else:
            yield _file_entry(self._path, self._id)

    def answers_for(self, id_: str, origin: str) -> bool:  # noqa: ARG002  # a port's parameters
        """Never: what is missing here may be in any other file."""
        return False


class Lines(Source):
    """A `.jsonl`: one document a line, with the id the line gives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._total = sum(1 for _ in _lines(path))
        self._whole = True  # no line so far that could not be read

    @property
    def origin(self) -> str:
        return origin_of(self._path)

    @property
    def total(self) -> int:
        return self._total

    def entries(self) -> Iterator[Offered]:
        for n, line in _lines(self._path):
            offered = _line_entry(line, f"{printable(self._path.name)}:{n}")
            self._whole = self._whole and isinstance(offered, Entry)
            yield offered

    def answers_for(self, id_: str, origin: str) -> bool:  # noqa: ARG002  # a port's parameter
        """Not when a line could not be read: it may be the missing one, or a file cut short."""
        return origin == self.origin and self._whole


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines with something in them, and their numbers."""
    with path.open("rb") as file:
        # A line that never ends is bad in pieces, and fills no memory.
        bounded = iter(lambda: file.readline(readers.limits.LARGEST), b"")
        for n, line in enumerate(bounded, start=1):
            if text := line.removeprefix(codecs.BOM_UTF8 if n == 1 else b"").strip():
                yield n, text


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
    if not _writable(said.id) or not said.text.strip():
        return FailedFile(label, readers.reasons.BAD_LINE)
    if len(said.text) > readers.limits.LONGEST:
        return FailedFile(label, readers.reasons.TOO_LARGE)
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in said.text.splitlines())
    return Entry(
        id=unicodedata.normalize("NFC", said.id),
        label=label,
        version=hashlib.sha256(line).hexdigest(),
        read=lambda _reader: readers.unmasked(Reading(said.title, blocks)),
        url=said.url or None,
    )


def _writable(id_: str) -> bool:
    """Whether this can be written where ids are: something to see, and no control characters."""
    seen = bool(id_.strip()) and len(id_) <= readers.limits.LONGEST_ID
    return seen and not any(unicodedata.category(sign) == "Cc" for sign in id_)


def _file_entry(path: Path, id_: str) -> Offered:
    label = printable(id_)
    if label != id_:
        return FailedFile(label, readers.reasons.BAD_NAME)
    try:
        data = readers.load(path)
    except UnreadableFileError as error:
        return FailedFile(label, error.reason)
    if is_archive(path.name):
        return Archive(id_, label, data)
    # The very bytes that have this version are read: the file may change in between.
    version = hashlib.sha256(data).hexdigest()
    return Entry(id_, label, version, lambda reader: reader.read(path.name, data))


def _found_in(folder: Path) -> Iterator[Path]:
    """Files and links, and folders that cannot be listed, in a stable order."""
    refused: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        for name in sorted(files + links):
            if not name.startswith(".") and name != COLLECTION_FILE and not is_sidecar(name):
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
        if described_above(real) not in (root, None):
            return readers.reasons.OWN_COLLECTION
        mode = real.stat().st_mode
    except FileNotFoundError:
        return readers.reasons.GONE
    except (OSError, RuntimeError):  # RuntimeError: a link to itself
        return readers.reasons.UNREACHABLE
    if stat.S_ISDIR(mode) and not path.is_symlink():
        return readers.reasons.UNREACHABLE  # it could not be listed
    return None if stat.S_ISREG(mode) else readers.reasons.NOT_A_FILE


def origin_of(path: Path) -> str:
    """A short name for the place; the same place, the same name."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]


def printable(name: str) -> str:
    """The name with a mark for what is no text in it: bytes of no letter, line ends, commands."""
    letters = name.encode("utf-8", "replace").decode()
    return "".join("?" if unicodedata.category(sign) == "Cc" else sign for sign in letters)


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
