"""Office files, books and messages as small as they can be, for the tests."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

_SECTOR, _MINI, _END, _FREE, _FAT = 512, 64, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "presentation": "presentation",
        "fo": "xsl-fo-compatible",
    }.items()
)

Tree = Mapping[str, "bytes | Tree"]
"""What a compound file holds: streams and storages by name."""


def package(parts: Mapping[str, bytes | str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return buffer.getvalue()


def relations(*targets: tuple[str, str]) -> str:
    """Relations rId1, rId2… of these kinds to these parts."""
    said = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{said}</Relationships>'


def presentation(*slides: str, extra: Mapping[str, str] | None = None) -> bytes:
    """Slides, each given as what its `p:sld` holds; `extra` parts stand beside them."""
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    return package(
        {
            "ppt/presentation.xml": _sheet("presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>"),
            "ppt/_rels/presentation.xml.rels": relations(
                *(("slide", f"slides/slide{n}.xml") for n in numbers)
            ),
            **{f"ppt/slides/slide{n}.xml": slide for n, slide in enumerate(slides, start=1)},
            **(extra or {}),
        }
    )


def slide(*shapes: str, show: bool = True) -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return _sheet("sld", tree, "" if show else 'show="0"')


def notes(*shapes: str) -> str:
    return _sheet("notes", f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>")


def shape(*paragraphs: str, place: str = "", hidden: bool = False) -> str:
    lines = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    named = f'<p:cNvPr id="2" name="x" {"hidden=" + chr(34) + "1" + chr(34) if hidden else ""}/>'
    stands = f'<p:nvPr><p:ph type="{place}"/></p:nvPr>' if place else "<p:nvPr/>"
    return f"<p:sp><p:nvSpPr>{named}{stands}</p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"


def slide_table(rows: Sequence[Sequence[str]]) -> str:
    said = "".join(
        "<a:tr>"
        + "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in r
        )
        + "</a:tr>"
        for r in rows
    )
    return (
        "<p:graphicFrame><a:graphic><a:graphicData>"
        f"<a:tbl>{said}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )


def _sheet(name: str, inner: str, attributes: str = "") -> str:
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    return (
        f'<p:{name} xmlns:p="{main}" xmlns:a="{drawing}" xmlns:r="{_OFFICE}" {attributes}>'
        f"{inner}</p:{name}>"
    )


def open_document(kind: str, body: str, styles: str = "", manifest: str = "<m/>") -> bytes:
    """A text, spreadsheet or presentation, given as what its body and styles hold."""
    content = (
        f"<office:document-content {_NAMES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    return package({"content.xml": content, "META-INF/manifest.xml": manifest})


def book(
    chapters: Mapping[str, str], title: str = "", extra: Mapping[str, str] | None = None
) -> bytes:
    """An EPUB whose spine is these chapters, in this order."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>{title}</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><x:rootfile xmlns:x="urn:x" full-path="livre/main.opf"/></container>'
    return package(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "livre/main.opf": opf,
            **{f"livre/{name}": text for name, text in chapters.items()},
            **(extra or {}),
        }
    )


def outlook(texts: Mapping[str, str], more: Tree | None = None, *, inner: bool = False) -> Tree:
    """A message's streams: text properties by their id; `inner` is one inside another."""
    streams = {f"__substg1.0_{id_}001F": text.encode("utf-16-le") for id_, text in texts.items()}
    return {"__properties_version1.0": bytes(24 if inner else 32), **streams, **(more or {})}


def compound(tree: Tree) -> bytes:
    """An OLE file of these streams and storages (MS-CFB, version 3), all of them small."""
    entries: list[bytes] = []
    mini = bytearray()
    chain: list[int] = []

    def stream(data: bytes) -> int:
        start = len(mini) // _MINI
        mini.extend(data.ljust(-(-len(data) // _MINI) * _MINI, b"\0"))
        count = len(mini) // _MINI - start
        chain.extend([*range(start + 1, start + count), _END][:count])
        return start if count else _END

    def add(name: str, held: bytes | Tree) -> int:
        at = len(entries)
        entries.append(b"")
        if isinstance(held, bytes):
            entries[at] = _entry(name, 2, (_FREE, _FREE), stream(held), len(held))
        else:
            entries[at] = _entry(name, 1, (_FREE, level(held)), 0, 0)
        return at

    def level(held: Tree) -> int:
        """The children of a storage, each the right sibling of the one before."""
        before = _FREE
        for name, one in reversed(held.items()):
            at = add(name, one)
            entries[at] = entries[at][:72] + struct.pack("<I", before) + entries[at][76:]
            before = at
        return before

    entries.append(b"")
    first = level(tree)
    sectors = [bytes(mini[n : n + _SECTOR]) for n in range(0, len(mini), _SECTOR)]
    entries[0] = _entry("Root Entry", 5, (_FREE, first), 1 if sectors else _END, len(mini))
    return _file(entries, sectors, chain)


def _entry(name: str, kind: int, links: tuple[int, int], start: int, size: int) -> bytes:
    letters = (name + "\0").encode("utf-16-le")
    sibling, child = links
    return (
        letters.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(letters), kind, 1, _FREE, sibling, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _file(entries: list[bytes], sectors: list[bytes], chain: list[int]) -> bytes:
    """Header, then: the table of sectors, the mini stream, its table, the directory."""
    table = struct.pack(f"<{len(chain)}I", *chain)
    parts = [
        b"".join(sectors),
        table.ljust(-(-len(table) // _SECTOR) * _SECTOR, b"\xff"),
        b"".join(entries).ljust(-(-len(entries) // 4) * _SECTOR, b"\0"),
    ]
    starts, fat = [], [_FAT]
    for part in parts:
        count = -(-len(part) // _SECTOR)
        starts.append(len(fat) if count else _END)
        fat += [*range(len(fat) + 1, len(fat) + count), _END][:count]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(10)
        + struct.pack("<IIIIIIII", 1, starts[2], 0, 4096, starts[1], 1, _END, 0)
        + struct.pack("<I", 0)
    )
    assert len(fat) <= _SECTOR // 4, "small files only"
    padded = [part.ljust(-(-len(part) // _SECTOR) * _SECTOR, b"\0") for part in parts]
    fat_sector = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    return header.ljust(_SECTOR, b"\xff") + fat_sector + b"".join(padded)
