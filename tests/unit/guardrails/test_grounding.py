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
    assert missing in (*found.missing, *(one.split()[0] for one in found.missing))


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


NOTICE = (
    "Le préavis est de 3 mois pour un cadre. Le préavis est de 1 mois pour un employé. "
    "La période d’essai est de 4 mois pour un cadre et de 2 mois pour un employé. "
    "La prime est versée en mai 2020, à partir du 1 er mai, par l’employeur au salarié. "
    "Le salarié peut reporter ses congés. Il doit prévenir avant le 12 juin. "
    "Si vous n’avez pas de badge, vous ne pouvez pas entrer dans le hall. "
    "Tous les employés de nuit ont une prime, certains employés de jour aussi."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Pour un cadre, le préavis est de 3 mois.",
        "Un employé a un préavis de 1 mois.",
        "La période d’essai est, pour un employé, de 2 mois.",
        "Pour un cadre, la période d’essai est de 4 mois.",
        "L’employeur verse au salarié la prime en mai 2020, à partir du 1er mai.",
        "Le salarié peut reporter les congés.",
        "Il doit prévenir avant le 12 juin pour ses congés.",
        "Vous ne pouvez pas entrer dans le hall si vous n’avez pas de badge.",
    ],
)
def test_a_figure_a_negation_and_a_turning_word_may_move_with_what_they_are_said_of(
    sentence: str,
) -> None:
    assert support(sentence, [NOTICE], FR).supported, support(sentence, [NOTICE], FR)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Le préavis est de 1 mois pour un cadre.", "number 1"),
        ("Le préavis est de 3 mois pour un employé.", "number 3"),
        ("Pour un cadre, la période d’essai est de 2 mois.", "number 2"),
        (
            "La période d’essai est de 2 mois pour un cadre et de 4 mois pour un employé.",
            "number 2",
        ),
        ("Le préavis est de 3 ans pour un cadre.", "number 3"),
        ("La prime est versée en juin 2020, par l’employeur au salarié.", "date 2020-06"),
        ("La prime est versée en mai 2021, par l’employeur au salarié.", "date 2021-05"),
        ("La prime est versée en juin, par l’employeur au salarié.", "date 06"),
        ("La prime est versée à partir du 1 er décembre, au salarié.", "date 12-01"),
        ("La prime est versée à partir du 12 juin, au salarié.", "date 06-12"),
        ("La prime est versée en mai 2020, par le salarié au salarié.", "opposite"),
        ("Le salarié doit reporter ses congés.", "opposite"),
        ("L’employeur peut reporter ses congés.", "opposite"),
        ("Il doit prévenir après le 12 juin.", "opposite"),
        ("Si vous avez de badge, vous ne pouvez pas entrer dans le hall.", "negation"),
        ("Si vous n’avez pas de badge, vous pouvez entrer dans le hall.", "negation"),
        ("Certains employés de nuit ont une prime.", "opposite"),
    ],
)
def test_what_is_said_of_something_else_is_not_carried(sentence: str, missing: str) -> None:
    found = support(sentence, [NOTICE], FR)

    assert not found.supported
    assert missing in (*found.missing, *(one.split()[0] for one in found.missing))


def test_a_denial_in_small_words_alone_is_a_denial() -> None:
    source = "On peut, dans ce cas, reporter ses congés de printemps."

    assert support("Dans ce cas, on peut reporter ses congés de printemps.", [source], FR).supported
    assert not support("On ne peut pas, reporter ses congés de printemps.", [source], FR).supported
    assert not support("Reporter ses congés, on ne le peut pas.", [source], FR).supported


RULES = (
    "Managers may carry over 10 days. Staff must carry over 5 days before March 2026. "
    "All visitors sign in, some employees do not."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Managers may carry over 5 days.",
        "Managers must carry over 10 days.",
        "Staff must carry over 5 days before April 2026.",
        "Staff must carry over 5 days after March 2026.",
        "Some visitors sign in.",
    ],
)
def test_english_figures_and_words_are_held_to_their_place(sentence: str) -> None:
    assert not support(sentence, [RULES], EN).supported


