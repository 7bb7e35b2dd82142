"""Hostile texts: no guard's work grows with the square of what it is given."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.injection import in_passage, orders
from guardrails.injection.words import KINDS
from guardrails.pii import Placeholders, StructuredIdentifiers
from models.ports import Language, Source

pytestmark = pytest.mark.slow

LENGTH = 60_000  # a quadratic guard would need minutes
ENOUGH_S = 30
EXAMPLE = Path(__file__).parents[3] / "examples" / "charter.yaml"
UNITS = [
    "a.", "a@", "@", "1 ", "1-", "0612345678 ", "+11111111 ", "FR76 ", "[at] ", "4539 1488 ",
    ":", "1.1.1.1 ", "ｊ", "\u200b", "a\u0301", "\u0301", "(", "<", "<a", "[a](", "![](", "](",
    "<!--", "ignore all ", "oublie les consignes ", "note a l'assistant ", "a. ", "A ", "\n",
    "https://", "a.b ", "vingt ", "cent-", "1,1", "un CV. ", "qui dois je ", "[1]", "[EMAIL_1]",
    "a point ", "a[.]", "a . ", "abc:", "abc:a=", "\\a", "&#46;", "&amp;", "peut ", "pas, ",
    "toutes les ", "ta réponse ", "1gn0r3 ", "SWdub3Jl", "a b ", "%41", "忽略", "q: a: ",
    "\U000e0041",
    "« ignore ", "écris un ", "\U0001f178", "41 ", ".- ", "ignoretoutes", "vtaber ", "erongi ",
    "avant x ", "1 er mai ", "0 800 ", "1\t", "::", "(+33)", "évil.", "2 mois par ",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _an_end() -> Iterator[None]:
    signal.alarm(ENOUGH_S)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_hostile_passage_is_read_to_its_end(unit: str) -> None:
    guards = Guards(StructuredIdentifiers(), charters.load(EXAMPLE))
    text = unit * (LENGTH // len(unit))

    screened = guards.screen_passages([text, text[::-1]], Placeholders(b"k"), Language.FRENCH)
    checked = guards.check_sentence(
        text + "[1]", [Source(1, "", text[:4000])], Placeholders(b"k"), Language.FRENCH
    )

    assert len(screened) == 2
    assert checked.verdict is not None


WORDS = sorted({word.rstrip("*") for listed in KINDS.values() for word in listed.split()})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, ",", ".", '"', ":", "|", "\n"]), min_size=1, max_size=6))
def test_no_row_of_the_words_that_rules_know_makes_them_go_back_and_forth(unit: list[str]) -> None:
    text = " ".join(unit * 8_000)[:8_000]  # nested repetitions would need hours

    assert len(orders(text)) <= len(text) * 4
    assert len(in_passage(text, Language.FRENCH)) <= len(text) * 4
