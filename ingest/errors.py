"""What can go wrong between a file and a found passage.

IngestError
 ├── UnreadableFileError        this file cannot be read; the text is the reason
 ├── ReaderUnavailableError     no file can be read here and now; none of them is to blame
 ├── CollectionError            a collection is unknown, or its description is wrong
 ├── RemoteRefusedError         a remote place may not be reached, or does not let us in
 ├── RemoteUnavailableError     a remote place does not answer; later it may
 ├── IndexMismatchError         the index was laid out by another version of Vigie
 ├── SnapshotRefusedError       a snapshot of the index is of no use here; the text says why
 └── IndexUnavailableError      the index cannot be opened, or stopped answering
      ├── IndexInUseError       another process holds it
      └── IndexDamagedError     its files are not what the engine wrote
"""

from __future__ import annotations

from pathlib import Path

from models.wording import Wording


class IngestError(Exception):
    """The root of every failure in this room."""


class UnreadableFileError(IngestError):
    """A file cannot be read; the reason is a sentence a person understands."""

    def __init__(self, reason: Wording) -> None:
        super().__init__(reason.en)
        self.reason = reason


class ReaderUnavailableError(IngestError):
    """Files cannot be read here and now, whatever is in them; the text says why."""


class CollectionError(IngestError):
    """A collection is unknown, or its description is wrong."""


class RemoteRefusedError(IngestError):
    """A remote place may not be reached, or does not let us in; the text says what to change."""


class RemoteUnavailableError(IngestError):
    """A remote place does not answer, or says that it cannot now; later it may."""


class IndexMismatchError(IngestError):
    """The index was laid out by another version; the text names the command that mends it."""


class SnapshotRefusedError(IngestError):
    """A snapshot of the index is of no use here; the text says why, and ends without a stop."""


class IndexUnavailableError(IngestError):
    """The index cannot be opened, or stopped answering."""


class IndexInUseError(IndexUnavailableError):
    """Another process holds the index."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The index in {path} is in use by another process.")


class IndexDamagedError(IndexUnavailableError):
    """The index's files are not what the engine wrote."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"The index in {place} is damaged. `vigie index rebuild` builds it anew.")
