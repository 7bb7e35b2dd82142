"""Folders and single files as sources."""

from __future__ import annotations

import os
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from ingest import readers
from ingest.collections import COLLECTION_FILE, described_above
from ingest.ledger import FileNote
from ingest.sidecars import SUFFIX, found, is_sidecar, unreadable
from ingest.sources import (
    NOTHING,
    ClosedArchive,
    FailedFile,
    Offered,
    Source,
    Untouched,
    origin_of,
    printable,
)
from ingest.stamps import Opener
from models.wording import Wording

T = TypeVar("T")


class Folder(Source):
    """Every file below a folder but the hidden ones; the id is its path in the folder."""

    def __init__(self, folder: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._folder = folder
        self._origin = origin_of(folder)
        self._found = tuple((_id(path, folder), path) for path in _found_in(folder))
        beside_documents = found(folder)
        self._sidecars = [id_ for id_, _ in beside_documents]
        self._locked = unreadable(beside_documents)
        self._opener = Opener(now_ns)
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
            yield self._marked(id_, offered)
        yield from self._sidecars_of_nothing()

    def _marked(self, id_: str, offered: Offered) -> Offered:
        """The same, once it is noted whether it is out of reach; an archive, when it is opened."""
        if isinstance(offered, ClosedArchive):
            return replace(offered, open=lambda: self._reached(id_, offered.open()))
        return offered if isinstance(offered, Untouched) else self._reached(id_, offered)

    def _reached(self, id_: str, offered: T) -> T:
        if isinstance(offered, FailedFile) and offered.reason == readers.reasons.UNREACHABLE:
            self._out_of_reach.add(id_)
        return offered

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
        if unreadable(found(self._path)):
            yield FailedFile(printable(self._id), readers.reasons.SIDECAR)
        else:
            yield Opener(time.time_ns).offer(self._path, self._id, known.get(self._id))

    def answers_for(self, id_: str, origin: str) -> bool:  # noqa: ARG002  # a port's parameters
        """Never: what is missing here may be in any other file."""
        return False


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
