"""Reading as ingestion asks for it: what a file says, and what an archive holds."""

from __future__ import annotations

from typing import Protocol

from ingest import archives, readers
from ingest.archives import Member, Place, RefusedMember
from ingest.documents import Reading

Places = tuple[Place, ...]


class FileReader(Protocol):
    """Reads files that nobody vouches for. Any thread may call it, several at once.

    Raises UnreadableFileError for what is wrong with a file, ReaderUnavailableError for what
    is wrong here: no file is to blame then, and none is to be removed.
    """

    @property
    def lanes(self) -> int:
        """How many files it reads at once."""
        ...

    def read(self, name: str, data: bytes, inside: Places = ()) -> Reading:
        """What a file of this name says; `inside` leads to it when `data` is an archive's."""
        ...

    def members(self, data: bytes) -> tuple[Member | RefusedMember, ...]:
        """What an archive holds, archives inside it opened too."""
        ...


class InProcessReader(FileReader):
    """Reads in this very process: the peer that isolation is held to, for files of one's own.

    A file that crashes a library crashes the caller.
    """

    @property
    def lanes(self) -> int:
        return 1

    def read(self, name: str, data: bytes, inside: Places = ()) -> Reading:
        return readers.read(name, archives.inflated(data, inside))

    def members(self, data: bytes) -> tuple[Member | RefusedMember, ...]:
        return archives.members(data)
