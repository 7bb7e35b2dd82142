"""What a file hides is left out of its reading and told, in every family."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from openpyxl import Workbook
from openpyxl.comments import Comment

from ingest.documents import Hidden, Hiding, Reading
from ingest.readers import read, reasons


def saved(made: object) -> bytes:
    buffer = BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def counts(reading: Reading) -> dict[Hiding, int]:
    return {one.kind: one.count for one in reading.hidden}


@pytest.mark.parametrize(
    ("text", "read_as", "told"),
    [
        ("con\u200bgés", "congés", {Hiding.ZERO_WIDTH: 1}),
        ("con\u2060\u200dgés", "congés", {Hiding.ZERO_WIDTH: 2}),
        ("a\U000e0069\U000e0067b", "ab", {Hiding.ZERO_WIDTH: 2}),
        ("prix \u202e521\u202c euros", "prix 521 euros", {Hiding.BIDIRECTIONAL: 2}),
        ("\u2067texte\u2069", "texte", {Hiding.BIDIRECTIONAL: 2}),
        ("شركة\u200f (ب)", "شركة (ب)", {}),
        ("می\u200cخواهم", "می\u200cخواهم", {}),
        ("famille 👩\u200d👧", "famille 👩\u200d👧", {}),
        ("vingt-cinq jours", "vingt-cinq jours", {}),
    ],
)
def test_characters_that_nobody_sees_are_stripped_and_those_that_deceive_told(
    text: str, read_as: str, told: dict[Hiding, int]
) -> None:
    reading = read("note.txt", text.encode())

    assert [block.text for block in reading.blocks] == [read_as]
    assert counts(reading) == told


def test_a_page_tells_what_it_hides() -> None:
    page = (
        "<p>vu</p><!-- ordre --><p style='color:#fff'>ordre</p><p hidden>ordre</p>"
        "<i aria-hidden='true'></i><script>code</script>"
    )

    assert counts(read("page.html", page.encode())) == {Hiding.TEXT: 2, Hiding.COMMENT: 1}


def test_a_word_document_tells_what_it_hides() -> None:
    made = docx.Document()
    made.add_paragraph("Vu. ").add_run("caché").font.hidden = True
    made.paragraphs[0].add_run("blanc").font.color.rgb = RGBColor(255, 255, 255)
    made.paragraphs[0].add_run("infime").font.size = Pt(1)
    change = OxmlElement("w:del")
    change.append(made.add_paragraph("supprimé").runs[0]._r)  # noqa: SLF001
    made.paragraphs[0]._p.append(change)  # noqa: SLF001
    made.add_comment(made.paragraphs[0].runs[0], "À revoir.", author="Camille", initials="C")

    reading = read("note.docx", saved(made))

    assert [block.text for block in reading.blocks] == ["Vu."]
    assert counts(reading) == {Hiding.TEXT: 3, Hiding.DELETION: 1, Hiding.COMMENT: 1}


def test_white_letters_on_a_shaded_cell_are_read() -> None:
    made = docx.Document()
    cell = made.add_table(rows=1, cols=1).cell(0, 0)
    shade = OxmlElement("w:shd")
    shade.set(qn("w:fill"), "003366")
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001
    cell.paragraphs[0].add_run("lisible").font.color.rgb = RGBColor(255, 255, 255)

    assert [block.text for block in read("note.docx", saved(made)).blocks] == ["lisible"]


def test_a_spreadsheet_tells_what_it_folds_away() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (("Ville", "Marge", "Hôtel"), ("Lyon", 3, 120), ("Nice", 4, 130)):
        sheet.append(row)
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet["A2"].comment = Comment("À revoir.", "Camille")
    made.create_sheet("Calculs").sheet_state = "veryHidden"

    reading = read("plafonds.xlsx", saved(made))

    assert [block.text for block in reading.blocks] == ["Sheet", "Ville : Lyon ; Hôtel : 120"]
    assert counts(reading) == {
        Hiding.ROW: 1,
        Hiding.COLUMN: 1,
        Hiding.SHEET: 1,
        Hiding.COMMENT: 1,
    }


def test_what_is_hidden_comes_in_one_order_and_has_its_words() -> None:
    reading = read("page.html", "<p hidden>x</p><p>a\u200bb</p><!-- x -->".encode())

    assert reading.hidden == (
        Hidden(Hiding.TEXT, 1),
        Hidden(Hiding.COMMENT, 1),
        Hidden(Hiding.ZERO_WIDTH, 1),
    )
    assert set(reasons.HIDDEN) == set(Hiding)
