"""Pulling a model: its bytes arrive from a hub, are hashed as they come, and get their name last.

What has arrived stays when a pull is cut, in `NAME.part`, beside a note of which version it is;
the next pull goes on from there. A file has its own name only once its digest was right.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from models.digests import file_digest
from models.durable import move_durably, replace_durably
from models.errors import HubUnreachableError, ModelDigestError, ModelUnavailableError
from models.formats import HEAD, check_gguf
from models.hub import Hub, RemoteFile
from models.offers import Offer

Watch = Callable[[int, int], None]
"""Told how many bytes have arrived, of how many."""

TRIES = 4  # of which none brings a byte
SPARE = 512 * 10**6  # bytes of disk that are left to others
_PAUSE_S = 2.0
_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Version:
    """Which file a part belongs to: the hub's name of its version, and its SHA-256 (hex)."""

    etag: str
    digest: str


_NONE = Version("", "")
_NOTE = TypeAdapter(Version)


def pull(
    offer: Offer, hub: Hub, folder: Path, watch: Watch, pause: Callable[[float], None] = time.sleep
) -> Path:
    """The whole file of an offer, its digest checked. What was there before stays until then.

    Raises ModelUnavailableError, HubUnreachableError when what has arrived is kept, and
    ModelDigestError.
    """
    remote = _chosen(offer, hub.files(offer.repository, offer.revision))
    target = folder / f"{offer.name}.gguf"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.is_file() and remote.digest == file_digest(target):
            return target
        with _claimed(target) as part:
            _check_room(folder, remote.size - part.size)
            _Arriving(hub, remote, part, watch).all(pause)
            part.become(target)
    except OSError as error:
        raise ModelUnavailableError(
            f"{target} cannot be written ({error.strerror}). What has arrived is kept."
        ) from error
    return target


def _chosen(offer: Offer, files: tuple[RemoteFile, ...]) -> RemoteFile:
    fitting = [one for one in files if fnmatch(one.path.lower(), offer.file.lower())]
    if len(fitting) != 1:
        raise ModelUnavailableError(
            f"{offer.repository} has {len(fitting)} files like {offer.file}, not one. "
            "Download the one you want and bring it: vigie models add FILE"
        )
    return fitting[0]


def _check_room(folder: Path, missing: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < missing + SPARE:
        raise ModelUnavailableError(
            f"Not enough disk in {folder}: {missing / 1e9:.1f} GB are to come, {free / 1e9:.1f} GB "
            f"are free, of which {SPARE / 1e9:.1f} GB are left to the rest of the house."
        )


@dataclass(frozen=True, slots=True)
class _Arriving:
    """A file on its way."""

    hub: Hub
    file: RemoteFile
    part: _Part
    watch: Watch

    def all(self, pause: Callable[[float], None]) -> None:
        """Until the last byte, through as many connections as it takes while bytes arrive."""
        left = TRIES
        while True:
            before = self.part.size
            try:
                self._receive()
            except HubUnreachableError as error:
                left = TRIES if self.part.size > before else left - 1
                if not left:
                    raise HubUnreachableError(f"{error} {self._kept()}") from error
                pause(_PAUSE_S)
            else:
                return

    def _receive(self) -> None:
        if self.part.size == self.file.size and self.part.version.digest == self.file.digest:
            self.part.check(self.file)  # a pull that was cut after its last byte
            return
        with self.hub.open(self.file, self.part.size, self.part.version.etag) as body:
            version = Version(body.etag, self._digest(body.digest))
            if body.start != self.part.size or version != self.part.version:
                self._begin(body.start, version)
            for piece in body.pieces:
                self.part.add(piece, self.file)
                self.watch(self.part.size, self.file.size)
        if self.part.size < self.file.size:
            raise HubUnreachableError("The connection was cut.")
        self.part.check(self.file)

    def _digest(self, announced: str | None) -> str:
        digest = self.file.digest or announced
        if digest is None:
            raise ModelUnavailableError(
                f"The hub gives no SHA-256 of {self.file.path}, so nothing could be checked. "
                "Bring the file yourself: vigie models add FILE"
            )
        if announced not in {None, digest}:
            raise ModelDigestError(f"The hub names two digests of {self.file.path}: pull again.")
        return digest

    def _begin(self, start: int, version: Version) -> None:
        """What has arrived is of another version, or the hub begins anew."""
        self.part.begin(version)
        if start:
            raise HubUnreachableError("The file changed on the hub meanwhile.")

    def _kept(self) -> str:
        done, of = self.part.size / 1e9, self.file.size / 1e9
        return f"{done:.2f} of {of:.2f} GB have arrived and are kept: the same command goes on."


class _Part:
    """What has arrived, hashed; nobody else writes it meanwhile."""

    def __init__(self, file: BinaryIO, note: Path) -> None:
        self._file = file
        self._note = note
        self._hash = hashlib.sha256()
        self.size = 0
        self.version = self._noted()
        if self.version.digest:
            self._read_again()
        else:
            self._empty()

    def begin(self, version: Version) -> None:
        """Forget what has arrived: this version comes, from its first byte."""
        self._empty()
        self.version = version
        replace_durably(self._note, _NOTE.dump_json(version))

    def add(self, piece: bytes, file: RemoteFile) -> None:
        """Raises ModelUnavailableError for more than was announced, and for what may run."""
        if self.size + len(piece) > file.size:
            self.drop()
            raise ModelUnavailableError(f"{file.path} is longer than the hub announced.")
        known = self.size
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)
        if known < HEAD:
            self._check_head(file)

    def check(self, file: RemoteFile) -> None:
        """Raises ModelDigestError, and keeps nothing, when other bytes arrived."""
        if self._hash.hexdigest() != self.version.digest:
            self.drop()
            raise ModelDigestError(
                f"{file.path} did not arrive as the hub announced it: expected SHA-256 "
                f"{self.version.digest}, found {self._hash.hexdigest()}. Nothing of it was kept."
            )

    def become(self, target: Path) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        move_durably(Path(self._file.name), target)
        self._note.unlink(missing_ok=True)

    def drop(self) -> None:
        self._empty()
        self.version = _NONE
        self._note.unlink(missing_ok=True)
        Path(self._file.name).unlink(missing_ok=True)

    def _check_head(self, file: RemoteFile) -> None:
        if self.size < min(HEAD, file.size):
            return
        self._file.flush()
        try:
            check_gguf(os.pread(self._file.fileno(), HEAD, 0), file.path)
        except ModelUnavailableError:
            self.drop()
            raise

    def _noted(self) -> Version:
        try:
            return _NOTE.validate_json(self._note.read_bytes())
        except (FileNotFoundError, ValidationError):
            return _NONE

    def _read_again(self) -> None:
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            self._hash.update(piece)
            self.size += len(piece)

    def _empty(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.size = hashlib.sha256(), 0


@contextlib.contextmanager
def _claimed(target: Path) -> Iterator[_Part]:
    """Raises ModelUnavailableError while another process pulls the same file."""
    path = target.with_name(f"{target.name}.part")
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelUnavailableError(f"{target.name} is being pulled already.") from None
        yield _Part(file, target.with_name(f"{target.name}.part.json"))
