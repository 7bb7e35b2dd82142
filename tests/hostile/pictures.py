"""Pictures: small files with a great many pixels."""

# each file is made when it is asked for, not at import

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(width: int, height: int, *parts: bytes) -> bytes:
    head = _part(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(parts) + _part(b"IEND", b"")


def pixels() -> bytes:
    rows = zlib.compressobj(1)
    line = bytes(30_001)
    data = b"".join(rows.compress(line) for _ in range(10_000)) + rows.flush()
    return png(30_000, 30_000, _part(b"IDAT", data))


def circle() -> bytes:
    """A TIFF whose next picture is the same one."""
    tag = struct.pack("<HHLL", 256, 4, 1, 100)
    return b"II*\x00" + struct.pack("<L", 8) + struct.pack("<H", 1) + tag + struct.pack("<L", 8)


KINDS: dict[str, Callable[[], bytes]] = {
    "pixels.png": pixels,
    "beyond.png": lambda: png(2**31 - 1, 2**31 - 1, _part(b"IDAT", zlib.compress(b"x"))),
    "remarks.png": lambda: png(
        1, 1, _part(b"zTXt", b"k\0\0" + zlib.compress(bytes(100 << 20), 1)), _part(b"IDAT", b"")
    ),
    "circle.tif": circle,
    "beyond.gif": lambda: b"GIF89a" + b"\xff" * 4 + bytes(100),
    "cut.jpg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20),
    "beyond.bmp": lambda: b"BM" + b"\xff" * 60,
}
