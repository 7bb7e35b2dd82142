"""Readers: from a file to what it says, or the one reason why it cannot be read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from enum import StrEnum
from io import BytesIO
from pathlib import Path, PurePath

from ingest.documents import Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from models.wording import Wording

VERSION = "1"
"""Changes whenever the same file would be read differently, so that it is indexed anew."""

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # an encrypted Office file's stream
_FOREIGN = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


class Family(StrEnum):
    """The kinds of file that are read."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


_EXTENSIONS = {
    ".txt": Family.TEXT,
    ".text": Family.TEXT,
    ".md": Family.MARKDOWN,
    ".markdown": Family.MARKDOWN,
    ".html": Family.HTML,
    ".htm": Family.HTML,
    ".xhtml": Family.HTML,
    ".docx": Family.DOCX,
    ".pdf": Family.PDF,
    ".xlsx": Family.XLSX,
    ".xlsm": Family.XLSX,
}


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
    if not data:
        raise UnreadableFileError(reasons.EMPTY)
    path = PurePath(name)
    family = _EXTENSIONS.get(path.suffix.lower())
    if family is None:
        raise UnreadableFileError(reasons.UNKNOWN)
    if refusal := _refusal(data, family):
        raise UnreadableFileError(refusal)
    reading = _reader(family)(data)
    _check_length(reading)
    return Reading(reading.title or _spoken(path.stem), reading.blocks)


def _refusal(data: bytes, family: Family) -> Wording | None:
    """What the first bytes say against reading the file as this family."""
    match family:
        case Family.PDF:
            return None if _PDF in data[:1024] else reasons.MISLABELLED
        case Family.DOCX:
            return _package_refusal(data, "word/document.xml")
        case Family.XLSX:
            return _package_refusal(data, "xl/workbook.xml")
        case Family.HTML:
            return _text_refusal(data)
        case Family.TEXT | Family.MARKDOWN:
            if (
                data[:512]
                .lstrip(b"\xef\xbb\xbf \t\r\n")
                .lower()
                .startswith((b"<!doctype", b"<html"))
            ):
                return reasons.MISLABELLED
            return _text_refusal(data)


def _text_refusal(data: bytes) -> Wording | None:
    if data.startswith((_PDF, _ZIP, _OLE, *_FOREIGN)):
        return reasons.MISLABELLED
    return None


def _package_refusal(data: bytes, main_part: str) -> Wording | None:
    """What speaks against an Office file: a zip with a main part, that unfolds to a sane size."""
    if data.startswith(_OLE):
        return reasons.ENCRYPTED if _ENCRYPTED_PACKAGE in data else reasons.MISLABELLED
    if not data.startswith(_ZIP):
        return reasons.MISLABELLED
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return reasons.DAMAGED
    if any(part.flag_bits & 1 for part in parts):
        return reasons.ENCRYPTED
    if len(parts) > limits.PARTS or sum(part.file_size for part in parts) > limits.INFLATED:
        return reasons.TOO_LARGE
    # Some writers begin names with a slash, or capitalise them.
    names = {part.filename.lstrip("/").lower() for part in parts}
    return None if main_part in names else reasons.MISLABELLED


def _reader(family: Family) -> Callable[[bytes], Reading]:
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
        case Family.DOCX:
            from ingest.readers.docx import read_docx

            return read_docx
        case Family.PDF:
            from ingest.readers.pdf import read_pdf

            return read_pdf
        case Family.XLSX:
            from ingest.readers.xlsx import read_xlsx

            return read_xlsx


def _check_length(reading: Reading) -> None:
    if not any(block.text.strip() for block in reading.blocks):
        raise UnreadableFileError(reasons.NO_TEXT)
    if sum(len(block.text) for block in reading.blocks) > limits.LONGEST:
        raise UnreadableFileError(reasons.TOO_LARGE)


def _spoken(stem: str) -> str:
    """A file's name as a title: "conges-payes" is said "Conges payes"."""
    words = " ".join(stem.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]
