"""A source whose archives are opened: each file in one is a document of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest import readers
from ingest.archives import Member, RefusedMember
from ingest.errors import UnreadableFileError
from ingest.reading import FileReader
from ingest.sources import Archive, Entry, FailedFile, Source, printable


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

    def entries(self) -> Iterator[Entry | FailedFile]:
        for offered in self._source.entries():
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
