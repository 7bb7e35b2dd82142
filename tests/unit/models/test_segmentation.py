"""Sentences end where a reader of French or English would end them."""

from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.segmentation import SentenceStream, split

CASES = [
    ("Bonjour. Au revoir.", ["Bonjour.", "Au revoir."]),
    ("M. Martin et Mme. Petit signent. Puis ils partent.", 2),
    ("Voir art. 5 et art. L. 3141-3 du code. La suite compte.", 2),
    ("Le taux est de 1.5 point. Il monte.", 2),
    ("Le n° 3 est libre. Le n° 4 aussi.", 2),
    ("Il hésite... puis signe. Fin.", ["Il hésite... puis signe.", "Fin."]),
    ("Il hésite… Elle signe.", ["Il hésite…", "Elle signe."]),
    ("« Est-ce possible ? » demande-t-il. Oui.", 2),
    ("Il a dit : « Oui. » Puis il est parti.", ["Il a dit : « Oui. »", "Puis il est parti."]),
    ("Est-ce vrai ? Oui ! Parfait.", ["Est-ce vrai ?", "Oui !", "Parfait."]),
    ("Les congés (RTT, etc.) comptent. Bien.", 2),
    ("Stylos, cahiers, etc. Le reste est payant.", 2),
    ("Apply e.g. by mail. See Fig. 3 or vol. IV today. Dr. Jones said no. Ask again.", 4),
    ("The deadline is 5 p.m. Late claims are refused.", 2),
    ("Depuis sept. 2026, env. 30 % partent. Bien.", 2),
    ("Tell me. It is 5 mm. That is art. She knows.", 4),
    ("J. Martin décide. La S.A.R.L. Martin paie.", 2),
    ("1. Demander. 2. Attendre", ["1. Demander.", "2. Attendre"]),
    ("- premier point\n- second point\nSuite", ["- premier point", "- second point", "Suite"]),
    ("Titre sans point\n\nUn texte.", ["Titre sans point", "Un texte."]),
    ("Vingt-cinq jours. [1] Trois de plus.[2][3] Fin [4].", 3),
    ("Vingt-cinq jours. [1] Trois de plus.", ["Vingt-cinq jours. [1]", "Trois de plus."]),
    ("Oui, etc. [1, 2] Non.", ["Oui, etc. [1, 2]", "Non."]),
    ("Fin. [Note] Suite.", ["Fin.", "[Note] Suite."]),
    ("**Attention.** Suite (voir l'annexe.) Fin.", 3),
    ("Écrire à a.b@exemple.fr ou www.exemple.fr. Merci.", 2),
    ("Il coupe […] puis reprend. Fin.", 2),
    ("   ", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str] | int) -> None:
    sentences = [text[start:end] for start, end in split(text)]

    assert (len(sentences) if isinstance(expected, int) else sentences) == expected


MARKS = list(' .!?…\n[]12,«»()*\u00a0\u202f-+"')  # fmt: skip
WORDS = "M Mme art etc e.g p Le oui L I é É 1.5 ... [1] [1][2] .[1]".split()
PHRASES = [". [1]", " [12", "Bonjour. ", "n° 3", "\r\n"]
PIECES = st.sampled_from(MARKS + WORDS + PHRASES)
LONG_RUNS = st.builds(str.__mul__, PIECES, st.sampled_from([1, 2, 30, 31, 61, 200, 201]))
texts = (
    st.lists(PIECES, max_size=40).map("".join)
    | st.lists(LONG_RUNS, max_size=5).map("".join)
    | st.text(max_size=60)
)
HOSTILE = ["1.", "M. ", " .[", "[1]. ", "[1", "1,", "(", " ", ".", "a"]


def streamed(text: str, sizes: list[int]) -> list[str]:
    """What a stream makes of a text that comes in pieces of these sizes, over and over."""
    stream, sentences, position = SentenceStream(), [], 0
    for size in cycle(sizes):
        if position >= len(text):
            return sentences + stream.close()
        sentences += stream.feed(text[position : position + size])
        position += size
    raise AssertionError("a text comes in pieces of at least one size")


@given(texts, st.lists(st.integers(1, 7), min_size=1))
@example("Oui. [1] [2] Non", [1])
@example("art. L. 3", [1])
def test_a_stream_cuts_as_the_whole_text_is_cut(text: str, sizes: list[int]) -> None:
    sentences = streamed(text, sizes)

    assert sentences == [text[start:end] for start, end in split(text)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", HOSTILE)
@pytest.mark.parametrize("head", ["< ", "Fin. [", "M. [1]"])
def test_no_text_takes_more_than_its_length(head: str, seed: str) -> None:
    text = head + seed * (200_000 // len(seed))  # minutes, if each mark looked at all before it

    sentences = streamed(text, [20])

    assert sentences == [text[start:end] for start, end in split(text)]


@given(texts)
def test_nothing_but_white_space_stands_outside_the_sentences(text: str) -> None:
    spans = split(text)

    outside = list(text)
    for start, end in spans:
        outside[start:end] = " " * (end - start)
    assert not "".join(outside).strip()
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


def test_a_sentence_waits_for_the_citations_behind_it() -> None:
    stream = SentenceStream()

    early = [*stream.feed("Vingt-cinq jours."), *stream.feed(" "), *stream.feed("[1")]
    late = [*stream.feed("]"), *stream.feed("[2] Puis")]

    assert early == []
    assert late == ["Vingt-cinq jours. [1][2]"]
    assert stream.close() == ["Puis"]


def test_a_sentence_is_released_as_soon_as_the_next_one_begins() -> None:
    stream = SentenceStream()

    released = stream.feed("Vingt-cinq jours. Il")

    assert released == ["Vingt-cinq jours."]


def test_a_stream_that_was_closed_begins_afresh() -> None:
    stream = SentenceStream()
    stream.feed("Une phrase sans fin")
    stream.close()

    released = stream.feed("Oui. Non")

    assert released == ["Oui."]
