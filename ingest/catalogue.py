"""The catalogue: what ingestion remembers of each document between two runs."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ingest.documents import Document


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of a document: the source it came from, and how it was indexed."""

    origin: str
    fingerprint: str  # empty for one that was begun and not finished


@dataclass(frozen=True, slots=True)
class Indexed:
    """How a version of a document was indexed."""

    collection: str
    id: str
    version: str
    fingerprint: str


class Catalogue(Protocol):
    """What ingestion remembers between two runs; every method is durable when it returns."""

    def marks(self, collection: str) -> Mapping[str, Mark]:
        """What is remembered of the collection's documents, by their ids."""
        ...

    def begin(self, document: Document, origin: str) -> None:
        """Mark this source's document as not indexed: its passages are about to change."""
        ...

    def finish(self, document: Document, fingerprint: str) -> None:
        """Mark it as indexed, and keep its text so that a citation can be opened."""
        ...

    def forget(self, collection: str, ids: Several[str]) -> None: ...

    def documents(self) -> Iterable[Document]:
        """Every document whose text is known, indexed or not, as it is when it is reached."""
        ...

    def confirm(self, indexed: Several[Indexed]) -> None:
        """Mark these as indexed, where their version is still the one that is kept."""
        ...
