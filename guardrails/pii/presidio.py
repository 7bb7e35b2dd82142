"""Presidio behind our port: our identifiers as its recogniser, and whatever an operator adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from guardrails.pii.ports import PersonalData
from guardrails.pii.structured import StructuredIdentifiers, settled
from guardrails.verdicts import Finding
from models.ports import Language

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer


class PresidioPersonalData(PersonalData):
    """Presidio's engine without a model and without its own recognisers.

    Its own ones know no French number, miss no-break spaces, and skip a pattern that takes too
    long. `more` are recognisers of the operator's, one for each language they speak.
    """

    def __init__(self, more: Sequence[EntityRecognizer] = ()) -> None:
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NoOpNlpEngine

        languages = [language.value for language in Language]
        ours = [_recogniser(language) for language in Language]
        self._engine = AnalyzerEngine(
            registry=RecognizerRegistry([*ours, *more], supported_languages=languages),
            nlp_engine=NoOpNlpEngine([{"lang_code": one, "model_name": ""} for one in languages]),
            supported_languages=languages,
        )

    def find(self, text: str, language: Language) -> tuple[Finding, ...]:
        """Raises whatever a recogniser raises: a text not scanned to its end is not passed on."""
        results = self._engine.analyze(text, language.value)
        return tuple(
            settled(Finding(one.entity_type, one.start, one.end, one.score) for one in results)
        )


def _recogniser(language: Language) -> EntityRecognizer:
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    from guardrails.pii.ports import Kind

    identifiers = StructuredIdentifiers()

    class FrenchAndEnglishIdentifiers(EntityRecognizer):
        """One pass for every kind, instead of one recogniser for each."""

        def load(self) -> None:
            """Nothing to load."""

        def analyze(
            self,
            text: str,
            entities: Sequence[str],
            nlp_artifacts: Any,  # noqa: ARG002 - Presidio passes it; no model made any
        ) -> list[RecognizerResult]:
            return [
                RecognizerResult(one.kind, one.start, one.end, one.score)
                for one in identifiers.find(text, language)
                if one.kind in entities
            ]

    return FrenchAndEnglishIdentifiers(
        supported_entities=[kind.value for kind in Kind], supported_language=language.value
    )
