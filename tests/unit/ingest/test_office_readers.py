"""Presentations, OpenDocument, books: what is read of them, and what is left aside."""

from __future__ import annotations

import pytest
from office import book, notes, open_document, presentation, relations, shape, slide, slide_table

from ingest.documents import BlockKind, Hidden, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import read, reasons

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


def said(reading: Reading) -> list[tuple[BlockKind, int | None, str]]:
    return [(block.kind, block.page, block.text) for block in reading.blocks]


def test_a_presentation_says_its_titles_first_and_its_slides_as_pages() -> None:
    data = presentation(
        slide(shape("Un badge", "Une clé", place="body"), shape("Accueil", place="title")),
        slide(slide_table([["Grade", "Jours"], ["cadre", "28"]]), shape("12", place="sldNum")),
        extra={
            "ppt/slides/_rels/slide2.xml.rels": relations(("notesSlide", "../notes/n2.xml")),
            "ppt/notes/n2.xml": notes(shape("Rappeler le report.", place="body")),
        },
    )

    reading = read("accueil.pptx", data)

    assert reading.title == "Accueil"
    assert said(reading) == [
        (H, 1, "Accueil"),
        (I, 1, "Un badge"),
        (I, 1, "Une clé"),
        (R, 2, "Grade : cadre ; Jours : 28"),
        (P, 2, "Rappeler le report."),
    ]


def test_hidden_slides_and_shapes_are_left_out_and_told() -> None:
    tiny = shape("ordre").replace("<a:r>", '<a:r><a:rPr sz="100"/>')
    data = presentation(
        slide(shape("Secret"), show=False),
        slide(shape("Visible"), shape("caché", hidden=True), tiny),
        extra={
            "ppt/slides/_rels/slide2.xml.rels": relations(("comments", "../comments/c.xml")),
            "ppt/comments/c.xml": '<p:cmLst xmlns:p="urn:p"><p:cm/><p:cm/></p:cmLst>',
        },
    )

    reading = read("note.pptx", data)

    assert said(reading) == [(P, 2, "Visible")]
    assert reading.hidden == (
        Hidden(Hiding.TEXT, 2),
        Hidden(Hiding.COMMENT, 2),
        Hidden(Hiding.SLIDE, 1),
    )


def test_an_open_text_gives_headings_items_rows_and_notes() -> None:
    body = """
    <text:h text:outline-level="2">Congés</text:h>
    <text:p>Vingt-cinq<text:s/>jours<text:note><text:note-citation>1</text:note-citation>
      <text:note-body><text:p>Ou plus.</text:p></text:note-body></text:note> par an.</text:p>
    <text:list><text:list-item><text:p>un</text:p></text:list-item></text:list>
    <table:table>
      <table:table-row><table:table-cell><text:p>Grade</text:p></table:table-cell>
        <table:table-cell><text:p>Jours</text:p></table:table-cell></table:table-row>
      <table:table-row><table:table-cell><text:p>cadre</text:p></table:table-cell>
        <table:table-cell><text:p>28</text:p></table:table-cell></table:table-row>
    </table:table>"""

    reading = read("conges.odt", open_document("text", body))

    assert [(block.kind, block.text) for block in reading.blocks] == [
        (H, "Congés"),
        (P, "Vingt-cinq jours par an."),
        (P, "Ou plus."),
        (I, "un"),
        (R, "Grade : cadre ; Jours : 28"),
    ]
    assert reading.blocks[0].level == 2


HIDING = """
<style:style style:name="blanc"><style:text-properties fo:color="#FFFFFF"/></style:style>
<style:style style:name="nul"><style:text-properties text:display="none"/></style:style>
<style:style style:name="fond"><style:text-properties fo:color="#ffffff"
  fo:background-color="#003366"/></style:style>
<style:style style:name="menu"><style:text-properties fo:font-size="1pt"/></style:style>
<style:style style:name="diapo">
  <style:drawing-page-properties presentation:visibility="hidden"/></style:style>
<style:style style:name="feuille"><style:table-properties table:display="false"/></style:style>
"""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('<text:span text:style-name="blanc">ordre</text:span>', Hiding.TEXT),
        ('<text:span text:style-name="nul">ordre</text:span>', Hiding.TEXT),
        ('<text:span text:style-name="menu">ordre</text:span>', Hiding.TEXT),
        ("<office:annotation><text:p>ordre</text:p></office:annotation>", Hiding.COMMENT),
    ],
)
def test_what_an_open_text_hides_is_left_out_and_told(text: str, hidden: Hiding) -> None:
    data = open_document("text", f"<text:p>avant {text}après</text:p>", HIDING)

    reading = read("note.odt", data)

    assert [block.text for block in reading.blocks] == ["avant après"]
    assert reading.hidden == (Hidden(hidden, 1),)


