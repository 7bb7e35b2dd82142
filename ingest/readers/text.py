"""Plain text, in the encodings that companies really have."""

from __future__ import annotations

import codecs

from ingest.documents import Reading
from ingest.errors import UnreadableFileError
from ingest.readers import lines, reasons

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿñÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑ’‘“”«»–—…•·°§€£©®×²³µ½¼¾\xa0")
_SAMPLE = 128 * 1024  # bytes from which an encoding is told


def read_text(data: bytes) -> Reading:
    return Reading("", tuple(lines.blocks(decoded(data).splitlines())))


def decoded(data: bytes) -> str:
    """The characters of a text file. Raises UnreadableFileError when they are none."""
    text = _decoded(data)
    if "\0" in text:
        raise UnreadableFileError(reasons.BINARY)
    return text


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return _guessed(data)


def _western(data: bytes) -> str | None:
    """What Windows writes in France; None when its letters would not be French or English.

    Tried first, since short texts leave the guess undecided between neighbours.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return text if _FRENCH.issuperset(letter for letter in text if not letter.isascii()) else None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    if b"\0" in data:
        raise UnreadableFileError(reasons.BINARY)
    if (western := _western(data)) is not None:
        return western
    guess = from_bytes(data[:_SAMPLE]).best()
    if guess is None:
        raise UnreadableFileError(reasons.BINARY)
    try:
        return data.decode(guess.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFileError(reasons.BINARY) from error
