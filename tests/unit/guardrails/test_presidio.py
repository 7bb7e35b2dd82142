"""Presidio behind our port says what our identifiers say, and takes an operator's recogniser."""

from __future__ import annotations

import pytest

from guardrails.pii import IdentifiersAndNames, PresidioPersonalData
from guardrails.pii.presidio import recogniser
from models.ports import Language

pytestmark = pytest.mark.slow

TEXTS = (
    "Écrivez à camille@exemple.fr ou au 06\u00a039\u00a098\u00a012\u00a034.",
    "IBAN FR76 3000 6000 0112 3456 7890 189, carte 4539 1488 0343 6467, poste 192.168.10.24",
    "NIR 1 85 05 78 006 084 91 et rien d’autre",
    "Aucune donnée ici.",
    "",
)


@pytest.fixture(scope="module")
def presidio() -> PresidioPersonalData:
    return PresidioPersonalData()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("text", TEXTS)
def test_presidio_finds_what_our_identifiers_find(
    presidio: PresidioPersonalData, text: str, language: Language
) -> None:
    assert presidio.find(text, language) == IdentifiersAndNames().find(text, language)


def test_an_operator_adds_a_recogniser_of_their_own() -> None:
    from presidio_analyzer import Pattern, PatternRecognizer

    badge = PatternRecognizer(
        "BADGE", patterns=[Pattern("badge", r"B-\d{5}", 0.8)], supported_language="fr"
    )

    found = PresidioPersonalData([badge]).find("Badge B-12345, a@b.fr", Language.FRENCH)

    assert [one.kind for one in found] == ["BADGE", "EMAIL"]


def test_a_recogniser_that_fails_lets_nothing_through() -> None:
    from presidio_analyzer import PatternRecognizer

    class Broken(PatternRecognizer):
        def analyze(self, *_: object, **__: object) -> list[object]:
            raise RuntimeError("no scan")

    broken = Broken("X", deny_list=["x"], supported_language="fr")

    with pytest.raises(RuntimeError):
        PresidioPersonalData([broken]).find("texte", Language.FRENCH)


def test_anybodys_presidio_takes_our_recogniser() -> None:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    registry = RecognizerRegistry(supported_languages=["fr"])
    registry.add_recognizer(recogniser("fr"))
    engine = NoOpNlpEngine([{"lang_code": "fr", "model_name": ""}])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["fr"])

    found = analyzer.analyze("NIR 1 85 05 78 006 084 91, a@b.fr", "fr", entities=["FR_NIR"])

    assert [(one.entity_type, one.start, one.end) for one in found] == [("FR_NIR", 4, 25)]
