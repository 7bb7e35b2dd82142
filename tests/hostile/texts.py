"""Plain text, RTF and tables in text: lines without end, letters that are none."""

# ruff: noqa: PLW0108  # each file is made when it is asked for, not at import

from __future__ import annotations

import random
from collections.abc import Callable

_MEGA = 1_000_000


def noise(megabytes: int) -> bytes:
    return random.Random(7).randbytes(megabytes * _MEGA).replace(b"\0", b"\x01")


def tempting() -> bytes:
    """What makes expressions go back and forth: runs that nearly match."""
    runs = (
        "." * 9,
        " ",
        "1 ",
        "[1, ",
        "-",
        "« ",
        "a-\n",
        "1.",
        "!?",
        "M. ",
        "o ",
        "(((",
        "\t",
        "…",
    )
    return "\n".join(run * 60_000 for run in runs).encode()


KINDS: dict[str, Callable[[], bytes]] = {
    "one-line.txt": lambda: b"x" * 50 * _MEGA,
    "one-long-word.txt": lambda: b"x" * 4_900_000,
    "spaces.txt": lambda: b" " * 4_900_000 + b"x",
    "line-ends.txt": lambda: b"x\n" * 2_400_000,
    "too-large.txt": lambda: bytes(60 * _MEGA),
    "zeros.txt": lambda: b"bonjour" + bytes(1000),
    "noise.txt": lambda: noise(4),
    "half-noise.txt": lambda: "é".encode("cp1252") * _MEGA + noise(1),
    "lone-surrogates.txt": lambda: b"\xff\xfe" + b"\x00\xd8a\x00" * 10_000,
    "cut-utf16.txt": lambda: b"\xff\xfea",
    "utf32-beyond.txt": lambda: b"\xff\xfe\x00\x00" + b"\xff\xff\xff\x7f" * 1000,
    "utf7.txt": lambda: b"+2AA-" * 10_000 + b"\xff",
    "piled-accents.txt": lambda: ("a" + "\u0315\u0300" * _MEGA).encode(),
    "bidi.txt": lambda: ("\u202e\u2066" * _MEGA + "bonjour").encode(),
    "zero-width.txt": lambda: ("\u200b\u200d\ufeff" * _MEGA + "bonjour").encode(),
    "long-ligatures.txt": lambda: ("\ufdfa" * _MEGA).encode(),
    "control.txt": lambda: b"\x1b[2J\x07\x08" * 100_000,
    "marks-only.txt": lambda: b"\xef\xbb\xbf",
    "tempting.txt": tempting,
    "empty.md": lambda: b"",
    "program.txt": lambda: b"\x7fELF\x02\x01\x01" + bytes(1000),
    "picture.pdf": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
    "page.docx": lambda: b"<html><body>bonjour</body></html>",
    "deep-groups.rtf": lambda: rb"{\rtf1" + b"{" * 500_000 + b"x" + b"}" * 500_000 + b"}",
    "lying-binary.rtf": lambda: rb"{\rtf1 \bin2147483647 x}",
    "letters.rtf": lambda: rb"{\rtf1 " + rb"\'e9\u-10240?" * 300_000 + b"}",
    "wide.csv": lambda: b"x," * _MEGA + b"\n" + b"1," * _MEGA,
    "open-quote.csv": lambda: b'a,b\n1,"' + b"x,\n" * 5 * _MEGA,
    "quotes.csv": lambda: b'"' * 5 * _MEGA,
}
