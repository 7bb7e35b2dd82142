"""Families of files: told from the name, and held against the first bytes."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from io import BytesIO

from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from models.wording import Wording

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = b"{\\rtf"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # an encrypted Office file's stream
_PICTURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
    b"GIF8",
    b"BM",
    b"RIFF",
)
_FOREIGN = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", _RTF, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


class Family(StrEnum):
    """The kinds of file that are read."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    OPEN_DOCUMENT = "open_document"
    RTF = "rtf"
    PDF = "pdf"
    EPUB = "epub"
    MAIL = "mail"
    OUTLOOK = "outlook"
    PICTURE = "picture"


_EXTENSIONS = {
    Family.TEXT: ".txt .text",
    Family.MARKDOWN: ".md .markdown",
    Family.HTML: ".html .htm .xhtml",
    Family.CSV: ".csv .tsv",
    Family.DOCX: ".docx",
    Family.PPTX: ".pptx .pptm .ppsx",
    Family.XLSX: ".xlsx .xlsm",
    Family.OPEN_DOCUMENT: ".odt .ods .odp .ott .ots .otp",
    Family.RTF: ".rtf",
    Family.PDF: ".pdf",
    Family.EPUB: ".epub",
    Family.MAIL: ".eml",
    Family.OUTLOOK: ".msg",
    Family.PICTURE: ".png .jpg .jpeg .tif .tiff .gif .bmp .webp",
}
_STARTS = {Family.RTF: (_RTF,), Family.OUTLOOK: (_OLE,), Family.PICTURE: _PICTURES}
_MAIN_PARTS = {
    Family.DOCX: "word/document.xml",
    Family.PPTX: "ppt/presentation.xml",
    Family.XLSX: "xl/workbook.xml",
    Family.OPEN_DOCUMENT: "content.xml",
    Family.EPUB: "meta-inf/container.xml",
}
_FAMILIES = {end: family for family, ends in _EXTENSIONS.items() for end in ends.split()}
_OLD_OFFICE = frozenset({".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps"})


def family_of(extension: str, data: bytes) -> Family:
    """Raises UnreadableFileError when files of this name are not read, or hold something else."""
    extension = extension.lower()
    if extension in _OLD_OFFICE:
        raise UnreadableFileError(reasons.OLD_OFFICE)
    family = _FAMILIES.get(extension)
    if family is None:
        raise UnreadableFileError(reasons.UNKNOWN)
    if refusal := _refusal(data, family):
        raise UnreadableFileError(refusal)
    return family


def _refusal(data: bytes, family: Family) -> Wording | None:
    """What the first bytes say against reading the file as this family."""
    match family:
        case Family.PDF:
            return None if _PDF in data[:1024] else reasons.MISLABELLED
        case Family.RTF | Family.OUTLOOK | Family.PICTURE:
            return None if data.lstrip().startswith(_STARTS[family]) else reasons.MISLABELLED
        case Family.DOCX | Family.PPTX | Family.XLSX | Family.OPEN_DOCUMENT | Family.EPUB:
            return _package_refusal(data, _MAIN_PARTS[family])
        case Family.HTML | Family.CSV | Family.MAIL:
            return _text_refusal(data)
        case Family.TEXT | Family.MARKDOWN:
            return reasons.MISLABELLED if _is_page(data) else _text_refusal(data)


def _is_page(data: bytes) -> bool:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html"))


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
