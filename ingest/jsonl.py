"""The lines of a `.jsonl` as a source: one document a line."""

from __future__ import annotations

import codecs
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from ingest import readers
from ingest.documents import Block, BlockKind, Reading
from ingest.ledger import FileNote
from ingest.sources import NOTHING, Entry, FailedFile, Offered, Source, origin_of, printable


class Lines(Source):
    """A `.jsonl`: one document a line, with the id the line gives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._total = sum(1 for _ in _lines(path))
        self._whole = True  # no line so far that could not be read

    @property
    def origin(self) -> str:
        return origin_of(self._path)

    @property
    def total(self) -> int:
        return self._total

    @property
    def listed(self) -> Sequence[str]:
        """Nothing: a line's id is in the line."""
        return ()

    def entries(self, known: Mapping[str, FileNote] = NOTHING) -> Iterator[Offered]:  # noqa: ARG002
        for n, line in _lines(self._path):
            offered = _line_entry(line, f"{printable(self._path.name)}:{n}")
            self._whole = self._whole and isinstance(offered, Entry)
            yield offered

    def answers_for(self, id_: str, origin: str) -> bool:  # noqa: ARG002  # a port's parameter
        """Not when a line could not be read: it may be the missing one, or a file cut short."""
        return origin == self.origin and self._whole


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines with something in them, and their numbers."""
    with path.open("rb") as file:
        # A line that never ends is bad in pieces, and fills no memory.
        bounded = iter(lambda: file.readline(readers.limits.LARGEST), b"")
        for n, line in enumerate(bounded, start=1):
            if text := line.removeprefix(codecs.BOM_UTF8 if n == 1 else b"").strip():
                yield n, text


class _Line(BaseModel):
    id: str
    text: str
    title: str = ""
    url: str | None = None


def _line_entry(line: bytes, label: str) -> Entry | FailedFile:
    try:
        said = _Line.model_validate_json(line)
    except ValidationError:
        return FailedFile(label, readers.reasons.BAD_LINE)
    if not _writable(said.id) or not said.text.strip():
        return FailedFile(label, readers.reasons.BAD_LINE)
    if len(said.text) > readers.limits.LONGEST:
        return FailedFile(label, readers.reasons.TOO_LARGE)
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in said.text.splitlines())
    return Entry(
        id=unicodedata.normalize("NFC", said.id),
        label=label,
        version=hashlib.sha256(line).hexdigest(),
        read=lambda _reader: readers.unmasked(Reading(said.title, blocks)),
        url=said.url or None,
    )


def _writable(id_: str) -> bool:
    """Whether this can be written where ids are: something to see, and no control characters."""
    seen = bool(id_.strip()) and len(id_) <= readers.limits.LONGEST_ID
    return seen and not any(unicodedata.category(sign) == "Cc" for sign in id_)
