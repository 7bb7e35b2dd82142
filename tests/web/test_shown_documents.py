"""How a passage is marked in its document, and how a sentence leads to its sources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.documents import BlockKind, Document, Span
from models.ports import Language
from server.outcomes import Citation
from server.web.documents import blocks_of, place_of
from server.web.pages import cite, opens

TEXT = "Congés\nPose\nDeux semaines avant.\nÀ son responsable."
DOCUMENT = Document(
    collection="rh",
    id="conges payés/été.md",
    title="Congés",
    text=TEXT,
    language=Language.FRENCH,
    readers=frozenset({"everyone"}),
    version="v1",
    spans=(
        Span(0, 6, BlockKind.HEADING, 1, 1),
        Span(7, 11, BlockKind.HEADING, 1, 2),
        Span(12, 32, BlockKind.PARAGRAPH, 1),
        Span(33, 51, BlockKind.PARAGRAPH, 2),
    ),
)
CITATION = Citation(1, "rh", "conges payés/été.md", "v1", "Congés", "", "Deux", 12, 16)


@pytest.mark.parametrize("passage", [range(12, 32), range(7, 40), range(51), range(20, 25)])
def test_exactly_the_passage_is_marked(passage: range) -> None:
    blocks = list(blocks_of(DOCUMENT, passage))

    marked = "".join(part.text for block in blocks for part in block.stretches if part.marked)
    wanted = TEXT[passage.start : passage.stop].replace("\n", "")
    assert marked == wanted
    first = [part for block in blocks for part in block.stretches if part.first]
    assert len(first) == 1


@pytest.mark.parametrize("passage", [range(0), range(12, 32), range(200, 300)])
def test_the_whole_text_is_shown_whatever_is_marked(passage: range) -> None:
    blocks = list(blocks_of(DOCUMENT, passage))

    shown = "\n".join("".join(part.text for part in block.stretches) for block in blocks)
    assert shown == TEXT


def test_a_document_without_known_blocks_is_shown_whole() -> None:
    blocks = list(blocks_of(replace(DOCUMENT, spans=()), range(12, 16)))

    assert [part.text for part in blocks[0].stretches if part.marked] == ["Deux"]


def test_a_passage_is_placed_under_its_headings_and_on_its_page() -> None:
    assert place_of(DOCUMENT, range(12, 32)).section == "Congés › Pose"
    assert place_of(DOCUMENT, range(33, 51)).page == 2
    assert place_of(DOCUMENT, range(0)).section == ""


def test_a_citation_opens_its_passage_in_its_version() -> None:
    address = opens(CITATION)

    assert address == (
        "/documents/rh/conges%20pay%C3%A9s/%C3%A9t%C3%A9.md?start=12&end=16&version=v1#passage"
    )


def test_a_sentence_leads_to_the_list_of_sources_until_they_are_known() -> None:
    assert 'href="#source-r1-1"' in cite("Deux semaines [1].", "r1")
    assert 'href="/documents/rh/' in cite("Deux semaines [1].", "r1", (CITATION,))


def test_numbers_cited_together_lead_each_to_its_own_source() -> None:
    shown = cite("Deux semaines [1, 2].", "r1", (CITATION,))

    assert 'data-n="1" href="/documents/rh/' in shown
    assert 'data-n="2" href="#source-r1-2"' in shown


def test_a_sentence_cannot_bring_markup_of_its_own() -> None:
    shown = cite('<script>alert("1")</script> [1]', "r1")

    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
