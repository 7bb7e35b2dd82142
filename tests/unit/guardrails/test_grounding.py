"""Grounding: a sentence is carried by its sources, or what they do not say is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.grounding import support
from models.ports import Language
from models.segmentation import split

FR, EN = Language.FRENCH, Language.ENGLISH

LEAVE = (
    "Chaque salarié acquiert 2,5 jours ouvrables de congés payés par mois de travail effectif, "
    "soit trente jours par an. La demande est déposée au moins 1\u00a0000 heures à l’avance auprès "
    "de Camille Exemple. Les congés ne sont pas reportables après le 31 mai 2027. "
    "Le télétravail est interdit le lundi. La prime est de 12\u00a0% du salaire."
)
REMOTE = (
    "Employees may work from home two days a week. Requests must be sent before 1 March 2026 to "
    "the Paris office. The allowance is €1,500 per year. Visitors are not allowed in the lab."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Chaque salarié acquiert 2.5 jours ouvrables de congés payés par mois de travail.",
        "Un salarié acquiert 30 jours de congés payés par an.",
        "La demande de congés est déposée 1000 heures à l’avance [1].",
        "La demande est déposée auprès de Camille Exemple.",
        "Les congés ne sont plus reportables après le 31/05/2027.",
        "La prime est de 12 pour cent du salaire.",
        "Le télétravail n’est pas autorisé le lundi.",
    ],
)
def test_a_sentence_in_other_words_is_carried(sentence: str) -> None:
    assert support(sentence, [LEAVE], FR).supported, support(sentence, [LEAVE], FR)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Chaque salarié acquiert 3,5 jours ouvrables de congés payés par mois.", "number 3,5"),
        ("Chaque salarié acquiert vingt jours de congés payés par an.", "number vingt"),
        ("La demande est déposée au moins 1\u00a0200 heures à l’avance.", "number 1 200"),
        ("Chaque salarié acquiert 30 heures de congés payés par an.", "number 30"),
        ("Les congés ne sont pas reportables après le 30 mai 2027.", "date 05-30"),
        ("Les congés ne sont pas reportables après le 31 mai 2028.", "date 2028-05-31"),
        ("La demande est déposée auprès de Dominique Exemple.", "name Dominique"),
        ("Les congés sont reportables après le 31 mai 2027.", "negation"),
        ("Le télétravail est autorisé le lundi.", "negation"),
        ("La prime est de 12 jours du salaire.", "number 12"),
        ("La demande est déposée au plus 1 000 heures à l’avance.", "opposite"),
        ("Le parking est gratuit pour tous les visiteurs du siège.", "words"),
    ],
)
def test_an_altered_sentence_is_not_carried(sentence: str, missing: str) -> None:
    found = support(sentence, [LEAVE], FR)

    assert not found.supported
    assert missing in found.missing


@pytest.mark.parametrize(
    "sentence",
    [
        "Employees may work two days a week from home.",
        "Employees may work from home 2 days a week.",
        "Send requests before March 1, 2026 to the Paris office.",
        "The allowance is 1500 euros per year.",
    ],
)
def test_english_is_equal(sentence: str) -> None:
    assert support(sentence, [REMOTE], EN).supported, support(sentence, [REMOTE], EN)


@pytest.mark.parametrize(
    "sentence",
    [
        "Employees may work from home three days a week.",
        "Requests must be sent after 1 March 2026 to the Paris office.",
        "Requests must be sent before 1 April 2026 to the Paris office.",
        "Requests must be sent before 1 March 2026 to the Lyon office.",
        "The allowance is €1,600 per year.",
        "Visitors are allowed in the lab.",
    ],
)
def test_english_alterations_are_not_carried(sentence: str) -> None:
    assert not support(sentence, [REMOTE], EN).supported


@given(
    st.lists(
        st.text(st.sampled_from("abéÉ 0123,.%€'’-\u00a0[]()A"), min_size=1, max_size=40),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_a_sentence_quoted_whole_is_always_carried(lines: list[str], data: st.DataObject) -> None:
    passage = "\n".join(lines)
    spans = [(a, b) for a, b in split(passage) if any(map(str.isalnum, passage[a:b]))]
    if not spans:
        return
    start, end = data.draw(st.sampled_from(spans))

    found = support(f"{passage[start:end]} [1]", ["autre chose", passage], FR)

    assert found.supported or "[" in passage  # brackets may be read as a citation


def test_a_quotation_cut_before_its_denial_is_not_carried() -> None:
    source = "Les congés sont reportables, mais cela n’est pas le cas des RTT."

    assert support(source, [source], FR).score == 1.0
    assert not support("Les RTT sont reportables.", [source], FR).supported


def test_without_a_source_nothing_is_carried() -> None:
    assert not support("Bonjour à tous.", [], FR).supported
    assert not support("", ["Bonjour"], FR).supported
    assert not support("Oui.", ["Non, jamais."], FR).supported
