"""Office packages: their XML parts, and what is raised by one that is damaged or made to harm."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

HOSTILE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
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
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class Package:
    """The parts of a zipped document, by name; every method may raise any of HOSTILE."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(BytesIO(data))
        self.names = {name.lstrip("/").lower(): name for name in self._zip.namelist()}

    def bytes_of(self, part: str) -> bytes:
        return self._zip.read(self.names[part.lstrip("/").lower()])

    def tree(self, part: str) -> Any:
        """The root element of a part."""
        return parsed(self.bytes_of(part))

    def related(self, part: str) -> Iterator[tuple[str, str, str]]:
        """What a part points to inside the package: (id, last word of its type, part)."""
        folder, name = posixpath.split(part)
        list_ = f"{folder}/_rels/{name}.rels"
        if list_.lstrip("/").lower() not in self.names:
            return
        for relation in self.tree(list_).iterchildren(f"{_RELATIONS}Relationship"):
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join(folder, relation.get("Target", "")))
                kind = relation.get("Type", "").rpartition("/")[2]
                yield relation.get("Id", ""), kind, target.lstrip("/")


def parsed(xml: bytes) -> Any:
    """The root element; no entity is expanded, and a document type is refused (ValueError)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(xml, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type in an Office part")
    return root
