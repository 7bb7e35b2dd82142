"""Sources: what documents come from, and what they offer."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from ingest.documents import Reading
from ingest.ledger import FileNote
from ingest.reading import FileReader
from models.wording import Wording

NOTHING: Mapping[str, FileNote] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FailedFile:
    """What could not be read, named as its source names it, and why."""

    path: str
    reason: Wording


@dataclass(frozen=True, slots=True)
class Entry:
    """A document a source offers. `version` is the SHA-256 (hex) of what it holds now."""

    id: str
    label: str  # what a person finds it by: a path, or a line of a file
    version: str
    read: Callable[[FileReader], Reading]  # raises UnreadableFileError
    url: str | None = None
    stamp: str = ""  # how it looked from outside before it was opened; empty: proves nothing
    open: Opening | None = None  # anew; None where that takes no reading, or too much


@dataclass(frozen=True, slots=True)
class Untouched:
    """A document that looks as it did when it had this version: nobody opened it."""

    id: str
    label: str
    version: str
    stamp: str
    open: Opening


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds documents; `unpacking` makes offers of them."""

    id: str
    label: str
    data: bytes
    stamp: str = ""  # as an entry's


@dataclass(frozen=True, slots=True)
class ClosedArchive:
    """An archive that looks as it did when all it holds was indexed: nobody opened it."""

    id: str
    stamp: str
    open: Callable[[], Archive | FailedFile]


Opening = Callable[[], Entry | FailedFile]
Offer = Entry | Untouched | FailedFile
Offered = Offer | Archive | ClosedArchive


class Source(Protocol):
    """Offers documents under ids that stay the same from one run to the next."""

    @property
    def origin(self) -> str:
        """A short name for the place; the same place, the same name."""
        ...

    @property
    def total(self) -> int: ...

    @property
    def listed(self) -> Sequence[str]:
        """The ids that `entries` will offer, as far as they are known beforehand."""
        ...

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:
        """What there is. `known` spares opening what still looks as it did, archives too."""
        ...

    def answers_for(self, id_: str, origin: str) -> bool:
        """Whether a document of this origin that `entries`, read to its end, did not offer is gone.

        It may also be another source's, or stand where this run could not look.
        """
        ...


def origin_of(path: Path) -> str:
    """A short name for the place; the same place, the same name."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]


def printable(name: str) -> str:
    """The name with a mark for what is no text in it: bytes of no letter, line ends, commands."""
    letters = name.encode("utf-8", "replace").decode()
    return "".join("?" if unicodedata.category(sign) == "Cc" else sign for sign in letters)
