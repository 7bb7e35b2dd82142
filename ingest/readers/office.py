"""What libraries raise on an Office file that is damaged or made to harm."""

from __future__ import annotations

import zipfile
import zlib

HOSTILE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # XML that does not parse, in lxml and in the standard library
    KeyError,  # parts and attributes that are missing or absurd
    ValueError,  # also entities that defusedxml refuses
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    EOFError,
    NotImplementedError,
    OSError,
    RecursionError,
    AssertionError,
)
