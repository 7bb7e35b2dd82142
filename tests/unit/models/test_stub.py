"""The stub says what it is: in a warning, in the log and in every answer."""

from __future__ import annotations

import logging

import pytest
from writings import Granted

from models.ports import Language, Prompt, Source
from models.stub import StubGenerator, StubWarning


def test_building_the_stub_warns_each_time(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with pytest.warns(StubWarning):
                StubGenerator()

    assert len(caplog.records) == 2


@pytest.mark.parametrize(
    ("language", "label"),
    [(Language.FRENCH, "Réponse d’essai\u00a0:"), (Language.ENGLISH, "Trial answer:")],
)
def test_every_answer_is_labelled_and_quotes_the_first_source(
    language: Language, label: str
) -> None:
    with pytest.warns(StubWarning):
        stub = StubGenerator()
    sources = (Source(1, "T", "Une phrase. Une autre."), Source(2, "U", "Rien."))

    pieces = list(stub.write(Prompt("s", sources, "q", language), Granted()))

    assert pieces == [f"{label} Une phrase. [1]\n"]


def test_without_sources_the_stub_abstains() -> None:
    with pytest.warns(StubWarning):
        stub = StubGenerator()

    assert list(stub.write(Prompt("s", (), "q", Language.FRENCH), Granted())) == []
