"""The shadow of a text: what a reader sees, and the exact way back."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.text import Rewritten, Shadow, folded

HARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aé0 \u00a0\u202f\u200b\u00ad\u0301\ufe0f０９٣ﬁ…—\u2011\n\u2028ﷺ\u3164"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("06\u00a012\u202f34", "06 12 34"),
        ("０６１２", "0612"),
        ("٠٦", "06"),
        ("0\u200b6\u00ad1\u2060", "061"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("ﬁn…", "fin..."),
        ("06‑12—34", "06-12-34"),
        ("a\u2028b", "a\nb"),
        ("i\u034fg\ufe0fn", "ign"),
    ],
)
def test_a_shadow_is_what_a_reader_sees(text: str, seen: str) -> None:
    assert Shadow(text).text == seen


@given(HARD)
def test_a_shadow_is_its_own_shadow(text: str) -> None:
    once = Shadow(text).text

    assert Shadow(once).text == once


@given(HARD, st.data())
def test_every_stretch_of_a_shadow_comes_from_a_stretch_of_the_text(
    text: str, data: st.DataObject
) -> None:
    shadow = Shadow(text)
    start = data.draw(st.integers(0, len(shadow.text)))
    end = data.draw(st.integers(start, len(shadow.text)))

    first, last = shadow.original_span(start, end)

    assert 0 <= first <= last <= len(text)
    assert shadow.text[start:end] in Shadow(text[first:last]).text
    assert (first < last) is (start < end)


@given(HARD)
def test_the_stretches_of_single_characters_come_in_order(text: str) -> None:
    shadow = Shadow(text)

    spans = [shadow.original_span(n, n + 1) for n in range(len(shadow.text))]

    assert spans == sorted(spans)
    assert all(left[1] <= right[0] or left == right for left, right in pairwise(spans))


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_plain_text_is_its_own_shadow(text: str) -> None:
    shadow = Shadow(text)

    assert shadow.text == text
    assert shadow.original_span(0, len(text)) == (0, len(text))


@given(HARD)
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_letters_of_other_alphabets_are_read_as_they_look() -> None:
    assert folded("іgnоrе ÉTÉ") == "ignore ete"


def test_a_text_rewritten_twice_still_knows_its_original() -> None:
    once = Rewritten("abcdef", [(1, 3, "X")])

    twice = once.then([(0, 1, ""), (3, 4, "YY")])

    assert twice.text == "XdYYf"
    assert twice.original_span(0, 1) == (1, 3)
    assert twice.original_span(2, 4) == (4, 5)
