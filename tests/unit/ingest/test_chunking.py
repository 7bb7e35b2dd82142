"""How readings become texts, and texts passages."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import SIZE, chunks, document_text
from ingest.documents import Block, BlockKind, Document, Reading
from models.ports import Language

SENTENCE = "Chaque salarié a droit à vingt-cinq jours de congés payés par an. "


def made(*blocks: Block, title: str = "Congés") -> Document:
    text, spans = document_text(Reading(title, blocks))
    return Document("rh", "conges.md", title, text, Language.FRENCH, frozenset(), "v1", spans=spans)


def heading(text: str, level: int, page: int | None = None) -> Block:
    return Block(BlockKind.HEADING, text, page, level)


def paragraph(text: str, page: int | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, page)


blocks = st.builds(
    Block,
    st.sampled_from(BlockKind),
    st.one_of(st.text(max_size=200), st.just(SENTENCE * 20), st.just("x" * 2000)),
    st.none() | st.integers(1, 3),
    st.integers(1, 4),
)


@given(st.lists(blocks, max_size=12))
def test_every_passage_is_a_stretch_of_its_document(read: list[Block]) -> None:
    document = made(*read)

    cut = chunks(document)

    assert all(document.text[one.start : one.end] == one.text for one in cut)
    assert all(one.text.strip() for one in cut)
    assert all(a.end <= b.start for a, b in pairwise(cut))


@given(st.lists(blocks, max_size=12))
def test_no_word_of_a_document_is_lost_but_headings_cut_from_their_page(read: list[Block]) -> None:
    document = made(*[replace(block, page=None) for block in read])

    covered = {n for one in chunks(document) for n in range(one.start, one.end)}

    left = {n for n, letter in enumerate(document.text) if not letter.isspace()} - covered
    assert not left


@given(st.lists(blocks, max_size=12))
def test_no_passage_is_longer_than_what_announces_and_what_is_said(read: list[Block]) -> None:
    cut = chunks(made(*read))

    assert all(len(one.text) <= 2 * SIZE + 1 for one in cut)
    assert all(len(one.section) <= SIZE for one in cut)


def test_a_run_of_headings_is_cut_and_the_last_ones_announce_what_follows() -> None:
    titles = [heading(f"Article {n} du règlement", 2) for n in range(2000)]

    cut = chunks(made(*titles, paragraph("Enfin.")))

    assert len(cut) > 50
    assert all(SIZE / 2 < len(one.text) <= SIZE for one in cut[:-1])
    assert cut[-1].text.endswith("Article 1999 du règlement\nEnfin.")


@pytest.mark.parametrize("text", ["x" * 80_000, "mot " * 20_000, SENTENCE * 1200])
def test_a_heading_without_end_is_cut_like_a_paragraph(text: str) -> None:
    cut = chunks(made(heading(text, 1), paragraph("Enfin.")))

    assert len(cut) > 100
    assert all(len(one.text) <= SIZE + len("\nEnfin.") for one in cut)
    assert cut[-1].text.endswith("\nEnfin.")
    assert all(0 < len(one.section) <= SIZE for one in cut)


def test_a_section_that_is_too_long_keeps_the_nearest_headings() -> None:
    cut = chunks(made(heading("loin " * 200, 1), heading("Tout près", 2), paragraph("Enfin.")))

    assert cut[-1].section.startswith("…")
    assert cut[-1].section.endswith("loin › Tout près")


def test_a_document_is_nfc_without_what_nobody_wrote() -> None:
    decomposed = unicodedata.normalize("NFD", "congés\u00ad payés\x00\ud800\ufeff")

    text, spans = document_text(Reading("", (paragraph(decomposed), paragraph(" \n "))))

    assert text == "congés payés"
    assert [(span.start, span.end) for span in spans] == [(0, 12)]


def test_a_long_paragraph_is_cut_where_sentences_end() -> None:
    cut = chunks(made(paragraph(SENTENCE * 40)))

    assert len(cut) > 1
    assert all(len(one.text) <= SIZE and one.text.endswith("par an.") for one in cut)


def test_a_passage_stays_on_its_page() -> None:
    cut = chunks(made(paragraph("Une.", 1), paragraph("Deux.", 1), paragraph("Trois.", 2)))

    assert [(one.text, one.page) for one in cut] == [("Une.\nDeux.", 1), ("Trois.", 2)]


def test_a_passage_stays_under_its_top_heading_and_small_ones_share_it() -> None:
    cut = chunks(
        made(
            heading("Congés", 1),
            paragraph("Préambule."),
            heading("Droits", 2),
            paragraph("Vingt-cinq jours."),
            heading("Ancienneté", 3),
            paragraph("Un jour de plus."),
            heading("Poser", 2),
            paragraph("Dans l’outil."),
        )
    )

    assert [one.section for one in cut] == ["", "Droits", "Poser"]
    assert cut[1].text == "Droits\nVingt-cinq jours.\nAncienneté\nUn jour de plus."


def test_short_sections_of_a_page_share_a_passage_that_is_named_after_none() -> None:
    document = made(
        heading("Règlement", 1, 1),
        heading("Article 1", 2, 1),
        paragraph("Un.", 1),
        heading("Article 2", 2, 1),
        paragraph("Deux.", 1),
        heading("Article 3", 2, 2),
        paragraph("Trois.", 2),
    )

    cut = chunks(document)

    assert [one.text.splitlines()[-1] for one in cut] == ["Deux.", "Trois."]
    assert [one.section for one in cut] == ["Règlement", "Règlement › Article 3"]


def test_a_section_names_every_heading_above_but_the_title() -> None:
    cut = chunks(
        made(
            heading("Congés", 1),
            heading("Droits", 2),
            paragraph(SENTENCE * 9),
            heading("Ancienneté", 3),
            paragraph(SENTENCE * 5),
            heading("Poser", 2),
        )
    )

    assert "Droits › Ancienneté" in [one.section for one in cut]


def test_a_heading_goes_with_what_it_announces() -> None:
    cut = chunks(
        made(
            heading("A", 1),
            paragraph(SENTENCE * 8),
            heading("Suite", 2),
            paragraph(SENTENCE * 8),
            heading("B", 1),
            paragraph("Fin."),
        )
    )

    assert not any(one.text.endswith("Suite") for one in cut)
    assert any(one.text.startswith("Suite\n") for one in cut)


def test_the_same_version_gives_the_same_ids_and_another_gives_others() -> None:
    first = made(paragraph(SENTENCE * 30))

    again = {one.id for one in chunks(first)}
    other = {one.id for one in chunks(replace(first, version="v2"))}

    assert {one.id for one in chunks(first)} == again
    assert not again & other


@pytest.mark.parametrize("text", ["", "Une ligne.", "Une ligne.\n\nUne autre."])
def test_a_document_whose_blocks_nobody_kept_is_cut_by_its_lines(text: str) -> None:
    document = replace(made(), text=text)

    assert "\n\n".join(one.text for one in chunks(document)).split() == text.split()


def test_accents_piled_on_a_letter_are_kept_to_what_a_script_needs() -> None:
    """Ordering a pile takes the square of its height: a million would take days."""
    text, _ = document_text(Reading("", (paragraph("a" + "\u0315\u0300" * 1_000_000 + "é fin"),)))

    assert len(text) < 40
    assert text.endswith("é fin")
    assert unicodedata.is_normalized("NFC", text)
