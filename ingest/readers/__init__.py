"""Readers: from a file to what it says, or the one reason why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from ingest.documents import Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from ingest.readers.families import Family, family_of
from ingest.readers.hidden import unmasked

__all__ = ["VERSION", "Family", "family_of", "limits", "load", "read", "reasons", "unmasked"]

VERSION = "2"
"""Changes whenever the same file would be read differently, so that it is indexed anew."""


def load(path: Path) -> bytes:
    """What the file holds. Raises UnreadableFileError when it cannot be opened, or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.LARGEST + 1)
    except OSError as error:
        raise UnreadableFileError(reasons.UNREACHABLE) from error
    if len(data) > limits.LARGEST:
        raise UnreadableFileError(reasons.TOO_LARGE)
    return data


def read(name: str, data: bytes) -> Reading:
    """What a file of this name says, at least one word. Raises UnreadableFileError only."""
    return _read(name, data, depth=0)


def _read(name: str, data: bytes, *, depth: int) -> Reading:
    """`depth` counts the messages that this file is attached to, one inside the other."""
    if not data:
        raise UnreadableFileError(reasons.EMPTY)
    if depth > limits.ATTACHED_DEPTH:
        raise UnreadableFileError(reasons.TOO_LARGE)
    path = PurePath(name)
    reading = unmasked(_reader(family_of(path.suffix, data), depth)(data))
    _check_length(reading)
    return replace(reading, title=reading.title or _spoken(path.stem))


def _reader(family: Family, depth: int) -> Callable[[bytes], Reading]:  # noqa: C901, PLR0911, PLR0912  # one case a family
    match family:
        case Family.TEXT:
            from ingest.readers.text import read_text

            return read_text
        case Family.MARKDOWN:
            from ingest.readers.markdown import read_markdown

            return read_markdown
        case Family.HTML:
            from ingest.readers.html import read_html

            return read_html
        case Family.CSV:
            from ingest.readers.separated import read_separated

            return read_separated
        case Family.DOCX:
            from ingest.readers.docx import read_docx

            return read_docx
        case Family.PPTX:
            from ingest.readers.pptx import read_pptx

            return read_pptx
        case Family.XLSX:
            from ingest.readers.xlsx import read_xlsx

            return read_xlsx
        case Family.OPEN_DOCUMENT:
            from ingest.readers.opendocument import read_open_document

            return read_open_document
        case Family.RTF:
            from ingest.readers.rtf import read_rtf

            return read_rtf
        case Family.PDF:
            from ingest.readers.pdf import read_pdf

            return read_pdf
        case Family.EPUB:
            from ingest.readers.epub import read_epub

            return read_epub
        case Family.MAIL:
            from ingest.readers.mail import read_mail

            return partial(read_mail, attached=partial(_read, depth=depth + 1))
        case Family.OUTLOOK:
            from ingest.readers.outlook import read_outlook

            return partial(read_outlook, attached=partial(_read, depth=depth + 1))
        case Family.PICTURE:
            from ingest.readers.picture import read_picture

            return read_picture


def _check_length(reading: Reading) -> None:
    if not any(block.text.strip() for block in reading.blocks):
        raise UnreadableFileError(reasons.NO_TEXT)
    if sum(len(block.text) for block in reading.blocks) > limits.LONGEST:
        raise UnreadableFileError(reasons.TOO_LARGE)


def _spoken(stem: str) -> str:
    """A file's name as a title: "conges-payes" is said "Conges payes"."""
    words = " ".join(stem.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]
