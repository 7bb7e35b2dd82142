"""An extract shows what answers, of a text that is too long to be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.extracts import extract

LONG = "mot " * 200 + "Voici la réponse." + " mot" * 200
ANSWER = (800, 817)


def test_a_short_text_is_shown_whole_with_its_marks() -> None:
    parts = extract("Avant. Voici. Après.", ((7, 13),), 100)

    assert [(part.text, part.marked) for part in parts] == [
        ("Avant. ", False),
        ("Voici.", True),
        (" Après.", False),
    ]


def test_a_long_text_is_shown_around_its_first_mark() -> None:
    parts = extract(LONG, (ANSWER,), 200)

    assert [part.text for part in parts if part.marked] == ["Voici la réponse."]
    shown = "".join(part.text for part in parts)
    assert shown.startswith("… mot")
    assert shown.endswith("mot …")
    assert len(shown) <= 200 + 5


def test_a_long_text_without_marks_is_shown_from_its_beginning() -> None:
    parts = extract(LONG, (), 20)

    assert [part.text for part in parts] == ["mot mot mot mot mot", " …"]


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, tuple[tuple[int, int], ...]]:
    text = draw(st.text("ab ", max_size=300))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4, unique=True)))
    return text, tuple(zip(places[::2], places[1::2], strict=False))


@given(marked_texts(), st.integers(1, 200))
def test_an_extract_says_nothing_that_the_text_does_not(
    drawn: tuple[str, tuple[tuple[int, int], ...]], size: int
) -> None:
    text, highlights = drawn

    parts = extract(text, highlights, size)

    shown = "".join(part.text for part in parts)
    assert shown.removeprefix("… ").removesuffix(" …") in text
    marked = [part.text for part in parts if part.marked]
    said = [text[start:end] for start, end in highlights]
    assert all(any(one in whole for whole in said) for one in marked)