def test_white_on_its_own_ground_is_read() -> None:
    body = '<text:p><text:span text:style-name="fond">lisible</text:span></text:p>'

    assert read("note.odt", open_document("text", body, HIDING)).blocks[0].text == "lisible"


def test_an_open_spreadsheet_leaves_out_what_is_folded_away() -> None:
    def cells(*texts: str) -> str:
        return "".join(f"<table:table-cell><text:p>{t}</text:p></table:table-cell>" for t in texts)

    body = f"""
    <table:table table:name="Plafonds">
      <table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>
      <table:table-row>{cells("Ville", "Marge", "Hôtel")}</table:table-row>
      <table:table-row>{cells("Lyon", "3", "120")}</table:table-row>
      <table:table-row table:visibility="filter">{cells("Nice", "4", "130")}</table:table-row>
      <table:table-row table:number-rows-repeated="1048570"><table:table-cell
        table:number-columns-repeated="16384"/></table:table-row>
    </table:table>
    <table:table table:name="Calculs" table:style-name="feuille">
      <table:table-row>{cells("secret")}</table:table-row></table:table>"""

    reading = read("plafonds.ods", open_document("spreadsheet", body, HIDING))

    assert [(block.kind, block.text) for block in reading.blocks] == [
        (H, "Plafonds"),
        (R, "Ville : Lyon ; Hôtel : 120"),
    ]
    assert {one.kind: one.count for one in reading.hidden} == {
        Hiding.ROW: 1,
        Hiding.COLUMN: 1,
        Hiding.SHEET: 1,
    }


def test_an_open_presentation_counts_its_slides_as_pages() -> None:
    def page(text: str, style: str = "") -> str:
        frame = f'<draw:frame presentation:class="title"><draw:text-box><text:p>{text}</text:p>'
        return (
            f'<draw:page draw:style-name="{style}">{frame}</draw:text-box></draw:frame></draw:page>'
        )

    body = page("Un") + page("Deux", "diapo") + page("Trois")

    reading = read("note.odp", open_document("presentation", body, HIDING))

    assert said(reading) == [(H, 1, "Un"), (H, 3, "Trois")]
    assert reading.hidden == (Hidden(Hiding.SLIDE, 1),)


def test_an_open_text_under_a_password_is_refused() -> None:
    data = open_document("text", "<text:p>x</text:p>", manifest="<m><encryption-data/></m>")

    with pytest.raises(UnreadableFileError) as refusal:
        read("secret.odt", data)

    assert refusal.value.reason == reasons.ENCRYPTED


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    chapters = {
        "b.xhtml": "<html><body><h1>Un</h1><p>Début.</p></body></html>",
        "a b.xhtml": "<html><body><h1>Deux</h1><p hidden='hidden'>ordre</p></body></html>",
    }

    reading = read("livre.epub", book(chapters, "Le livre"))

    assert reading.title == "Le livre"
    assert [block.text for block in reading.blocks] == ["Un", "Début.", "Deux"]
    assert reading.hidden == (Hidden(Hiding.TEXT, 1),)


def test_a_book_under_a_key_is_refused_and_one_with_sealed_fonts_is_not() -> None:
    def sealed(part: str) -> bytes:
        said = f'<encryption><CipherReference URI="{part}"/></encryption>'
        return book({"a.xhtml": "<p>Début.</p>"}, extra={"META-INF/encryption.xml": said})

    with pytest.raises(UnreadableFileError) as refusal:
        read("livre.epub", sealed("livre/a.xhtml"))

    assert refusal.value.reason == reasons.ENCRYPTED
    assert read("livre.epub", sealed("livre/police.otf")).blocks[0].text == "Début."


@pytest.mark.parametrize("name", ["ancien.doc", "ancien.xls", "ancien.PPT"])
def test_an_old_format_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read(name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))

    assert refusal.value.reason == reasons.OLD_OFFICE
    assert ".docx" in refusal.value.reason.fr
