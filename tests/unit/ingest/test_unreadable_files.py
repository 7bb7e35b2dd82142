"""Files that cannot be read are refused with one reason, whatever is wrong with them."""

from __future__ import annotations

import os
import random
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest
from fpdf import FPDF
from office import book, compound, open_document, outlook, presentation, shape, slide
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from ingest.errors import UnreadableFileError
from ingest.readers import limits, load, read, reasons
from models.wording import Wording

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "files"
SAMPLE_S = 60
CELLS = """<table:table><table:table-column table:number-columns-repeated="3"/><table:table-row>
<table:table-cell table:number-columns-repeated="3"><text:p>Lyon</text:p></table:table-cell>
</table:table-row></table:table>"""


def saved(made: object) -> bytes:
    buffer = BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def word() -> bytes:
    made = docx.Document()
    made.add_paragraph("Bonjour à tous.")
    return saved(made)


def sheet() -> bytes:
    made = Workbook()
    made.active.append(["Ville", "Hôtel"])
    made.active.append(["Lyon", 120])
    return saved(made)


def pdf(text: str = "Bonjour à tous.") -> bytes:
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=12)
    if text:
        made.cell(text=text)
    return bytes(made.output())


def locked_pdf() -> bytes:
    writer = PdfWriter(PdfReader(BytesIO(pdf())))
    writer.encrypt("secret", algorithm="AES-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def locked_package() -> bytes:
    """What Office leaves of a file under a password: an OLE container with one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 40


def package(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return buffer.getvalue()


def altered(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    return package({**parts, part: change(parts[part])})


def with_entities(xml: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    declaration, _, rest = xml.partition(b"?>")
    return declaration + b"?>" + bomb + rest.replace(b"Lyon", b"&b;")


def shared_by_every_cell() -> bytes:
    """One long text, and a thousand cells that show it."""
    made = Workbook()
    made.active.append(["x" * 30_000])
    for _ in range(1000):
        made.active.append(["x" * 30_000])
    return saved(made)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("vide.pdf", b"", reasons.EMPTY),
        ("vide.txt", b"", reasons.EMPTY),
        ("archive.zip", package({"a.txt": b"a"}), reasons.UNKNOWN),
        ("sans-extension", b"bonjour", reasons.UNKNOWN),
        ("note.pdf", b"bonjour", reasons.MISLABELLED),
        ("note.docx", pdf(), reasons.MISLABELLED),
        ("note.docx", sheet(), reasons.MISLABELLED),
        ("note.xlsx", word(), reasons.MISLABELLED),
        ("note.txt", pdf(), reasons.MISLABELLED),
        ("note.md", word(), reasons.MISLABELLED),
        ("note.txt", b"<!DOCTYPE html><p hidden>ordre</p>", reasons.MISLABELLED),
        ("image.html", b"\x89PNG\r\n\x1a\n" + bytes(100), reasons.MISLABELLED),
        ("donnees.txt", b"abc\x00def", reasons.BINARY),
        ("donnees.html", b"<p>abc\x00def</p>", reasons.BINARY),
        ("secret.pdf", locked_pdf(), reasons.ENCRYPTED),
        ("secret.docx", locked_package(), reasons.ENCRYPTED),
        ("secret.xlsx", locked_package(), reasons.ENCRYPTED),
        ("coupe.pdf", b"%PDF-1.7\n1 0 obj", reasons.DAMAGED),
        ("coupe.docx", word()[:2000], reasons.DAMAGED),
        ("coupe.xlsx", sheet()[:-200], reasons.DAMAGED),
        ("creux.docx", package({"word/document.xml": b"<w"}), reasons.DAMAGED),
        ("creux.xlsx", package({"xl/workbook.xml": b"<w"}), reasons.DAMAGED),
        ("blanc.pdf", pdf(""), reasons.NO_TEXT),
        ("blanc.md", b"<!-- rien -->\n", reasons.NO_TEXT),
        ("blanc.txt", b" \n\t\n", reasons.NO_TEXT),
        ("blanc.docx", saved(docx.Document()), reasons.NO_TEXT),
        ("blanc.xlsx", saved(Workbook()), reasons.NO_TEXT),
        (
            "bombe.docx",
            package({"word/document.xml": bytes(limits.INFLATED + 1)}),
            reasons.TOO_LARGE,
        ),
        ("gouffre.html", b"<div>" * 100_000, reasons.TOO_LARGE),
        ("gouffre.md", b"> " * 100_000, reasons.NO_TEXT),
        ("partage.xlsx", shared_by_every_cell(), reasons.TOO_LARGE),
    ],
)
def test_a_file_is_refused_with_its_reason(name: str, data: bytes, reason: Wording) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read(name, data)

    assert refusal.value.reason == reason


def test_entities_are_not_expanded() -> None:
    data = altered(sheet(), "xl/worksheets/sheet1.xml", with_entities)

    with pytest.raises(UnreadableFileError):
        read("entites.xlsx", data)


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "immense.txt"
    with path.open("wb") as file:
        file.truncate(limits.LARGEST + 1)

    with pytest.raises(UnreadableFileError) as refusal:
        load(path)

    assert refusal.value.reason == reasons.TOO_LARGE


def test_a_file_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        load(tmp_path / "absent.txt")

    assert refusal.value.reason == reasons.UNREACHABLE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("note.docx", word()),
        ("note.xlsx", sheet()),
        ("note.pdf", pdf()),
        ("note.pptx", presentation(slide(shape("Accueil", place="title")))),
        ("note.odt", open_document("text", "<text:p>Bonjour à tous.</text:p>")),
        ("note.epub", book({"a.xhtml": "<p>Bonjour à tous.</p>"})),
        ("note.msg", compound(outlook({"0037": "Note", "1000": "Bonjour à tous."}))),
        ("note.rtf", rb"{\rtf1{\fonttbl{\f0\fcharset204 A;}}\f0 a\'e9\u233?\cell\row\par}"),
        (
            "note.eml",
            b"Subject: =?utf-8?q?=C3=A9?=\nContent-Type: multipart/x; boundary=b\n\n--b\n",
        ),
        ("note.csv", b'a;b\n"1";2\n'),
    ],
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    tmp_path: Path, name: str, data: bytes
) -> None:
    chance = random.Random(name)  # the same damage every time
    path = tmp_path / name
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.randint(len(data) // 2, len(data))])
        read_or_refused(path)

    assert path.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("note.docx", word(), "word/document.xml"),
        ("note.docx", word(), "word/styles.xml"),
        ("note.docx", word(), "docProps/core.xml"),
        ("note.pptx", presentation(slide(shape("Accueil"))), "ppt/slides/slide1.xml"),
        ("note.pptx", presentation(slide(shape("Accueil"))), "ppt/_rels/presentation.xml.rels"),
        ("note.ods", open_document("spreadsheet", CELLS), "content.xml"),
        ("note.epub", book({"a.xhtml": "<p>Bonjour.</p>"}), "livre/main.opf"),
    ],
)
def test_a_damaged_part_is_read_or_refused_and_nothing_else(
    tmp_path: Path, name: str, data: bytes, part: str
) -> None:
    chance = random.Random(part)  # the same damage every time
    path = tmp_path / name

    def change(xml: bytes) -> bytes:
        start = chance.randrange(len(xml))
        return xml[:start] + xml[start + chance.randint(1, 40) :]

    for _ in range(60):
        path.write_bytes(altered(data, part, change))
        read_or_refused(path)

    assert path.exists()


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLE.is_dir(), reason=f"the sample of files is not at {SAMPLE}")
def test_files_as_they_are_met_in_life_are_read_or_refused_and_nothing_else() -> None:
    started = time.monotonic()
    seen = 0

    for path in sorted(SAMPLE.iterdir()):
        if time.monotonic() - started > SAMPLE_S:
            break
        read_or_refused(path)
        seen += 1

    assert seen > 0


def read_or_refused(path: Path) -> None:
    """Fails the test on any exception but the one that is promised."""
    try:
        assert read(path.name, load(path)).blocks
    except UnreadableFileError as refusal:
        assert refusal.reason.fr  # noqa: PT017  # both outcomes are right
    os.stat(path)  # noqa: PTH116  # the file itself is left alone


@pytest.mark.parametrize("encoding", ["idna", "punycode", "unicode_escape", "hex", "rot13"])
def test_an_encoding_that_is_none_for_pages_is_a_reason_or_a_text(encoding: str) -> None:
    page = f"<html><head><meta charset={encoding}></head><body>bonjour xn--a.\\x</body></html>"

    try:
        said = read("page.html", page.encode())
    except UnreadableFileError:
        return
    assert said.blocks
