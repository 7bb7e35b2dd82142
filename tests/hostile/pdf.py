"""PDF: trees that turn in circles, streams that unfold, numbers beyond any page."""

# each file is made when it is asked for, not at import

from __future__ import annotations

import zlib
from collections.abc import Callable

_ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def written(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out, offsets = b"%PDF-1.7\n", []
    for n, one in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer)
    return out + head + table + end + b"startxref\n%d\n%%%%EOF\n" % len(out)


def stream(data: bytes, filters: bytes = b"/FlateDecode", more: bytes = b"") -> bytes:
    return b"<</Length %d/Filter[%s]%s>>stream\n%s\nendstream" % (len(data), filters, more, data)


def page(contents: bytes, box: bytes = b"0 0 595 842", resources: bytes = b"") -> bytes:
    leaf = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>%s>>>>" % (box, resources)
    )
    return written(_ROOT, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", leaf, contents, _FONT)


def _text(said: bytes) -> bytes:
    return stream(zlib.compress(b"BT /F 12 Tf 50 700 Td (" + said + b") Tj ET"))


def deep_tree() -> bytes:
    links = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 1) for n in range(2, 5000)]
    return written(_ROOT, *links, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def form_in_itself() -> bytes:
    resources = b"<</XObject<</X 4 0 R>>>>"
    form = stream(
        zlib.compress(b"/X Do /X Do"),
        more=b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources" + resources,
    )
    return page(form, resources=b"/XObject<</X 4 0 R>>")


def cascade() -> bytes:
    """Zeros packed four times: a kilobyte that becomes gigabytes."""
    data = zlib.compress(bytes(200 << 20), 9)
    for _ in range(2):
        data = zlib.compress(data, 9)
    return page(stream(data, b"/FlateDecode/FlateDecode/FlateDecode"))


def object_stream() -> bytes:
    """A container that says it holds a thousand million objects."""
    data = zlib.compress(b"9 0 " * 1_000_000)
    more = b"/Type/ObjStm/N 1000000000/First 4000000"
    return written(_ROOT, stream(data, more=more), trailer=b"/XRefStm 30")


def endless_history() -> bytes:
    """A table of contents whose earlier version is itself."""
    made = page(_text(b"bonjour"))
    at = made.rindex(b"xref\n0")
    return made.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


def countless() -> bytes:
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    kids = b"3 0 R " * 200_000
    return written(_ROOT, b"<</Type/Pages/Kids[%s]/Count 200000>>" % kids, leaf)


KINDS: dict[str, Callable[[], bytes]] = {
    "cyclic-tree.pdf": lambda: written(
        _ROOT, b"<</Type/Pages/Kids[2 0 R 2 0 R 2 0 R]/Count 4096>>"
    ),
    "endless-count.pdf": lambda: written(
        _ROOT, b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", b"<</Type/Page/Parent 2 0 R>>"
    ),
    "countless-pages.pdf": countless,
    "deep-tree.pdf": deep_tree,
    "huge-box.pdf": lambda: page(_text(b"bonjour"), b"0 0 1e38 1e38"),
    "no-box.pdf": lambda: page(_text(b"bonjour"), b"0 0 0 0"),
    "content-bomb.pdf": lambda: page(stream(zlib.compress(b"q " * (100 << 20), 1))),
    "text-bomb.pdf": lambda: page(_text(b") Tj (".join([b"bonjour " * 10] * 500_000))),
    "cascade.pdf": cascade,
    "object-stream.pdf": object_stream,
    "form-in-itself.pdf": form_in_itself,
    "endless-history.pdf": endless_history,
    "deep-array.pdf": lambda: written(_ROOT, b"[" * 1_000_000 + b"]" * 1_000_000),
    "wrong-length.pdf": lambda: page(b"<</Length 99999999999>>stream\nBT ET\nendstream"),
    "truncated.pdf": lambda: page(_text(b"bonjour"))[:200],
    "only-a-head.pdf": lambda: b"%PDF-1.7\n",
}
