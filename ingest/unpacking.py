"""A source whose archives are opened: each file in one is a document of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import PurePosixPath

from ingest import readers
from ingest.archives import Member, RefusedMember, is_archive
from ingest.errors import UnreadableFileError
from ingest.ledger import FileNote, FileState
from ingest.reading import FileReader
from ingest.sources import (
    NOTHING,
    Archive,
    ClosedArchive,
    Entry,
    FailedFile,
    Offer,
    Source,
    Untouched,
    printable,
)

_OF = "#"  # between how an archive looks and how many members it has


class Unpacking:
    """Offers what its source does; `archive.zip/inner/page.md` in place of `archive.zip`."""

    def __init__(self, source: Source, reader: FileReader) -> None:
        self._source = source
        self._reader = reader
        self._opened: set[str] = set()  # archives, by their ids
        self._members = 0

    @property
    def origin(self) -> str:
        return self._source.origin

    @property
    def total(self) -> int:
        """Grows as archives are opened."""
        return self._source.total + self._members - len(self._opened)

    @property
    def listed(self) -> Sequence[str]:
        """What is in an archive is known once it is open."""
        return [id_ for id_ in self._source.listed if not is_archive(id_)]

    def unlisted(self, paths: Iterable[str]) -> Iterator[str]:
        """Those of these paths that surely hold nothing now, not even inside an archive."""
        listed = frozenset(self._source.listed)
        for path in paths if listed else ():
            if path not in listed and listed.isdisjoint(map(str, PurePosixPath(path).parents)):
                yield path

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offer]:
        inside = _held(known, frozenset(self._source.listed))
        whole = {id_: FileNote(FileState.INDEXED, stamp=held.stamp) for id_, held in inside.items()}
        for offered in self._source.entries({**known, **whole}):
            match offered:
                case Archive():
                    yield from self._members_of(offered)
                case ClosedArchive():
                    yield from self._untouched(offered, inside[offered.id].versions)
                case _:
                    yield offered

    def answers_for(self, id_: str, origin: str) -> bool:
        """An archive that was opened showed all it holds, even where its source is one file."""
        inside = any(above.as_posix() in self._opened for above in PurePosixPath(id_).parents)
        if inside:
            return origin == self.origin
        return self._source.answers_for(id_, origin)

    def _untouched(
        self, archive: ClosedArchive, versions: Mapping[str, str]
    ) -> Iterator[Untouched]:
        """What it held when it was open, each to be opened again where that is asked for."""
        self._opened.add(archive.id)
        self._members += len(versions)
        # Its bytes stay no longer than its members are looked at, and are fetched once for all.
        opened = cache(lambda: self._within(archive))
        stamp = _stamp(archive.stamp, len(versions))
        for id_, version in versions.items():
            yield Untouched(id_, id_, version, stamp, partial(_member, opened, id_))

    def _within(self, closed: ClosedArchive) -> Mapping[str, Entry] | FailedFile:
        archive = closed.open()
        offers = archive if isinstance(archive, FailedFile) else self._offers_of(archive)
        if isinstance(offers, FailedFile):
            self._opened.discard(closed.id)  # what it holds is not known now
            return offers
        return {offer.id: offer for offer in offers if isinstance(offer, Entry)}

    def _members_of(self, archive: Archive) -> Iterator[Entry | FailedFile]:
        offers = self._offers_of(archive)
        if isinstance(offers, FailedFile):
            yield offers
            return
        self._opened.add(archive.id)
        self._members += len(offers)
        yield from offers

    def _offers_of(self, archive: Archive) -> Sequence[Entry | FailedFile] | FailedFile:
        try:
            members = self._reader.members(archive.data)
        except UnreadableFileError as error:
            return FailedFile(archive.label, error.reason)
        return [_offered(archive, member, len(members)) for member in members]


@dataclass(slots=True)
class _Held:
    """What an archive held when it looked like this: its members' versions, by their ids."""

    stamp: str
    versions: dict[str, str] = field(default_factory=dict)


def _stamp(archive: str, members: int) -> str:
    """How a member looks from outside: as its archive does, and as one of so many."""
    return f"{archive}{_OF}{members}" if archive else ""


def _held(known: Mapping[str, FileNote], listed: frozenset[str]) -> Mapping[str, _Held]:
    """The archives all of whose members were indexed from the same bytes, by their ids.

    An archive has no note of its own. One of whose members any was refused, failed or was not
    reached has fewer that are indexed than its members' stamps say: it is opened.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path, note in known.items():
        if note.state is FileState.INDEXED and _OF in note.stamp:
            around = listed.intersection(map(str, PurePosixPath(path).parents))
            for archive in around:
                found.setdefault((archive, note.stamp), {})[path] = note.version
    whole = {}
    for (archive, stamp), versions in found.items():
        outside, _, count = stamp.rpartition(_OF)
        if count == str(len(versions)):
            whole[archive] = _Held(outside, versions)
    return whole


def _member(opened: Callable[[], Mapping[str, Entry] | FailedFile], id_: str) -> Entry | FailedFile:
    found = opened()
    if isinstance(found, FailedFile):
        return FailedFile(id_, found.reason)
    return found.get(id_) or FailedFile(id_, readers.reasons.GONE)


def _offered(archive: Archive, member: Member | RefusedMember, of: int) -> Entry | FailedFile:
    id_ = unicodedata.normalize("NFC", f"{archive.id}/{member.name}")
    label = printable(id_)
    if isinstance(member, RefusedMember):
        return FailedFile(label, member.reason)
    if label != id_:
        return FailedFile(label, readers.reasons.BAD_NAME)
    return Entry(
        id=id_,
        label=label,
        version=member.version,
        read=lambda reader: reader.read(
            PurePosixPath(member.name).name, archive.data, member.places
        ),
        stamp=_stamp(archive.stamp, of),
    )
