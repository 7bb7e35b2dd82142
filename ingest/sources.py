"""Where documents come from: a folder, one file, or the lines of a `.jsonl`."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Protocol

from pydantic import BaseModel, ValidationError

from ingest import readers
from ingest.archives import is_archive
from ingest.collections import COLLECTION_FILE, check_whole, described_above
from ingest.documents import Block, BlockKind, Reading
from ingest.errors import UnreadableFileError
from ingest.ledger import FileNote
from ingest.patience import Patience
from ingest.reading import FileReader
from ingest.sidecars import SUFFIX, beside, found, is_sidecar, unreadable
from models.wording import Wording

NOTHING: Mapping[str, FileNote] = MappingProxyType({})
SETTLED_NS = 2_000_000_000
"""A file that changed more recently may change again without looking otherwise: file systems
count in ticks, of up to two seconds."""

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
    stamp: str = ""  # how it looked from outside before it was opened; empty: proves nothing
    open: Opening | None = None  # anew; None where that takes no reading, or too much


@dataclass(frozen=True, slots=True)
class Untouched:
    """A document that looks as it did when it had this version: nobody opened it."""

    id: str
    label: str
    version: str
    stamp: str
    open: Opening


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds documents; `unpacking` makes offers of them."""

    id: str
    label: str
    data: bytes


Opening = Callable[[], Entry | FailedFile]
Offer = Entry | Untouched | FailedFile
Offered = Offer | Archive


class Source(Protocol):
    """Offers documents under ids that stay the same from one run to the next."""

    @property
    def origin(self) -> str:
        """A short name for the place; the same place, the same name."""
        ...

    @property
    def total(self) -> int: ...

    @property
    def listed(self) -> Sequence[str]:
        """The ids that `entries` will offer, as far as they are known beforehand."""
        ...

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:
        """What there is. `known` spares opening what still looks as it did."""
        ...

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

    def __init__(self, folder: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._folder = folder
        self._origin = origin_of(folder)
        self._found = tuple((_id(path, folder), path) for path in _found_in(folder))
        self._sidecars = [id_ for id_, _ in found(folder)]
        self._locked = unreadable(folder)
        self._opener = _Opener(now_ns)
        self._out_of_reach: set[str] = set()  # files and folders, by their ids

    @property
    def origin(self) -> str:
        return self._origin

    @property
    def total(self) -> int:
        return len(self._found)

    @property
    def listed(self) -> Sequence[str]:
        return [id_ for id_, _ in self._found if id_ == printable(id_)]

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:
        root = self._folder.resolve()
        nearest = cache(lambda folder: described_above(folder / COLLECTION_FILE))
        for id_, path in self._found:
            refusal = _refusal(path, root, nearest)
            if id_ in self._locked:
                refusal = readers.reasons.SIDECAR
            offered = (
                FailedFile(printable(id_), refusal)
                if refusal
                else self._opener.offer(path, id_, known.get(id_))
            )
            if isinstance(offered, FailedFile) and offered.reason == readers.reasons.UNREACHABLE:
                self._out_of_reach.add(id_)
            yield offered
        yield from self._sidecars_of_nothing()

    def _sidecars_of_nothing(self) -> Iterator[FailedFile]:
        """A mistyped name would leave a document open to the readers of the collection."""
        there = {id_ for id_, _ in self._found}
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

    @property
    def listed(self) -> Sequence[str]:
        return (self._id,)

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:
        if unreadable(self._path):
            yield FailedFile(printable(self._id), readers.reasons.SIDECAR)
        else:
            yield _Opener(time.time_ns).offer(self._path, self._id, known.get(self._id))

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

    @property
    def listed(self) -> Sequence[str]:
        """Nothing: a line's id is in the line."""
        return ()

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:  # noqa: ARG002
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


class _Opener:
    """Opens files, with patience, but those that look as they are known."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._patience = Patience()

    def offer(self, path: Path, id_: str, known: FileNote | None) -> Offered:
        label = printable(id_)
        if label != id_:
            return FailedFile(label, readers.reasons.BAD_NAME)
        if is_archive(path.name):
            return self._archive(path, id_)
        stamp = self._stamp(path)
        if known is not None and known.version and stamp and known.stamp == stamp:
            opened = partial(self._entry, path, id_, stamp)
            return Untouched(id_, id_, known.version, stamp, opened)
        return self._entry(path, id_, stamp)

    def _archive(self, path: Path, id_: str) -> Archive | FailedFile:
        try:
            return Archive(id_, id_, self._load(path))
        except UnreadableFileError as error:
            return FailedFile(id_, error.reason)

    def _entry(self, path: Path, id_: str, stamp: str) -> Entry | FailedFile:
        try:
            data = self._load(path)
        except UnreadableFileError as error:
            return FailedFile(id_, error.reason)
        # The very bytes that have this version are read: the file may change in between.
        return Entry(
            id=id_,
            label=id_,
            version=hashlib.sha256(data).hexdigest(),
            read=lambda reader: reader.read(path.name, data),
            stamp=stamp,
            open=partial(self._entry, path, id_, stamp),
        )

    def _load(self, path: Path) -> bytes:
        return self._patience.insist(lambda: readers.load(path))

    def _stamp(self, path: Path) -> str:
        """How a file looks from outside; empty when it may change without looking otherwise.

        Anyone can set back the time of a file's content; nobody the time of its inode.
        """
        try:
            found = path.stat()
        except OSError:
            return ""
        if self._now_ns() - found.st_ctime_ns < SETTLED_NS:
            return ""
        return f"{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def _id(path: Path, folder: Path) -> str:
    return unicodedata.normalize("NFC", path.relative_to(folder).as_posix())


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


def _refusal(path: Path, root: Path, nearest: Callable[[Path], Path | None]) -> Wording | None:
    """Why a path is not a file of this folder; None if it is one.

    `nearest` is the folder, at or above another, that describes itself.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            return readers.reasons.OUTSIDE
        if nearest(real.parent) not in (root, None):
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
