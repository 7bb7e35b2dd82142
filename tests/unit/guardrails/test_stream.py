"""A text masked piece by piece reads as if it had been masked whole."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamed import streamed

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
        "12 bis, rue de la République, 38000 Grenoble",
        "3 allée des Tilleuls\n97400 Saint-Denis",
        "12 rue de la paix 75002 paris",
        "BP 90167, 97202 Fort-de-France Cedex",
        "adresse : 69003 Lyon",
        "221B Baker Street, London NW1 6XE",
        "née le 12 mars 1985 à Saint-Étienne (42)",
        "Date de naissance : 12/03/1985",
        "lieu de naissance : Aix-en-Provence",
        "CNI n° 880692310285",
        "passeport 12AB34567",
        "titre de séjour X4RT BPFW4",
        "véhicule immatriculé 5832 GX 75",
        "GA-482-KR",
        "SIRET 552 100 554 00013",
        "SIREN 552 100 554",
        "euros",
        "FR 40 303 265 045",
        "BIC : BNPAFRPPXXX",
        "Titulaire du compte : Mme Odile Exemple",
        "Mme Exemple est en arrêt maladie pour dépression",
        "délégué syndical CGT",
        "AB 12 34 56 C",
        "1850578006084 (clé : 91)",
        "jean arobase exemple point fr",
        "le",
        "ne",
        "rue",
        "de la",
        "à",
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
        "n° RPPS 10101234567",
        "10101234567",
        "1010 1234 567",
        "permis 911091204567",
        "911091204567",
        "12AB34567",
        "12 AB 34567",
        "12 AB",
        "X4RTBPFW4",
        "CNI X4RTBPFW4",
    ]
)
PIECES = st.lists(st.one_of(FRAGMENTS, st.text(max_size=6)), max_size=25)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(PIECES, st.randoms(use_true_random=False))
def test_any_chunking_reads_as_the_whole(fragments: list[str], random: Random) -> None:
    text = "".join(fragments)
    whole = Placeholders(b"k").mask(text, StructuredIdentifiers().find(text, Language.FRENCH))
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    shown = streamed(redactor, text, random)

    assert shown == whole


def test_plain_words_are_let_out_as_they_come() -> None:
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    shown = redactor.feed("Chaque salarié acquiert des congés payés ch")

    assert shown == "Chaque salarié acquiert des congés payés "
    assert redactor.held == 2


def test_a_long_text_is_not_kept_whole() -> None:
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    for _ in range(200):
        redactor.feed("chaque salarié acquiert des congés payés, ")

    assert len(redactor._text) < 2_000  # noqa: SLF001 - what is kept is the promise


def test_a_finished_sentence_is_not_held_back() -> None:
    redactor = StreamRedactor(StructuredIdentifiers(), Placeholders(b"k"), Language.FRENCH)

    shown = redactor.feed("Écrivez à a@exemple.fr. Puis attendez")

    assert shown == "Écrivez à [EMAIL_1]. "
    assert redactor.close() == "Puis attendez"
