"""Plain text, in the encodings that companies really have."""

from __future__ import annotations

import codecs
import re

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
MARKS = tuple(mark for mark, _ in _MARKS)
_FRENCH = frozenset("àâäæçéèêëîïôöœùûüÿñÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑ’‘“”«»–—…•·°§€£©®×²³µ½¼¾\xa0")
# Signs in the middle of words, capitals after small letters: the letters of another encoding.
_MISREAD = re.compile("[a-zà-öø-ÿœ](?:[ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑ]|[«»•§€£©®×²³µ½¼¾“”°][a-zà-öø-ÿœ])")
_FEW, _MOST = 0.3, 0.7  # shares of null bytes
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
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data:
        if (wide := _wide(data)) is None:
            raise UnreadableFileError(reasons.BINARY)
        return wide
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding and encoding != "utf-8-sig":
            return data.decode(encoding, "replace")  # a last character cut in two
        return _guessed(data)


def _western(data: bytes) -> str | None:
    """What Windows, DOS and old Macs write in France; None when it would be no French or English.

    Tried first, since short texts leave the guess undecided between neighbours.
    """
    for encoding in ("cp1252", "cp850", "mac_roman"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = {letter for letter in text if not letter.isascii()} - _FRENCH
        if not foreign and not _MISREAD.search(text):
            return text
    return None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: of Western letters, all bytes but one are null."""
    sample = data[:_SAMPLE]
    for width, encoding in ((4, "utf-32"), (2, "utf-16")):
        empty = [sample[offset::width].count(0) * width / len(sample) for offset in range(width)]
        for order, place in (("le", 0), ("be", width - 1)):
            others = [share for offset, share in enumerate(empty) if offset != place]
            if len(sample) >= width and empty[place] < _FEW and min(others) > _MOST:
                return data.decode(f"{encoding}-{order}", "replace")
    return None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    if (western := _western(data)) is not None:
        return western
    guess = from_bytes(data[:_SAMPLE]).best()
    if guess is None:
        raise UnreadableFileError(reasons.BINARY)
    try:
        return data.decode(guess.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFileError(reasons.BINARY) from error
