"""Where the house holds nothing about a question, no generator is asked: the nearest is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from adapters import ScriptedGenerator
from demo import asked_by, employee

from models.ports import Language, Prompt
from server.audit.log import SealedOutcome
from server.outcomes import Abstained, Answered
from server.retrieval import Wanted
from server.wiring import Vigie

FOREIGN = "Comment Napoléon perdit-il à Waterloo face aux troupes prussiennes de Blücher ?"
KNOWN = "combien de jours de congés payés par an"

pytestmark = pytest.mark.slow


def forbidden(_prompt: Prompt) -> list[str]:
    raise AssertionError("a generator was asked")


def outcome(house: Vigie, question: str) -> SealedOutcome:
    asking = asked_by(employee(house), question)
    last = list(house.answering.answer(asking))[-1]
    assert isinstance(last, SealedOutcome)
    return last


def test_a_question_about_nothing_in_the_house_reaches_no_generator(demo_house: Vigie) -> None:
    demo_house.answering.engines.generator.replace(ScriptedGenerator(forbidden))

    sealed = outcome(demo_house, FOREIGN)

    assert isinstance(sealed.outcome, Abstained)
    assert not sealed.outcome.relevant
    assert sealed.outcome.passages  # the nearest, for whoever wants to look
    assert sealed.facts["relevance"] < demo_house.answering.retrieval.rule.least  # type: ignore[operator]


def test_a_question_about_the_house_is_answered(demo_house: Vigie) -> None:
    assert isinstance(outcome(demo_house, KNOWN).outcome, Answered)


def test_a_search_shows_the_nearest_and_says_that_it_is_no_more(demo_house: Vigie) -> None:
    person = employee(demo_house)

    found = demo_house.searching.look(Wanted(FOREIGN, Language.FRENCH), person, 5).found

    assert len(found.hits) == 5
    assert not found.relevant


def test_the_house_may_ask_for_less(demo_house: Vigie) -> None:
    retrieval = demo_house.answering.retrieval
    always = replace(retrieval, rule=replace(retrieval.rule, least=0.0))
    house = replace(demo_house, answering=replace(demo_house.answering, retrieval=always))

    sealed = outcome(house, FOREIGN)

    assert not isinstance(sealed.outcome, Abstained) or sealed.outcome.relevant
