"""What can go wrong between a file and a found passage.

IngestError
 ├── UnreadableFileError        this file cannot be read; the text is the reason
 ├── CollectionError            a collection is unknown, or its description is wrong
 ├── IndexMismatchError         the index was built by another embedder
 └── IndexUnavailableError      the index cannot be opened or is in use
"""

from __future__ import annotations

from guardrails.verdicts import Wording


class IngestError(Exception):
    """The root of every failure in this room."""


class UnreadableFileError(IngestError):
    """A file cannot be read; the reason is a sentence a person understands."""

    def __init__(self, reason: Wording) -> None:
        super().__init__(reason.en)
        self.reason = reason


class CollectionError(IngestError):
    """A collection is unknown, or its description is wrong."""


class IndexMismatchError(IngestError):
    """The index was built by another embedder; the text names the command that mends it."""


class IndexUnavailableError(IngestError):
    """The index cannot be opened, or another process holds it."""
