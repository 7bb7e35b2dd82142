"""Opening a path of this machine as the source that it is."""

from __future__ import annotations

from pathlib import Path

from ingest import readers
from ingest.collections import check_whole
from ingest.errors import UnreadableFileError
from ingest.folders import Folder, SingleFile
from ingest.jsonl import Lines
from ingest.sidecars import beside
from ingest.sources import Source

_LINES = ".jsonl"


def open_source(path: Path) -> Source:
    """Raises UnreadableFileError when there is nothing there that can be opened.

    Raises CollectionError for a part of a folder that describes itself.
    """
    try:
        if not path.is_dir() and not path.is_file():
            raise UnreadableFileError(readers.reasons.UNREACHABLE)
        check_whole(path)
        if path.is_dir():
            return Folder(path)
        if path.suffix.lower() == _LINES and beside(path):
            raise UnreadableFileError(readers.reasons.SIDECAR_OF_LINES)
        return Lines(path) if path.suffix.lower() == _LINES else SingleFile(path)
    except OSError as error:
        raise UnreadableFileError(readers.reasons.UNREACHABLE) from error
