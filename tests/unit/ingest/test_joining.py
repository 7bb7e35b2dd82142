"""Neighbouring passages are handed on as one, which is its document's own text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passages import document

from ingest.chunking import SIZE, chunks
from ingest.documents import Chunk, Document
from ingest.index import Audience, Hit
from ingest.joining import LONGEST, Stretches, joined, within

EVERYONE = Audience(frozenset({"everyone"}))
FULL = "x" * (SIZE - 10)
LEAVE = document("conges", *(f"{n} {FULL}" for n in range(6)))


@dataclass(frozen=True)
class Shelf(Stretches):
    """Texts in memory."""

    documents: tuple[Document, ...]

    def stretch(self, passage: Chunk, reach: range, audience: Audience) -> str | None:
        for one in self.documents:
            same = (one.id, one.version) == (passage.document, passage.version)
            if same and one.readers & audience.groups:
                return one.text[reach.start : reach.stop]
        return None


def found(*pieces: Chunk) -> list[Hit]:
    """These passages, best first."""
    return [Hit(piece, float(len(pieces) - n)) for n, piece in enumerate(pieces)]


def put_together(hits: list[Hit], limit: int = 10, audience: Audience = EVERYONE) -> list[Hit]:
    return joined(hits, Shelf((LEAVE,)), audience, limit)


def test_neighbours_become_one_under_the_name_of_the_best() -> None:
    first, second, third, *_ = chunks(LEAVE)

    (whole,) = put_together(found(second, third, first))

    assert whole.chunk.text == LEAVE.text[first.start : third.end]
    assert (whole.chunk.id, whole.score) == (second.id, 3.0)
    assert (whole.chunk.start, whole.chunk.end) == (first.start, third.end)


def test_what_is_not_beside_it_stays_apart_and_in_its_place() -> None:
    first, second, _, fourth, *_ = chunks(LEAVE)

    whole, apart = put_together(found(first, fourth, second))

    assert whole.chunk.end == second.end
    assert apart.chunk == fourth


def test_a_passage_between_two_joins_all_three() -> None:
    first, second, third, *_ = chunks(LEAVE)

    (whole,) = put_together(found(third, first, second))

    assert (whole.chunk.start, whole.chunk.end) == (first.start, third.end)
    assert whole.chunk.id == third.id


def test_a_passage_is_joined_no_further_than_it_can_be_read() -> None:
    pieces = chunks(LEAVE)

    shown = put_together(found(*pieces))

    assert len(shown) == 2
    assert all(len(one.chunk.text) <= LONGEST for one in shown)


def test_as_many_passages_as_are_asked_for_are_filled() -> None:
    first, second, _, fourth, _, sixth = chunks(LEAVE)
    hits = found(first, second, fourth, sixth)

    assert [one.chunk.start for one in put_together(hits, 2)] == [first.start, fourth.start]
    assert len(put_together(hits, 3)) == 3
    assert put_together(hits, 0) == []


def test_pages_and_headings_are_those_of_the_whole() -> None:
    first, second, *_ = chunks(LEAVE)
    one = replace(first, page=3, section="Droits › Durée")
    other = replace(second, page=4, section="Droits › Report")

    (whole,) = put_together(found(other, one))

    assert (whole.chunk.page, whole.chunk.last_page) == (3, 4)
    assert whole.chunk.section == "Droits"


@pytest.mark.parametrize(
    "changes", [{"version": "former"}, {"text": "another text"}, {"document": "other"}]
)
def test_what_the_document_no_longer_says_is_not_joined(changes: dict[str, str]) -> None:
    first, second, *_ = chunks(LEAVE)

    shown = put_together(found(first, replace(second, **changes)))

    assert len(shown) == 2


def test_nothing_is_read_for_those_who_may_not() -> None:
    first, second, *_ = chunks(LEAVE)

    shown = put_together(found(first, second), audience=Audience(frozenset({"paie"})))

    assert [one.chunk for one in shown] == [first, second]


def test_as_many_are_kept_as_there_is_room_for_and_one_at_least() -> None:
    hits = found(*chunks(LEAVE))

    assert within(hits, 2 * SIZE) == hits[:2]
    assert within(hits, 1) == hits[:1]
    assert within([], 1) == []


@st.composite
def torn(draw: st.DrawFn) -> tuple[Document, list[Chunk]]:
    """A document, and passages of it that may overlap, in any order."""
    paragraphs = st.text("aé œ\n.", min_size=1, max_size=400)
    whole = document("note", *draw(st.lists(paragraphs, min_size=1, max_size=8)))
    cut = list(chunks(whole))
    places = st.integers(0, len(whole.text))
    for start, end in map(sorted, draw(st.lists(st.tuples(places, places), max_size=4))):
        if cut and start < end:
            text = whole.text[start:end]
            piece = replace(cut[0], id=f"{start}-{end}", text=text, start=start, end=end)
            cut.append(piece)
    return whole, draw(st.permutations(cut))


@given(torn())
def test_a_joined_passage_is_exactly_what_its_pieces_cover(
    drawn: tuple[Document, list[Chunk]],
) -> None:
    whole, pieces = drawn

    shown = joined(found(*pieces), Shelf((whole,)), EVERYONE, len(pieces))

    assert all(one.chunk.text == whole.text[one.chunk.start : one.chunk.end] for one in shown)
    covered = {n for piece in pieces for n in range(piece.start, piece.end)}
    said = {n for one in shown for n in range(one.chunk.start, one.chunk.end)}
    assert covered <= said
    assert all(whole.text[n].isspace() for n in said - covered)
    assert [one.score for one in shown] == sorted((one.score for one in shown), reverse=True)


@given(torn())
def test_no_two_neighbours_are_left_apart_while_they_fit(
    drawn: tuple[Document, list[Chunk]],
) -> None:
    whole, pieces = drawn

    shown = joined(found(*pieces), Shelf((whole,)), EVERYONE, len(pieces))

    places = sorted((one.chunk.start, one.chunk.end) for one in shown)
    for (start, end), (next_start, next_end) in pairwise(places):
        beside = next_start <= end or not whole.text[end:next_start].strip()
        assert not beside or max(end, next_end) - start > LONGEST or next_start - end > 40
