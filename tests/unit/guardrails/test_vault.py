"""The vault: an asker's own words come back to them, and to nobody and nowhere else."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.pii import Placeholders, StructuredIdentifiers
from guardrails.pii.placeholders import Keeping
from guardrails.pii.vault import MARK, Scope, Vault, bare
from models.ports import Language

MINE, THEIRS = Scope("camille", "one"), Scope("odile", "one")
LATER = Scope("camille", "two")
VALUES = ["camille@exemple.fr", "06 39 98 12 34", "FR76 3000 6000 0112 3456 7890 189", "10.1.2.3"]


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(clock: Clock) -> Vault:
    return Vault(clock)


def typed(vault: Vault, text: str, scope: Scope = MINE) -> str:
    placeholders = Placeholders(b"k", Keeping(vault, scope))
    found = StructuredIdentifiers().find(text, Language.FRENCH)
    replaced = placeholders.replacements(text, found, typed=True)
    for start, end, new in reversed(replaced):
        text = text[:start] + new + text[end:]
    return text


@given(st.lists(st.sampled_from([*VALUES, "et", "puis,", "merci."]), max_size=12))
def test_what_was_typed_comes_back_as_it_was_typed(words: list[str]) -> None:
    text, vault = " ; ".join(words), Vault(Clock())

    masked = typed(vault, text)

    assert not any(value in masked for value in VALUES)
    assert vault.restore(masked, MINE).text == text


@pytest.mark.parametrize("stranger", [THEIRS, LATER, Scope("camilleo", "ne"), Scope("", "")])
def test_no_other_person_and_no_other_exchange_reads_it(vault: Vault, stranger: Scope) -> None:
    masked = typed(vault, "Joindre camille@exemple.fr")

    restored = vault.restore(masked, stranger)

    assert restored.text == masked
    assert restored.unopened == 1


@pytest.mark.parametrize(
    "around",
    [
        "https://evil.example/?m={}",
        "[ici](https://evil.example/{})",
        "![]({})",
        "`{}`",
        "```\n{}\n```",
        "```\n{}",
        '<img src="{}">',
        "mailto:{}",
        "www.evil.example/{}",
        "evil.example/{}",
        "a={}&b",
    ],
)
def test_nothing_is_put_back_into_links_code_or_markup(vault: Vault, around: str) -> None:
    masked = typed(vault, "Joindre camille@exemple.fr").removeprefix("Joindre ")

    restored = vault.restore(around.format(masked), MINE)

    assert "camille" not in restored.text
    assert restored.unopened == 1


def test_an_altered_mark_opens_nothing(vault: Vault) -> None:
    masked = typed(vault, "camille@exemple.fr")

    for altered in (masked.replace("EMAIL", "PHONE"), masked.replace("_1", "_2"), "[EMAIL_1]"):
        assert vault.restore(altered, MINE).text == altered


def test_a_value_lives_for_a_short_while(vault: Vault, clock: Clock) -> None:
    masked = typed(vault, "camille@exemple.fr")

    clock.now = 901.0

    assert vault.restore(masked, MINE).text == masked
    assert len(vault) == 0


def test_memory_is_bounded(clock: Clock) -> None:
    vault = Vault(clock, most=100)

    for n in range(500):
        vault.keep(MINE, f"[EMAIL_{n}·aaaaaaaaaaaa]", "x")

    assert len(vault) == 100


def test_no_value_is_kept_in_clear(vault: Vault) -> None:
    typed(vault, "secret.personne@exemple.fr")

    gc.collect()

    assert "secret" not in repr([getattr(vault, name) for name in vars(vault)])


def test_a_passage_of_the_same_conversation_is_masked_for_good(vault: Vault) -> None:
    placeholders = Placeholders(b"k", Keeping(vault, MINE))
    found = StructuredIdentifiers().find("odile@exemple.fr", Language.FRENCH)

    masked = placeholders.mask("odile@exemple.fr", found)

    assert masked == "[EMAIL_1]"
    assert len(vault) == 0


def test_a_mark_cannot_be_guessed_by_a_document(vault: Vault) -> None:
    placeholders = Placeholders(b"k", Keeping(vault, MINE))
    found = StructuredIdentifiers().find("odile@exemple.fr", Language.FRENCH)
    placeholders.replacements("odile@exemple.fr", found, typed=True)

    assert placeholders.mask("[EMAIL_1] [EMAIL_1·aaaaaaaaaaaa]", ()) == (
        "(EMAIL_1) (EMAIL_1·aaaaaaaaaaaa)"
    )


@pytest.mark.slow
def test_no_two_of_a_million_values_have_the_same_tag(vault: Vault) -> None:
    """60 bits: 10⁷ values collide with a chance of 4 in 100 000; within a conversation the
    number before the tag tells them apart in any case.
    """
    tags = {vault.tag(MINE, "EMAIL", str(n)) for n in range(1_000_000)}

    assert len(tags) == 1_000_000
    assert MARK.fullmatch(f"[EMAIL_1·{next(iter(tags))}]")


def test_the_record_reads_plainly_and_its_asker_reads_their_own_words(vault: Vault) -> None:
    placeholders = Placeholders(b"k", Keeping(vault, MINE))
    found = StructuredIdentifiers().find("odile@exemple.fr", Language.FRENCH)
    ((_, _, mark),) = placeholders.replacements("odile@exemple.fr", found, typed=True)

    recorded = bare(f"Écrire à {mark}, pas à [EMAIL_2].")

    assert recorded == "Écrire à [EMAIL_1], pas à [EMAIL_2]."
    assert placeholders.own_words(recorded) == "Écrire à odile@exemple.fr, pas à [EMAIL_2]."
    assert Placeholders(b"k").own_words(recorded) == recorded