FACTS = (
    "Le remboursement est plafonné à 1 500 € par an, soit 1,5 million d’euros pour la société. "
    "Faites la demande avec le formulaire 12819*05, selon l’article L. 1132-1 du code du travail. "
    "Le stage dure deux ans et demi. La réponse vient sous 48 heures, ou 90 minutes en urgence. "
    "Un mois de préavis est dû. Le guichet ouvre le lundi matin à Rennes. "
    "L’employeur informe le salarié. Le congé est de 12 mois, sauf accord du responsable."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Le remboursement est plafonné à 1500 euros par an.",
        "Pour la société, c’est 1 500 000 euros.",
        "Le stage dure 2,5 ans.",
        "La réponse vient sous 48 heures, ou 1,5 heure en urgence.",
        "Le préavis dû est de 1 mois.",
        "Le congé est d’un an, sauf accord du responsable.",
        "Le congé est de douze mois, sauf accord du responsable.",
        "Le salarié est informé par l’employeur.",
        "À Rennes, le guichet ouvre le lundi matin.",
        "Adressez la demande avec le formulaire 12819*05.",
    ],
)
def test_the_same_quantity_and_the_same_fact_in_other_words_is_carried(sentence: str) -> None:
    assert support(sentence, [FACTS], FR).supported, support(sentence, [FACTS], FR)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Le remboursement est plafonné à 1 500 $ par an.", "number 1 500"),
        ("Le remboursement est plafonné à 1 500 € par mois.", "number 1 500"),
        ("Le plafond pour la société est de 1,5 milliard d’euros.", "number 1,5"),
        ("La demande se fait avec le formulaire 12819*06.", "number 06"),
        ("C’est l’article L. 1132-2 du code du travail.", "number 2"),
        ("Le stage dure deux ans.", "number deux"),
        ("La réponse vient sous 2 jours.", "number 2"),
        ("Deux mois de préavis sont dus.", "number deux"),
        ("Le guichet ouvre le mardi matin à Rennes.", "opposite mardi"),
        ("Le guichet ouvre le lundi soir à Rennes.", "opposite soir"),
        ("Le guichet ouvre demain à Rennes.", "word demain"),
        ("Le guichet ouvre seulement le lundi matin à Rennes.", "word seulement"),
        ("Le salarié informe l’employeur.", "opposite parties"),
        ("L’employeur est informé par le salarié.", "opposite parties"),
        ("Nantes : le guichet ouvre le lundi matin.", "name Nantes"),
    ],
)
def test_another_quantity_or_fact_is_named(sentence: str, missing: str) -> None:
    found = support(sentence, [FACTS], FR)

    assert not found.supported
    assert missing in found.missing


def test_two_sentences_in_one_may_come_from_two_passages() -> None:
    passages = ["Le badge est rendu le dernier jour du contrat.", "Le casier est vidé le matin."]

    joined = "Le badge est rendu le dernier jour du contrat et le casier est vidé le matin."
    assert support(joined, passages, FR).supported
    assert not support(joined.replace("matin", "soir"), passages, FR).supported
    assert not support(joined.replace("dernier", "premier"), passages, FR).supported


def test_a_sentence_too_long_to_be_weighed_is_carried_only_as_a_quotation() -> None:
    long = "Le montant est de " + "12 euros et de " * 200 + "12 euros."

    assert support(long, [long], FR).supported
    assert support(long, [long.replace("est", "sera")], FR).missing == ("quotation",)


def test_a_quotation_cut_before_its_denial_is_not_carried() -> None:
    source = "Les congés sont reportables, mais cela n’est pas le cas des RTT."

    assert support(source, [source], FR).score == 1.0
    assert not support("Les RTT sont reportables.", [source], FR).supported


def test_without_a_source_nothing_is_carried() -> None:
    assert not support("Bonjour à tous.", [], FR).supported
    assert not support("", ["Bonjour"], FR).supported
    assert not support("Oui.", ["Non, jamais."], FR).supported
