"""Remote places: a folder on a WebDAV server, or the objects of an S3 bucket, as a source."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import Protocol

from ingest.address import Address
from ingest.archives import is_archive
from ingest.collections import COLLECTION_FILE, Override
from ingest.errors import (
    CollectionError,
    RemoteRefusedError,
    RemoteUnavailableError,
    UnreadableFileError,
)
from ingest.ledger import FileNote
from ingest.patience import Patience
from ingest.readers import limits, reasons
from ingest.sidecars import LARGEST, SUFFIX, is_sidecar, parse_sidecar, to_nobody
from ingest.sources import (
    NOTHING,
    Archive,
    ClosedArchive,
    Entry,
    FailedFile,
    Offered,
    Source,
    Untouched,
    printable,
)
from models.wording import Wording

MOST_FILES = 200_000
"""Files of one place; a server that lists more is not believed."""

_NOTHING_SAID = Override("")  # stands for a sidecar that is not there


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a server lists. `stamp` changes when the file does; empty when it says none."""

    path: str  # from the root of the server or the bucket
    size: int | None
    stamp: str


class RemoteStore(Protocol):
    """A server's files. Both raise RemoteUnavailableError and RemoteRefusedError."""

    def files(self, folder: str) -> Iterator[RemoteFile]:
        """Every file below a folder, in no order."""
        ...

    def read(self, path: str, most: int) -> bytes:
        """At most so many bytes of a file. Raises UnreadableFileError when it is not there."""
        ...


