"""The demo company's binaries: DOCX, PDF and XLSX rebuilt from text, byte for byte.

`sources/<collection>/<name>.docx.md` becomes `examples/<collection>/<name>.docx`; likewise
`.pdf.md` and `.xlsx.toml`. Nothing is compressed, so the bytes do not depend on the zlib at hand.

    python deploy/demo/build.py            write the binaries into examples/
    python deploy/demo/build.py --check    exit 1 when a committed binary differs
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Cm
from fpdf import FPDF
from fpdf.fonts import FontFace
from markdown_it import MarkdownIt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as DocxParagraph
    from markdown_it.token import Token
    from openpyxl.worksheet.worksheet import Worksheet

COMPANY = "Société Exemplaire des Phares"
MADE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SOURCES = Path(__file__).parent / "sources"
EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text in which **two stars** mark bold."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    ordered: bool
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length, the header first."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Table


# Reading the sources


def blocks_of(markdown: str) -> list[Block]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    blocks: list[Block] = []
    start = 0
    depth = 0
    for position, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            blocks.append(block_of(tokens[start : position + 1]))
            start = position + 1
    return blocks


def block_of(tokens: Sequence[Token]) -> Block:
    """Raise ValueError on Markdown that the demo does not use."""
    texts = tuple(t.content.replace("\n", " ") for t in tokens if t.type == "inline")
    match tokens[0].type:
        case "heading_open":
            return Heading(int(tokens[0].tag[1]), texts[0])
        case "paragraph_open":
            return Paragraph(texts[0])
        case "bullet_list_open" | "ordered_list_open":
            return Items(tokens[0].type == "ordered_list_open", texts)
        case "table_open":
            width = sum(t.type == "th_open" for t in tokens)
            rows = zip(*[iter(texts)] * width, strict=True)
            return Table(tuple(rows))
        case unknown:
            raise ValueError(unknown)


def title_of(blocks: Sequence[Block]) -> str:
    return next(block.text for block in blocks if isinstance(block, Heading))


def reference_of(blocks: Sequence[Block]) -> str:
    """The company's own number for the document, such as RH-012."""
    texts = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    found = re.search(r"\b[A-Z]{2,4}-\d{3}(-EN)?\b", texts)
    return found.group() if found else ""


def bold_runs(text: str) -> Iterator[tuple[str, bool]]:
    for position, piece in enumerate(text.split("**")):
        if piece:
            yield piece, position % 2 == 1


# DOCX


def docx_bytes(source: str, language: str) -> bytes:
    blocks = blocks_of(source)
    document = light_document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.header.paragraphs[0].text = f"{COMPANY} · {reference_of(blocks)}"

    properties = document.core_properties
    properties.title, properties.author = title_of(blocks), COMPANY
    properties.language, properties.comments = language, ""
    properties.created = properties.modified = MADE

    for block in blocks:
        match block:
            case Heading(level, text):
                document.add_heading(text, level)
            case Paragraph(text):
                add_runs(document.add_paragraph(), text)
            case Items(ordered, texts):
                style = "List Number" if ordered else "List Bullet"
                for text in texts:
                    add_runs(document.add_paragraph(style=style), text)
            case Table(rows):
                table = document.add_table(len(rows), len(rows[0]), "Table Grid")
                for row, texts in zip(table.rows, rows, strict=True):
                    for cell, text in zip(row.cells, texts, strict=True):
                        add_runs(cell.paragraphs[0], text)
                document.add_paragraph()

    buffer = io.BytesIO()
    document.save(buffer)
    return fixed_zip(buffer.getvalue())


def light_document() -> WordDocument:
    """python-docx's template without the 800 kB of styles that the demo does not use."""
    document = Document()
    for style in [s for s in document.styles if s.type == WD_STYLE_TYPE.TABLE]:
        if style.name not in {"Normal Table", "Table Grid"}:
            style.delete()
    for holder in (document.part, document.part.package):
        for key, link in list(holder.rels.items()):
            if link.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                holder.rels.pop(key)
    return document


def add_runs(paragraph: DocxParagraph, text: str) -> None:
    for piece, bold in bold_runs(text):
        paragraph.add_run(piece).bold = bold or None


# PDF


