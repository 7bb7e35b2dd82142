"""What is asked of a run, and what it did."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.documents import Hidden
from ingest.sources import FailedFile


@dataclass(frozen=True, slots=True)
class Remark:
    """What a document holds that was not indexed; nothing is wrong with the rest of it."""

    path: str
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class IngestionReport:
    """What one run did. A document that can no longer be read is removed, and failed."""

    added: int
    updated: int
    removed: int
    unchanged: int
    failed: tuple[FailedFile, ...]
    chunks: int
    seconds: float
    remarks: tuple[Remark, ...] = ()  # on documents added or updated
    held_back: int = 0  # documents that are gone, and stay until a person allows their removal


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person may ask of a run."""

    allow_removals: bool = False  # however many documents are gone
    checksum: bool = False  # open every file, also those that look untouched


AS_USUAL = RunOptions()
