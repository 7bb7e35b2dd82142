"""RTF as Outlook packs it: the LZFu of MS-OXRTFCP."""

from __future__ import annotations

import struct

from ingest.readers import limits

_HEADER = struct.Struct("<III4x")  # size packed, size unpacked, kind; then a checksum
_PLAIN = 0x414C454D
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096


def unpacked(data: bytes) -> bytes:
    """Raises ValueError or struct.error where it is not what Outlook writes."""
    _, size, kind = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if kind == _PLAIN:
        return body[:size]
    if size > limits.LARGEST:
        raise ValueError("larger than any file that is read")
    said = _Window()
    position = 0
    while position < len(body) and len(said.all) < size:
        flags, position = body[position], position + 1
        for bit in range(8):
            width = 1 + (flags >> bit & 1)
            token, position = body[position : position + width], position + width
            if len(token) < width:
                break
            if width == 1:
                said.add(token[0])
            elif not said.repeat(int.from_bytes(token, "big")):
                return bytes(said.all[:size])
    return bytes(said.all[:size])


class _Window:
    """The last 4 096 bytes said, which references point into."""

    def __init__(self) -> None:
        self.all = bytearray()
        self._ring = bytearray(_START.ljust(_WINDOW, b"\0"))
        self._at = len(_START)

    def add(self, byte: int) -> None:
        self._ring[self._at] = byte
        self._at = (self._at + 1) % _WINDOW
        self.all.append(byte)

    def repeat(self, reference: int) -> bool:
        """Say a stretch again, byte by byte, since it may reach into itself; False at the end."""
        start, length = reference >> 4, (reference & 15) + 2
        if start == self._at:
            return False
        for n in range(length):
            self.add(self._ring[(start + n) % _WINDOW])
        return True