class Page(FPDF):
    """An A4 page with the company above and the page number below."""

    def __init__(self, title: str, reference: str, language: str) -> None:
        super().__init__()
        self.running_head = f"{COMPANY} · {reference}"
        self.core_fonts_encoding = "cp1252"  # the euro sign and curly quotes in core fonts
        self.set_compression(compress=False)
        self.set_title(title)
        self.set_author(COMPANY)
        self.set_lang(language)
        self.set_producer("Vigie demo")
        self.set_creation_date(MADE)
        self.set_margin(20)
        self.set_auto_page_break(auto=True, margin=22)

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, self.running_head, new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, f"Page {self.page_no()}", align="C")


def pdf_bytes(source: str, language: str) -> bytes:
    blocks = blocks_of(source)
    page = Page(title_of(blocks), reference_of(blocks), language)
    page.add_page()
    for block in blocks:
        match block:
            case Heading(level, text):
                put_heading(page, level, text)
            case Paragraph(text):
                put_text(page, text, indent=0)
                page.ln(2)
            case Items(ordered, texts):
                for number, text in enumerate(texts, 1):
                    put_text(page, f"{number}. {text}" if ordered else f"• {text}", indent=5)
                page.ln(2)
            case Table(rows):
                put_table(page, rows)
    return bytes(page.output())


def put_heading(page: Page, level: int, text: str) -> None:
    if page.will_page_break(25):  # never a heading alone at the foot of a page
        page.add_page()
    page.ln(3)
    page.start_section(text, level - 1)
    page.set_font("Helvetica", "B", size=20 - 3 * level)
    page.multi_cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)


def put_text(page: Page, text: str, indent: int) -> None:
    page.set_font("Helvetica", size=10)
    page.set_x(page.l_margin + indent)
    page.multi_cell(0, 5.2, text, markdown=True, align="L", new_x="LMARGIN", new_y="NEXT")


def put_table(page: Page, rows: Sequence[Sequence[str]]) -> None:
    page.set_font("Helvetica", size=9)
    bold = FontFace(emphasis="BOLD")
    with page.table(line_height=5.2, headings_style=bold, markdown=True, text_align="L") as table:
        for texts in rows:
            table.row(texts)
    page.ln(4)


# XLSX


def xlsx_bytes(source: str, language: str) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.creator, workbook.properties.language = COMPANY, language
    for sheet in tomllib.loads(source)["sheets"]:
        worksheet = workbook.create_sheet(sheet["name"])
        for row in (sheet["header"], *sheet["rows"]):
            worksheet.append([None if value == "" else value for value in row])
        dress(worksheet)

    buffer = io.BytesIO()
    workbook.save(buffer)
    return fixed_zip(buffer.getvalue())


def dress(worksheet: Worksheet) -> None:
    """A bold header that stays in sight, and columns wide enough to read."""
    worksheet.freeze_panes = "A2"
    for cell in worksheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
    for number, column in enumerate(worksheet.iter_cols(values_only=True), 1):
        longest = max(len(str(value or "")) for value in column[1:])
        worksheet.column_dimensions[get_column_letter(number)].width = max(16, longest + 2)


# The same bytes every time


def fixed_zip(archive: bytes) -> bytes:
    """The same members, stored, dated MADE; openpyxl writes its own clock into docProps."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            member = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            member.create_system = 3  # or Windows would write another byte
            new.writestr(member, undated(name, old.read(name)))
    return buffer.getvalue()


def undated(name: str, content: bytes) -> bytes:
    if name != "docProps/core.xml":
        return content
    stamp = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)


WRITERS: dict[str, Callable[[str, str], bytes]] = {
    ".docx": docx_bytes,
    ".pdf": pdf_bytes,
    ".xlsx": xlsx_bytes,
}


def binaries() -> Iterator[tuple[Path, bytes]]:
    for source in sorted(SOURCES.glob("*/*.*")):
        target = EXAMPLES / source.relative_to(SOURCES).with_suffix("")
        language = "en" if target.parent.name == "english" else "fr"
        write = WRITERS[target.suffix]
        yield target, write(source.read_text(encoding="utf-8"), language)


def differing() -> list[Path]:
    return [
        target
        for target, content in binaries()
        if not target.is_file() or target.read_bytes() != content
    ]


def main(arguments: Sequence[str]) -> int:
    if arguments == ["--check"]:
        different = [str(path.relative_to(EXAMPLES.parent)) for path in differing()]
        if different:
            names = ", ".join(different)
            print(f"Not what its source gives; run `python deploy/demo/build.py`: {names}")
        return 1 if different else 0
    if arguments:
        print("Usage: python deploy/demo/build.py [--check]", file=sys.stderr)
        return 2
    for target, content in binaries():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{target.relative_to(EXAMPLES.parent)}  {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
