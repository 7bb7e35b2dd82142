"""Stamps: how files look from outside, so that one that nobody touched is not opened again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ingest import readers
from ingest.archives import is_archive
from ingest.errors import UnreadableFileError
from ingest.ledger import FileNote
from ingest.patience import Patience
from ingest.sources import (
    Archive,
    ClosedArchive,
    Entry,
    FailedFile,
    Offered,
    Untouched,
    printable,
)

SETTLED_NS = 2_000_000_000
"""A file that changed more recently may change again without looking otherwise: file systems
count in ticks, of up to two seconds."""


class Opener:
    """Opens files, with patience, but those that look as they are known."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._patience = Patience()

    def offer(self, path: Path, id_: str, known: FileNote | None) -> Offered:
        label = printable(id_)
        if label != id_:
            return FailedFile(label, readers.reasons.BAD_NAME)
        stamp = self._stamp(path)
        untouched = known is not None and bool(stamp) and known.stamp == stamp
        if is_archive(path.name):
            opened = partial(self._archive, path, id_, stamp)
            return ClosedArchive(id_, stamp, opened) if untouched else opened()
        if untouched and known is not None and known.version:
            again = partial(self._entry, path, id_, stamp)
            return Untouched(id_, id_, known.version, stamp, again)
        return self._entry(path, id_, stamp)

    def _archive(self, path: Path, id_: str, stamp: str) -> Archive | FailedFile:
        try:
            return Archive(id_, id_, self._load(path), stamp)
        except UnreadableFileError as error:
            return FailedFile(id_, error.reason)

    def _entry(self, path: Path, id_: str, stamp: str) -> Entry | FailedFile:
        try:
            data = self._load(path)
        except UnreadableFileError as error:
            return FailedFile(id_, error.reason)
        # The very bytes that have this version are read: the file may change in between.
        return Entry(
            id=id_,
            label=id_,
            version=hashlib.sha256(data).hexdigest(),
            read=lambda reader: reader.read(path.name, data),
            stamp=stamp,
            open=partial(self._entry, path, id_, stamp),
        )

    def _load(self, path: Path) -> bytes:
        return self._patience.insist(lambda: readers.load(path))

    def _stamp(self, path: Path) -> str:
        """How a file looks from outside; empty when it may change without looking otherwise.

        Anyone can set back the time of a file's content; nobody the time of its inode.
        """
        try:
            found = path.stat()
        except OSError:
            return ""
        if self._now_ns() - found.st_ctime_ns < SETTLED_NS:
            return ""
        return f"{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"
