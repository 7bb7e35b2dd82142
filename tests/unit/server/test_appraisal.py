"""Whole answers are judged by their sources and facts, on a record that is not the house's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from adapters import ScriptedGenerator, quoting
from demo import employee

from models.ports import Prompt
from server.answering import Answering
from server.appraisal import Appraisal, appraised, holds
from server.errors import InvalidInputError
from server.evaluation import JudgedQuestion
from server.lazy import Lazy
from server.outcomes import Mode
from server.wiring import Vigie

TELEWORK = JudgedQuestion(
    question="Combien de jours de télétravail par semaine ?",
    relevant=("ressources-humaines/teletravail-2026.docx",),
    facts=(("trois jours", "three days"), "quarante jours"),
)
FOREIGN = JudgedQuestion(question="recette de la pâte à crêpes", relevant=())


@pytest.mark.parametrize(
    ("text", "fact", "held"),
    [
        ("Vous avez Vingt-cinq jours.", "vingt-cinq JOURS", True),
        ("Au plus 1 200 € par an", "1 200 €", True),
        ("dix jours", ("dix jours", "10 jours"), True),
        ("10 jours", ("dix jours", "10 jours"), True),
        ("110 jours", "10 jours", False),
        ("", "10 jours", False),
    ],
)
def test_a_fact_is_held_word_for_word(text: str, fact: str | tuple[str, ...], held: bool) -> None:
    assert holds(text, fact) is held


@pytest.mark.slow
def test_sources_facts_and_abstention_are_counted(demo_house: Vigie) -> None:
    found = asked(demo_house, demo_house.answering, TELEWORK, FOREIGN)

    assert found.outcomes == {"abstained": 1, "answered": 1}
    for share in (found.answered, found.sourced, found.abstained, found.spoken):
        assert share is not None
        assert (share.hits, share.of) == (1, 1)
    assert found.told is not None
    assert (found.told.hits, found.told.of) == (1, 2)
    assert found.questions[0].told == (True, False)


@pytest.mark.slow
def test_a_model_that_invents_is_seen_to(demo_house: Vigie) -> None:
    def inventing(_prompt: Prompt) -> Iterable[str]:
        yield "Vous avez droit à trois cents jours de télétravail par semaine [1]. "

    found = asked(demo_house, by(demo_house, inventing), TELEWORK)

    assert found.answered is not None
    assert found.answered.hits == 0
    assert found.withheld is not None
    assert (found.withheld.hits, found.withheld.of) == (1, 1)
    assert found.sourced is None


@pytest.mark.slow
def test_an_appraisal_puts_no_answer_on_the_record_of_the_house(demo_house: Vigie) -> None:
    before = demo_house.record.answered()

    asked(demo_house, by(demo_house, quoting), TELEWORK)

    assert demo_house.record.answered() == before


@pytest.mark.slow
def test_a_stopped_house_is_not_appraised(demo_house: Vigie) -> None:
    demo_house.switching.tighten(Mode.OFF, "panne", demo_house.operator)

    with pytest.raises(InvalidInputError, match="off"):
        asked(demo_house, demo_house.answering, TELEWORK)


def test_no_question_is_an_error(house: Vigie) -> None:
    with pytest.raises(InvalidInputError, match="no question"):
        asked(house, house.answering)


def by(house: Vigie, script: object) -> Answering:
    generator = ScriptedGenerator(script)  # type: ignore[arg-type]
    engines = replace(house.answering.engines, generator=Lazy(lambda: generator))
    return replace(house.answering, engines=engines)


def asked(house: Vigie, answering: Answering, *questions: JudgedQuestion) -> Appraisal:
    return appraised(answering, questions, employee(house), lambda _done, _of: None)
