"""A source whose archives are opened: each file in one is a document of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from ingest import readers
from ingest.archives import Member, RefusedMember, is_archive
from ingest.errors import UnreadableFileError
from ingest.ledger import FileNote
from ingest.reading import FileReader
from ingest.sources import NOTHING, Archive, Entry, FailedFile, Offer, Source, printable


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
        for offered in self._source.entries(known):
            if isinstance(offered, Archive):
                yield from self._members_of(offered)
            else:
                yield offered

    def answers_for(self, id_: str, origin: str) -> bool:
        """An archive that was opened showed all it holds, even where its source is one file."""
        inside = any(above.as_posix() in self._opened for above in PurePosixPath(id_).parents)
        if inside:
            return origin == self.origin
        return self._source.answers_for(id_, origin)

    def _members_of(self, archive: Archive) -> Iterator[Entry | FailedFile]:
        try:
            members = self._reader.members(archive.data)
        except UnreadableFileError as error:
            yield FailedFile(archive.label, error.reason)
            return
        self._opened.add(archive.id)
        self._members += len(members)
        for member in members:
            yield _offered(archive, member)


def _offered(archive: Archive, member: Member | RefusedMember) -> Entry | FailedFile:
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
    )
