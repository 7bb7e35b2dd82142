"""A text masked piece by piece reads as if it had been masked whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.pii import Placeholders, StructuredIdentifiers
from guardrails.stream import StreamRedactor
from models.ports import Language

FRAGMENTS = st.sampled_from(
    [
        "Bonjour. ",
        "Appelez le 06 39 98 12 34. Merci !",
        "06.39.98.12.34",
        "+33 (0)6 39 98 12 34",
        "camille@exemple.fr",
        "camille [at] exemple [point] fr",
        "FR76 3000 6000 0112 3456 7890 189",
        "4539 1488 0343 6467",
        "1 85 05 78 006 084 91",
        "192.168.10.24",
        "version 1.2.3.4",
        "Version. 1.2.3.4",
        "carte 30000000700009",
        "[EMAIL_1]",
        "[PHONE_2]",
        " ",
        "\n",
        ". ",
        "! ",
        "\u00a0",
        "\u200b",
        "e\u0301",
        "…",
        "12",
        "@",
        "a",
        "M. ",
        "0",
    ]
)
PIECES = st.lists(st.one_of(FRAGMENTS, st.text(max_size=6)), max_size=25)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(PIECES, st.randoms(use_true_random=False))
def test_any_chunking_reads_as_the_whole(fragments: list[str], random: object) -> None:
    text = "".join(fragments)
    whole = Placeholders(b"k").mask(text, StructuredIdentifiers().find(text, Language.FRENCH))
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    shown = ""
    position = 0
    while position < len(text):
        size = random.randint(1, 9)  # type: ignore[attr-defined]
        shown += redactor.feed(text[position : position + size])
        position += size
    shown += redactor.close()

    assert shown == whole


def test_a_finished_sentence_is_not_held_back() -> None:
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    shown = redactor.feed("Écrivez à a@exemple.fr. Puis attendez")

    assert shown == "Écrivez à [EMAIL_1]. "
    assert redactor.close() == "Puis attendez"
