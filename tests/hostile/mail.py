"""Mail and books: parts inside parts, chapters that lead back."""

# each file is made when it is asked for, not at import

from __future__ import annotations

import base64
from collections.abc import Callable

from hostile.office import LAUGHS
from hostile.zips import flat, zipped

_BOOK = b"""<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""


def nested_parts(depth: int) -> bytes:
    opened = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)
    )
    return f"From: a@b.example\nSubject: x\n{opened}Content-Type: text/plain\n\nx\n".encode()


def message_in_message(depth: int) -> bytes:
    return b"Subject: x\nContent-Type: message/rfc822\n\n" * depth + b"Subject: y\n\nx\n"


def with_bomb() -> bytes:
    attached = base64.encodebytes(flat()).decode()
    return (
        'Subject: x\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nbonjour\n--b\n'
        "Content-Type: application/zip\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="../../x.zip"\n\n{attached}\n--b--\n'
    ).encode()


def book(chapter: bytes, times: int = 1) -> bytes:
    """A book whose chapters are all the same page."""
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" href="c.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine>'
        + '<itemref idref="c"/>' * times
        + "</spine></package>"
    )
    return zipped(
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", _BOOK),
        ("book.opf", package.encode()),
        ("c.xhtml", chapter),
    )


KINDS: dict[str, Callable[[], bytes]] = {
    "nested-parts.eml": lambda: nested_parts(1_000),
    "messages.eml": lambda: message_in_message(1_000),
    "with-bomb.eml": with_bomb,
    "headers.eml": lambda: b"X: y\n" * 300_000 + b"\nbonjour\n",
    "long-header.eml": lambda: b"Subject: =?utf-8?q?" + b"=E9" * 1_000_000 + b"?=\n\nbonjour\n",
    "addresses.eml": lambda: b"To: " + b"(a" * 100_000 + b"\n\nbonjour\n",
    "loop.epub": lambda: book(b"<html><body><p>x</p></body></html>", 100_000),
    "laughs.epub": lambda: book(f"{LAUGHS}<html><body>&a11;</body></html>".encode()),
    "outside.epub": lambda: zipped(("META-INF/container.xml", _BOOK.replace(b"book", b"../../x"))),
    "not-a-message.msg": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096,
}
