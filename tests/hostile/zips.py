"""Archives: bombs, names that lead elsewhere, and directories that lie."""

# each file is made when it is asked for, not at import

from __future__ import annotations

import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipInfo

PAGE = "# Note\n\nUn texte tout à fait ordinaire.\n".encode()
_FLAGS, _CRC, _SIZE, _OFFSET = 8, 16, 24, 42  # in an entry of the central directory
_ENTRY = b"PK\x01\x02"


def zipped(
    *files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names that are there twice
        with zipfile.ZipFile(buffer, "w", method, compresslevel=1) as archive:
            for name, data in files:
                archive.writestr(name, data, method)
    return buffer.getvalue()


def edited(archive: bytes, n: int, at: int, new: bytes) -> bytes:
    """The archive with other bytes in the nth entry of its central directory."""
    start = -1
    for _ in range(n + 1):
        start = archive.index(_ENTRY, start + 1)
    return archive[: start + at] + new + archive[start + at + len(new) :]


def flat() -> bytes:
    return zipped(("zeros.txt", bytes(40 << 20)), ("note.md", PAGE))


def many_megabytes() -> bytes:
    """No file is suspect alone; together they fill a disk."""
    block = bytes(range(256)) * 4096
    return zipped(*[(f"{n}.txt", block * 16) for n in range(70)], ("note.md", PAGE))


def nested() -> bytes:
    """Sixteen archives in each of sixteen archives in each of sixteen."""
    inside = zipped(("zeros.txt", bytes(4 << 20)))
    for level in range(3):
        inside = zipped(*[(f"{level}-{n}.zip", inside) for n in range(16)])
    return inside


def droste() -> bytes:
    """An archive in an archive, and so on: what one that holds itself looks like from outside."""
    inside = zipped(("note.md", PAGE))
    for _ in range(60):
        inside = zipped(("self.zip", inside), ("note.md", PAGE))
    return inside


def overlapping() -> bytes:
    """Two thousand entries that all stand for the same bytes."""
    archive = zipped(("a.txt", bytes(1 << 20)))
    start, end = archive.index(_ENTRY), archive.index(b"PK\x05\x06")
    entry, times = archive[start:end], 2000
    names = [entry[:46] + f"{n:05}".encode() + entry[51:] for n in range(times)]
    size = len(b"".join(names))
    closing = struct.pack("<4s4xHHLL2x", b"PK\x05\x06", times, times, size, start)
    return archive[:start] + b"".join(names) + closing


def leading_out() -> bytes:
    names = ["../../evil.md", "/etc/evil.md", "C:\\evil.md", "a\\..\\evil.md", "a/../../evil.md"]
    return zipped(*[(name, PAGE) for name in names], ("note.md", PAGE))


def links() -> bytes:
    link = ZipInfo("passwd.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped((link, b"/etc/passwd"), ("note.md", PAGE))


def twice() -> bytes:
    return zipped(("note.md", PAGE), ("note.md", b"Un autre texte."))


def encrypted() -> bytes:
    return edited(zipped(("secret.md", PAGE), ("note.md", PAGE)), 0, _FLAGS, b"\x01\x00")


def wrong_sum() -> bytes:
    return edited(zipped(("wrong.md", PAGE), ("note.md", PAGE)), 0, _CRC, b"\0\0\0\0")


def lying_size() -> bytes:
    return edited(zipped(("small.txt", bytes(1 << 20))), 0, _SIZE, struct.pack("<L", 20))


def absurd_size() -> bytes:
    return edited(zipped(("large.txt", PAGE)), 0, _SIZE, b"\xfe\xff\xff\xff")


def elsewhere() -> bytes:
    return edited(zipped(("gone.md", PAGE), ("note.md", PAGE)), 0, _OFFSET, b"\xff\xff\xff\x7f")


def unknown_method() -> bytes:
    return edited(zipped(("odd.md", PAGE), ("note.md", PAGE)), 0, 10, b"\x63\x00")


def countless() -> bytes:
    return zipped(*[(f"{n}.txt", b"") for n in range(30_000)], method=zipfile.ZIP_STORED)


def odd_names() -> bytes:
    names = ["a\nb.md", "\x1b[2J.md", "x" * 60_000 + ".md", "…/\u202efdp.md", " "]
    return zipped(*[(name, PAGE) for name in names])


def private() -> bytes:
    """A folder that says who may read it, inside an archive that says otherwise."""
    rule = b'owner = "Camille"\nreaders = ["direction"]\n'
    return zipped(("paie/collection.toml", rule), ("paie/grille.md", PAGE), ("note.md", PAGE))


def half_deflated() -> bytes:
    """A stream that breaks off under a size and a sum that are right."""
    archive = zipped(("cut.txt", zlib.compress(PAGE) * 100))
    return archive[:60] + bytes(20) + archive[80:]


def truncated() -> bytes:
    return zipped(("note.md", PAGE * 1000))[:-30]


KINDS: dict[str, Callable[[], bytes]] = {
    "flat-bomb.zip": flat,
    "many-megabytes.zip": many_megabytes,
    "nested-bomb.zip": nested,
    "droste.zip": droste,
    "overlapping.zip": overlapping,
    "leading-out.zip": leading_out,
    "links.zip": links,
    "twice.zip": twice,
    "encrypted.zip": encrypted,
    "wrong-sum.zip": wrong_sum,
    "lying-size.zip": lying_size,
    "absurd-size.zip": absurd_size,
    "elsewhere.zip": elsewhere,
    "unknown-method.zip": unknown_method,
    "countless.zip": countless,
    "odd-names.zip": odd_names,
    "private.zip": private,
    "half-deflated.zip": half_deflated,
    "truncated.zip": truncated,
    "not-a-zip.zip": lambda: b"MZ" + bytes(1000),
    "empty.zip": zipped,
}
