"""From a reading to a document, its title and its passages."""

from __future__ import annotations

from dataclasses import dataclass

from ingest import chunking, readers
from ingest.collections import Collection
from ingest.documents import Chunk, Document, Reading
from ingest.errors import UnreadableFileError
from ingest.sources import Entry

TITLE = 120
"""Characters at most of a title made from a text."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A document and its passages, read and not yet indexed."""

    document: Document
    chunks: tuple[Chunk, ...]
    origin: str


def document_of(entry: Entry, reading: Reading, collection: Collection) -> Document:
    text, spans = chunking.document_text(reading)
    if not text:
        raise UnreadableFileError(readers.reasons.NO_TEXT)
    return Document(
        collection=collection.name,
        id=entry.id,
        title=_title(reading, text),
        text=text,
        language=collection.language_of(entry.id),
        readers=collection.readers_of(entry.id),
        version=entry.version,
        url=entry.url,
        spans=spans,
    )


def _title(reading: Reading, text: str) -> str:
    """What the document says of itself, no longer than a passage; else its text's first words."""
    said = _opening(chunking.clean(reading.title), chunking.SIZE)
    return said or _opening(text.partition("\n")[0], TITLE)


def _opening(line: str, longest: int) -> str:
    """The line, or as many of its first words as fit."""
    if len(line) <= longest:
        return line
    return (line[:longest].rpartition(" ")[0] or line[: longest - 1]) + "…"


def withdrawn(id_: str, collection: Collection) -> Document:
    """What stands in a document's place while it leaves: no text, read by nobody."""
    return Document(collection.name, id_, "", "", collection.language, frozenset(), "")
