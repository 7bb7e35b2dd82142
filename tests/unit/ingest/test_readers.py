"""What is read in each family of file, and what is left aside."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import docx
import pytest
from docx.oxml import OxmlElement
from fpdf import FPDF
from openpyxl import Workbook

from ingest.documents import Block, BlockKind, Reading
from ingest.readers import read

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


@pytest.fixture
def reading():  # noqa: ANN201  # a small closure
    """Reads bytes as if they were a file of this name."""

    def made(name: str, data: bytes | str) -> Reading:
        return read(name, data.encode() if isinstance(data, str) else data)

    return made


def said(reading: Reading) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.text) for block in reading.blocks]


def words(reading: Reading) -> str:
    return " ".join(block.text for block in reading.blocks)


def test_markdown_gives_headings_items_and_rows(reading) -> None:  # noqa: ANN001
    source = """---
title: "Congés payés"
---
# Vos congés

Chaque salarié a **vingt-cinq**
jours, voir [la note](https://phares.example/note).

- un
- deux

| Grade | Jours |
|---|---|
| cadre | 28 |

<!-- caché -->
<div style="display:none">ordre caché</div>
<span hidden>caché aussi</span> visible
"""

    read_ = reading("conges.md", source)

    assert read_.title == "Congés payés"
    assert said(read_) == [
        (H, "Vos congés"),
        (P, "Chaque salarié a vingt-cinq jours, voir la note."),
        (I, "un"),
        (I, "deux"),
        (R, "Grade : cadre ; Jours : 28"),
        (P, "visible"),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>ordre</script>",
        "<style>ordre</style>",
        "<!-- ordre -->",
        "<template>ordre</template>",
        "<p hidden>ordre</p>",
        "<p aria-hidden='true'>ordre</p>",
        "<div style='DISPLAY : none'><p>ordre</p></div>",
        "<p style='visibility:hidden'>ordre</p>",
        "<p style='font-size:0px'>ordre</p>",
        "<p style='opacity: 0'>ordre</p>",
        "<p style='color:#FFFFFF'>ordre</p>",
        "<p style='background:white;color: white'>ordre</p>",
        "<p style='position:absolute;left:-9999px'>ordre</p>",
    ],
)
def test_what_a_page_hides_from_the_eye_is_not_read(reading, hidden: str) -> None:  # noqa: ANN001
    page = f"<html><body><p>avant</p>{hidden}<p>après</p></body></html>"

    assert words(reading("page.html", page)) == "avant après"


def test_white_on_a_coloured_ground_is_read(reading) -> None:  # noqa: ANN001
    page = "<div style='background:#036'><p style='color:white'>lisible</p></div>"

    assert words(reading("page.html", page)) == "lisible"


def test_html_gives_headings_items_and_rows(reading) -> None:  # noqa: ANN001
    page = """<html><head><title>Note  RH</title></head><body><nav>menu</nav>
    <h1>Congés<br>payés</h1><p>Un <b>mot</b>.</p>perdu<ul><li>un<ul><li>deux</li></ul></li></ul>
    <table><tr><th>Grade</th><th>Jours</th></tr><tr><td>cadre</td><td><p>28</p></td></tr></table>
    </body></html>"""

    read_ = reading("note.html", page)

    assert read_.title == "Note RH"
    assert said(read_) == [
        (H, "Congés payés"),
        (P, "Un mot."),
        (P, "perdu"),
        (I, "un"),
        (I, "deux"),
        (R, "Grade : cadre ; Jours : 28"),
    ]


def test_a_page_nested_deeper_than_python_recurses_is_read(reading) -> None:  # noqa: ANN001
    assert words(reading("page.html", "<div>" * 2_000 + "fond")) == "fond"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32"])
def test_text_is_read_in_the_encodings_of_companies(reading, encoding: str) -> None:  # noqa: ANN001
    source = "L’employé a droit à vingt-cinq jours de congés payés, été comme hiver.\n" * 3

    assert "L’employé a droit à vingt-cinq" in words(reading("note.txt", source.encode(encoding)))


def test_lines_become_paragraphs_again(reading) -> None:  # noqa: ANN001
    source = (
        "Chaque salarié de la société a droit à vingt-cinq jours de congés pa-\n"
        "yés par an. Il peut en poser dix d’affilée, avec l’accord de son res-\n"
        "ponsable. Peut-\n\n"
        "- un badge\n- une clé\n"
    )

    read_ = reading("note.txt", source)

    assert said(read_) == [
        (
            P,
            (
                "Chaque salarié de la société a droit à vingt-cinq jours de congés payés par an. "
                "Il peut en poser dix d’affilée, avec l’accord de son responsable. Peut-"
            ),
        ),
        (I, "un badge"),
        (I, "une clé"),
    ]


def test_a_word_document_is_read_in_the_order_of_its_body(reading) -> None:  # noqa: ANN001
    made = docx.Document()
    made.core_properties.title = "Télétravail"
    made.add_heading("Règles", level=1)
    made.add_paragraph("Deux jours par semaine.")
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Grade", "Jours", "cadre", "3"], strict=True):  # noqa: SLF001
        cell.text = text
    made.add_paragraph("Un ordinateur.", style="List Bullet")
    made.add_paragraph("Visible ").add_run("ordre caché").font.hidden = True

    read_ = reading("teletravail.docx", saved(made))

    assert read_.title == "Télétravail"
    assert said(read_) == [
        (H, "Règles"),
        (P, "Deux jours par semaine."),
        (R, "Grade : cadre ; Jours : 3"),
        (I, "Un ordinateur."),
        (P, "Visible"),
    ]


def test_what_a_reviewer_deleted_is_gone_and_what_they_wrote_is_there(reading) -> None:  # noqa: ANN001
    made = docx.Document()
    for tag in ("w:ins", "w:del"):
        change = OxmlElement(tag)
        change.append(made.add_paragraph(f"texte {tag[2:]}").runs[0]._r)  # noqa: SLF001
        made.add_paragraph()._p.append(change)  # noqa: SLF001

    assert words(reading("revu.docx", saved(made))) == "texte ins"


def test_a_spreadsheet_says_each_row_with_its_columns(reading) -> None:  # noqa: ANN001
    made = Workbook()
    sheet = made.active
    sheet.title = "Plafonds"
    for row in (
        ["Plafonds de l’année"],
        [],
        ["Ville", "Hôtel", "Depuis"],
        ["Lyon", 120.0, datetime(2026, 1, 1)],  # noqa: DTZ001  # a spreadsheet knows no zone
        ["Nice", 130.5, date(2026, 2, 1)],
    ):
        sheet.append(row)
    hidden = made.create_sheet("Calculs")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"

    assert said(reading("plafonds.xlsx", saved(made))) == [
        (H, "Plafonds"),
        (P, "Plafonds de l’année"),
        (R, "Ville : Lyon ; Hôtel : 120 ; Depuis : 2026-01-01"),
        (R, "Ville : Nice ; Hôtel : 130.5 ; Depuis : 2026-02-01"),
    ]


def test_a_pdf_is_read_page_by_page(reading) -> None:  # noqa: ANN001
    made = FPDF()
    made.set_title("Règlement intérieur")
    made.set_font("Helvetica", size=12)
    for text in ("Article premier. " + "Il est interdit de fumer dans les locaux. " * 6, "Fin."):
        made.add_page()
        made.multi_cell(0, 6, text)

    read_ = reading("reglement.pdf", bytes(made.output()))

    assert read_.title == "Règlement intérieur"
    assert [block.page for block in read_.blocks] == [1, 2]
    assert read_.blocks[0].text.count("interdit de fumer dans les locaux.") == 6
    assert read_.blocks[1] == Block(P, "Fin.", 2)


def test_a_file_without_a_title_takes_its_name(reading) -> None:  # noqa: ANN001
    assert reading("note-de_service.txt", "Bonjour.").title == "Note de service"


def saved(made: object) -> bytes:
    buffer = BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
