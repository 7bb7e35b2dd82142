"""Outlook's .msg: the streams of MS-OXMSG, read as the message they hold."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from ingest.documents import Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, lines, mail, reasons
from ingest.readers.html import read_html
from ingest.readers.office import HOSTILE
from ingest.readers.rtf_controls import code_page

if TYPE_CHECKING:
    from olefile import OleFileIO

# Property ids of MS-OXPROPS, as stream names write them.
_SUBJECT, _SENDER, _TO, _BODY, _HTML, _RTF = "0037", "0C1A", "0E04", "1000", "1013", "1009"
_LONG_NAME, _SHORT_NAME, _DATA, _CLASS = "3707", "3704", "3701", "001A"
_SENT, _CODE_PAGE = 0x0039, 0x3FFD
_ATTACHMENT = "__attach_version1.0_"
_PROPERTIES = "__properties_version1.0"
_ENTRY = struct.Struct("<HHI8s")  # type, id, flags, value
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # a FILETIME counts tenths of microseconds from here
_SEALED = "SMIME"
_UNNAMED = "message.msg"

Folder = tuple[str, ...]
"""Where a message stands in the file: () at its top, else the storage that embeds it."""


def read_outlook(data: bytes, attached: mail.Attached) -> Reading:
    from olefile import OleFileIO

    try:
        with OleFileIO(BytesIO(data)) as file:
            return _read(file, (), attached, depth=0)
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def _read(file: OleFileIO, folder: Folder, attached: mail.Attached, depth: int) -> Reading:
    if not file.exists([*folder, _PROPERTIES]):
        raise UnreadableFileError(reasons.MISLABELLED)
    if depth > limits.ATTACHED_DEPTH:
        raise UnreadableFileError(reasons.TOO_LARGE)
    message = _Message(file, folder)
    body = message.body()
    if not body.blocks and _SEALED in message.text(_CLASS):
        raise UnreadableFileError(reasons.ENCRYPTED)
    header = (("From", message.text(_SENDER)), ("To", message.text(_TO)), ("Date", message.sent()))
    attachments: list[tuple[str, Callable[[], Reading]]] = [
        (name, partial(attached, name, data)) for name, data in message.attachments()
    ]
    attachments += [
        (name, partial(_read, file, inner, attached, depth + 1))
        for name, inner in message.embedded()
    ]
    return mail.told(mail.Message(message.text(_SUBJECT), header, body, attachments))


class _Message:
    """The properties of one message, each in a stream of its own or in the list of small ones."""

    def __init__(self, file: OleFileIO, folder: Folder) -> None:
        self._file = file
        self._folder = folder
        self._small = dict(self._small_ones())
        page = self._small.get(_CODE_PAGE, b"")
        self._encoding = code_page(struct.unpack("<I", page[:4])[0] if page else 1252)

    def text(self, id_: str, *below: str) -> str:
        return " ".join(self._characters(id_, *below).split())

    def body(self) -> Reading:
        """As Outlook shows it: HTML, else plain text, else RTF."""
        if html := self._bytes(_HTML, "0102") or self._characters(_HTML).encode():
            return read_html(html)
        if text := self._characters(_BODY):
            return Reading("", tuple(lines.blocks(text.replace("\0", "").splitlines())))
        if packed := self._bytes(_RTF, "0102"):
            from ingest.readers.rtf import read_rtf
            from ingest.readers.rtf_packed import unpacked

            return read_rtf(unpacked(packed))
        return Reading("", ())

    def sent(self) -> str:
        value = self._small.get(_SENT)
        if value is None:
            return ""
        ticks = int(struct.unpack("<Q", value)[0])
        return (_EPOCH + timedelta(microseconds=ticks // 10)).strftime("%Y-%m-%d %H:%M")

    def attachments(self) -> Iterator[tuple[str, bytes]]:
        for storage in self._storages():
            data = self._bytes(_DATA, "0102", storage)
            if data:
                yield self._name(storage), data

    def embedded(self) -> Iterator[tuple[str, Folder]]:
        """Messages inside this one: their names, and where they stand."""
        for storage in self._storages():
            inner = (*self._folder, storage, f"__substg1.0_{_DATA}000D")
            if self._file.exists([*inner, _PROPERTIES]):
                yield self._name(storage) or _UNNAMED, inner

    def _name(self, storage: str) -> str:
        return self.text(_LONG_NAME, storage) or self.text(_SHORT_NAME, storage)

    def _storages(self) -> list[str]:
        depth = len(self._folder)
        found = {
            entry[depth]
            for entry in self._file.listdir()
            if tuple(entry[:depth]) == self._folder and entry[depth].startswith(_ATTACHMENT)
        }
        if len(found) > limits.ATTACHMENTS:
            raise UnreadableFileError(reasons.TOO_LARGE)
        return sorted(found)

    def _characters(self, id_: str, *below: str) -> str:
        if wide := self._bytes(id_, "001F", *below):
            return wide.decode("utf-16-le", "replace")
        return self._bytes(id_, "001E", *below).decode(self._encoding, "replace")

    def _bytes(self, id_: str, type_: str, *below: str) -> bytes:
        place = [*self._folder, *below, f"__substg1.0_{id_}{type_}"]
        return bytes(self._file.openstream(place).read()) if self._file.exists(place) else b""

    def _small_ones(self) -> Iterator[tuple[int, bytes]]:
        """Properties of a fixed size; their list begins after a header."""
        data = self._file.openstream([*self._folder, _PROPERTIES]).read()
        start = 24 if self._folder else 32
        whole = start + (len(data) - start) // _ENTRY.size * _ENTRY.size
        for _, id_, _, value in _ENTRY.iter_unpack(data[start:whole]):
            yield id_, value
