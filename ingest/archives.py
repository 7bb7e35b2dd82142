"""ZIP archives: what is in one, and the bytes of a member. Nothing is ever written to a disk."""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZipInfo

from ingest.collections import COLLECTION_FILE
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from ingest.sidecars import SUFFIX, is_sidecar
from models.wording import Wording

ENDING = ".zip"

_LOCAL = struct.Struct("<4s22xHH")  # APPNOTE.TXT 4.3.7: signature, …, lengths of name and extra
_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flag bits: password, strong encryption, hidden directory
_UTF8 = 0x800
_UNSAFE = re.compile(r"^/|^[A-Za-z]:|\\|(?:^|/)\.\.?(?:/|$)|//")
_SEEN_BY_NOBODY = re.compile(r"(?:^|/)(?:\.|__MACOSX/)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands in its archive's bytes, [start, end), and what it unfolds to."""

    start: int
    end: int
    size: int
    crc: int
    deflated: bool

    def alone(self) -> Place:
        """The same in bytes that hold this member only."""
        return replace(self, start=0, end=self.end - self.start)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: one place for each archive around it, the outermost first."""

    name: str  # below the archive, with slashes; NFC
    places: tuple[Place, ...]
    version: str  # SHA-256 (hex) of its bytes


@dataclass(frozen=True, slots=True)
class RefusedMember:
    """A file of an archive that is not read, and why."""

    name: str
    reason: Wording


def is_archive(name: str) -> bool:
    return name.lower().endswith(ENDING)


def members(data: bytes) -> tuple[Member | RefusedMember, ...]:
    """What an archive holds, in its order, but for folders and hidden files.

    Raises UnreadableFileError when the archive as a whole is refused.
    """
    walk = _Walk()
    walk.through(data, "", ())
    return tuple(walk.found)


def inflated(data: bytes, places: Sequence[Place]) -> bytes:
    """The bytes at the end of these places, one in the other. Raises UnreadableFileError."""
    for place in places:
        data = _inflated(data[place.start : place.end], place)
    return data


def _inflated(raw: bytes, place: Place) -> bytes:
    """One byte more than announced is unfolded: enough to notice a lie, too little to do harm."""
    if place.size > limits.LARGEST:
        raise UnreadableFileError(reasons.TOO_LARGE)
    try:
        unfolding = zlib.decompressobj(-zlib.MAX_WBITS)
        data = unfolding.decompress(raw, place.size + 1) if place.deflated else raw
    except zlib.error as error:
        raise UnreadableFileError(reasons.DAMAGED) from error
    if len(data) != place.size or zlib.crc32(data) != place.crc:
        raise UnreadableFileError(reasons.DAMAGED)
    return data


@dataclass(slots=True)
class _Walk:
    """What was found in an archive and those inside it, and what that cost so far."""

    found: list[Member | RefusedMember] = field(default_factory=list)
    listed: int = 0
    unfolded: int = 0  # bytes
    effort: int = 0  # bytes unfolded again each time a member of an inner archive is read

    def through(self, data: bytes, above: str, places: tuple[Place, ...]) -> None:
        directory = _Directory.of(data)
        self._afford(directory.entries)
        private = directory.private()
        for n, info in enumerate(directory.entries):
            name = directory.names[n]
            if info.is_dir() or _is_hidden(name):
                continue
            if refusal := directory.refusal(n) or _private(name, private):
                self.found.append(RefusedMember(above + name, refusal))
                continue
            try:
                self._member(data, above + name, (*places, directory.place(n)))
            except UnreadableFileError as error:
                self.found.append(RefusedMember(above + name, error.reason))

    def _afford(self, entries: Sequence[ZipInfo]) -> None:
        self.listed += len(entries)
        self.unfolded += sum(info.file_size for info in entries)
        if self.listed > limits.MEMBERS:
            raise UnreadableFileError(reasons.TOO_MANY_MEMBERS)
        if self.unfolded > limits.UNPACKED:
            raise UnreadableFileError(reasons.BOMB)

    def _member(self, data: bytes, name: str, places: tuple[Place, ...]) -> None:
        self.effort += sum(place.size for place in places[:-1])
        if self.effort > limits.EFFORT:
            raise UnreadableFileError(reasons.TOO_LARGE)
        content = inflated(data, places[-1:])
        if not is_archive(name):
            self.found.append(Member(name, places, hashlib.sha256(content).hexdigest()))
        elif len(places) >= limits.ARCHIVES_DEEP:
            raise UnreadableFileError(reasons.TOO_DEEP)
        else:
            self.through(content, f"{name}/", places)


@dataclass(frozen=True, slots=True)
class _Directory:
    """The central directory of an archive, held against the bytes that it speaks of."""

    entries: tuple[ZipInfo, ...]
    names: tuple[str, ...]
    ends: tuple[tuple[int, int] | None, ...]  # of each one's header and bytes; None: not there
    clashing: frozenset[int]  # entries that share bytes with another one

    @classmethod
    def of(cls, data: bytes) -> _Directory:
        """Raises UnreadableFileError."""
        if not data.startswith(b"PK"):
            raise UnreadableFileError(reasons.MISLABELLED)
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                entries, end = tuple(archive.infolist()), archive.start_dir
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as bad:
            raise UnreadableFileError(reasons.DAMAGED) from bad
        if not entries:
            raise UnreadableFileError(reasons.EMPTY)
        ends = tuple(_ends(info, data, end) for info in entries)
        starts = [info.header_offset for info in entries]
        return cls(entries, tuple(map(_name, entries)), ends, _clashing(starts, ends))

    def refusal(self, n: int) -> Wording | None:
        """What speaks against unfolding an entry."""
        info, name = self.entries[n], self.names[n]
        if _UNSAFE.search(name) or "\0" in name or not name:
            return reasons.LEAVES_ARCHIVE
        if stat.S_ISLNK(info.external_attr >> 16):
            return reasons.LINK_IN_ARCHIVE
        if info.flag_bits & _ENCRYPTED:
            return reasons.ENCRYPTED
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return reasons.UNKNOWN_COMPRESSION
        return self._cost(n)

    def _cost(self, n: int) -> Wording | None:
        info = self.entries[n]
        if n in self.clashing:
            return reasons.BOMB
        if self.ends[n] is None:
            return reasons.DAMAGED
        if info.file_size > limits.LARGEST:
            return reasons.TOO_LARGE
        # Below a megabyte nothing is dear, however well it is compressed.
        folded = info.file_size > limits.EXPANSION * max(info.compress_size, 1)
        return reasons.BOMB if folded and info.file_size > 1024 * 1024 else None

    def place(self, n: int) -> Place:
        info, ends = self.entries[n], self.ends[n]
        if ends is None:
            raise UnreadableFileError(reasons.DAMAGED)
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        return Place(*ends, size=info.file_size, crc=info.CRC, deflated=deflated)

    def private(self) -> frozenset[str]:
        """Folders and documents that say who reads them: it is not for this archive to say."""
        files = [PurePosixPath(name) for name in self.names]
        folders = {str(file.parent) for file in files if file.name == COLLECTION_FILE}
        return frozenset(
            folders | {name[: -len(SUFFIX)] for name in self.names if is_sidecar(name)}
        )


def _ends(info: ZipInfo, data: bytes, end: int) -> tuple[int, int] | None:
    """Where an entry's bytes start and end; None when they are not where the directory says."""
    try:
        signature, name, extra = _LOCAL.unpack_from(data, info.header_offset)
    except struct.error:
        return None
    start = info.header_offset + _LOCAL.size + name + extra
    stop = start + info.compress_size
    return (start, stop) if signature == _SIGNATURE and stop <= end else None


def _clashing(starts: Sequence[int], ends: Sequence[tuple[int, int] | None]) -> frozenset[int]:
    """Entries whose header or bytes overlap another's. Source: D. Fifield, WOOT 2019."""
    clashing: set[int] = set()
    reach, holder = -1, -1
    for n in sorted(range(len(starts)), key=lambda n: (starts[n], n)):
        if starts[n] < reach:
            clashing |= {n, holder}
        found = ends[n]
        if found is not None and found[1] > reach:
            reach, holder = found[1], n
    return frozenset(clashing)


def _name(info: ZipInfo) -> str:
    """The name in NFC. Without the flag for UTF-8, Linux writes it all the same, Windows cp850."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp850")
    return unicodedata.normalize("NFC", name)


def _is_hidden(name: str) -> bool:
    """As in a folder: what begins with a dot, what describes a collection or a document."""
    own = PurePosixPath(name).name == COLLECTION_FILE or is_sidecar(name)
    return own or (_SEEN_BY_NOBODY.search(name) is not None and not _UNSAFE.search(name))


def _private(name: str, private: frozenset[str]) -> Wording | None:
    places = {name, *map(str, PurePosixPath(name).parents)}
    return None if places.isdisjoint(private) else reasons.OWN_COLLECTION