class Remote(Source):
    """Every file below a remote folder but the hidden ones; the id is its path in the folder.

    Raises RemoteUnavailableError and RemoteRefusedError when it cannot be listed, and
    CollectionError when it is part of a folder that describes itself.
    """

    def __init__(
        self, address: Address, store: RemoteStore, patience: Patience | None = None
    ) -> None:
        self._address = address
        self._store = store
        self._patience = patience or Patience()
        self._out_of_reach: set[str] = set()
        everything = self._patience.insist(lambda: _bounded(store.files(address.path)))
        self._files = {
            id_: file for file in everything if (id_ := self._id(file)) and not _is_hidden(id_)
        }
        self._described = frozenset(
            id_.rpartition("/")[0] for id_ in self._files if _is_description(id_)
        )
        self._check_whole()

    @property
    def address(self) -> Address:
        return self._address

    @property
    def origin(self) -> str:
        return hashlib.sha256(str(self._address).encode()).hexdigest()[:16]

    @property
    def total(self) -> int:
        return len(self._documents)

    @property
    def listed(self) -> Sequence[str]:
        return [id_ for id_ in self._documents if id_ == printable(id_)]

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:
        for id_ in self._documents:
            offered = self._offer(id_, known.get(id_))
            if isinstance(offered, FailedFile) and offered.reason == reasons.UNREACHABLE:
                self._out_of_reach.add(id_)
            yield offered
        for id_ in self._sidecars:
            if id_ not in self._files:
                yield FailedFile(printable(id_ + SUFFIX), reasons.SIDECAR_OF_NOTHING)

    def answers_for(self, id_: str, origin: str) -> bool:
        places = {id_, *map(str, PurePosixPath(id_).parents)}
        return origin == self.origin and places.isdisjoint(self._out_of_reach)

    def description(self) -> bytes | None:
        """What `collection.toml` says at the top of the place; None when there is none."""
        if COLLECTION_FILE not in self._files:
            return None
        return self._load(self._files[COLLECTION_FILE])

    def sidecars(self) -> tuple[Override, ...]:
        """What the file beside a document says of it; one that cannot be read leaves it to nobody.

        Raises RemoteUnavailableError: what cannot be asked now may keep a document from most.
        """
        return tuple(
            said or to_nobody(id_, self.origin) for id_, said in sorted(self._sidecars.items())
        )

    @cached_property
    def _documents(self) -> Sequence[str]:
        own = (_is_description, is_sidecar)
        return sorted(id_ for id_ in self._files if not any(is_own(id_) for is_own in own))

    @cached_property
    def _sidecars(self) -> Mapping[str, Override | None]:
        """By documents' ids, whether or not they are there; None for what cannot be read."""
        return {
            id_[: -len(SUFFIX)]: self._sidecar(id_[: -len(SUFFIX)], file)
            for id_, file in self._files.items()
            if is_sidecar(id_)
        }

    def _sidecar(self, document: str, file: RemoteFile) -> Override | None:
        try:
            said = self._load(file)
        except (UnreadableFileError, RemoteRefusedError):
            return None
        return parse_sidecar(said, document, self.origin) if len(said) <= LARGEST else None

    def _offer(self, id_: str, known: FileNote | None) -> Offered:
        if refusal := self._refusal(id_):
            return FailedFile(printable(id_), refusal)
        file = self._files[id_]
        untouched = known is not None and bool(file.stamp) and known.stamp == file.stamp
        if is_archive(file.path):
            opened = partial(self._archive, id_, file)
            return ClosedArchive(id_, file.stamp, opened) if untouched else opened()
        if untouched and known is not None and known.version:
            again = partial(self._entry, id_, file)
            return Untouched(id_, id_, known.version, file.stamp, again)
        return self._entry(id_, file)

    def _archive(self, id_: str, file: RemoteFile) -> Archive | FailedFile:
        data = self._fetched(id_, file)
        return data if isinstance(data, FailedFile) else Archive(id_, id_, data, file.stamp)

    def _entry(self, id_: str, file: RemoteFile) -> Entry | FailedFile:
        data = self._fetched(id_, file)
        if isinstance(data, FailedFile):
            return data
        name = PurePosixPath(file.path).name
        return Entry(
            id=id_,
            label=id_,
            version=hashlib.sha256(data).hexdigest(),
            read=lambda reader: reader.read(name, data),
            stamp=file.stamp,
            open=partial(self._entry, id_, file),
        )

    def _fetched(self, id_: str, file: RemoteFile) -> bytes | FailedFile:
        try:
            return self._load(file)
        except UnreadableFileError as error:
            return FailedFile(id_, error.reason)
        except RemoteRefusedError:
            self._out_of_reach.add(id_)
            return FailedFile(id_, reasons.UNREACHABLE)
        except RemoteUnavailableError:
            if self._patience.spent:
                raise  # the server is gone: what was done stays, the next run goes on
            self._out_of_reach.add(id_)
            return FailedFile(id_, reasons.UNREACHABLE)

    def _load(self, file: RemoteFile) -> bytes:
        if (file.size or 0) > limits.LARGEST:
            raise UnreadableFileError(reasons.TOO_LARGE)
        data = self._patience.insist(lambda: self._store.read(file.path, limits.LARGEST + 1))
        if len(data) > limits.LARGEST:
            raise UnreadableFileError(reasons.TOO_LARGE)
        return data

    def _refusal(self, id_: str) -> Wording | None:
        above = {parent.as_posix() for parent in PurePosixPath(id_).parents} - {"."}
        if not above.isdisjoint(self._described):
            return reasons.OWN_COLLECTION
        if id_ != printable(id_):
            return reasons.BAD_NAME
        return reasons.SIDECAR if self._sidecars.get(id_, _NOTHING_SAID) is None else None

    def _id(self, file: RemoteFile) -> str:
        prefix = f"{self._address.path}/" if self._address.path else ""
        below = file.path.removeprefix(prefix) if file.path.startswith(prefix) else ""
        return unicodedata.normalize("NFC", below)

    def _check_whole(self) -> None:
        """A part of a described folder is not taken alone: its readers are written above."""
        if COLLECTION_FILE in self._files:
            return
        for parent in PurePosixPath(self._address.path).parents:
            described = (parent / COLLECTION_FILE).as_posix()
            if self._patience.insist(partial(_is_there, self._store.read, described)):
                raise CollectionError(
                    f"{self._address} is part of the collection that {described} describes: "
                    "ingest that folder."
                )


def _is_there(read: Callable[[str, int], bytes], path: str) -> bool:
    try:
        read(path, 1)
    except (UnreadableFileError, RemoteRefusedError):
        return False  # nothing, or nothing of ours
    return True


def _bounded(files: Iterator[RemoteFile]) -> tuple[RemoteFile, ...]:
    found: list[RemoteFile] = []
    for file in files:
        found.append(file)
        if len(found) > MOST_FILES:
            raise RemoteRefusedError(f"The place holds more than {MOST_FILES} files.")
    return tuple(found)


def _is_hidden(id_: str) -> bool:
    return any(part.startswith(".") for part in id_.split("/"))


def _is_description(id_: str) -> bool:
    return id_.rpartition("/")[2] == COLLECTION_FILE
