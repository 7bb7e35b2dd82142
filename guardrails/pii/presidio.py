"""Our identifiers as a recogniser of Presidio's, and Presidio's engine behind our port.

For a Presidio of one's own: `registry.add_recognizer(recogniser("fr"))`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from guardrails.pii.ports import Kind, PersonalData, Told
from guardrails.pii.repeats import told
from guardrails.pii.scan import IdentifiersAndNames, settled
from guardrails.verdicts import Finding
from models.ports import Language

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer
    from presidio_analyzer.nlp_engine import NlpEngine

_THEIRS = {
    Kind.EMAIL: "EMAIL_ADDRESS",
    Kind.PHONE: "PHONE_NUMBER",
    Kind.IBAN: "IBAN_CODE",
    Kind.CARD: "CREDIT_CARD",
    Kind.IP: "IP_ADDRESS",
    Kind.MAC: "MAC_ADDRESS",
    Kind.SSN: "US_SSN",
    Kind.NHS: "UK_NHS",
    Kind.NINO: "UK_NINO",
    Kind.NIR: "FR_NIR",
    Kind.ADDRESS: "ADDRESS",
    Kind.PERSON: "PERSON",
}
ENTITIES = {kind: _THEIRS.get(kind, f"FR_{kind}") for kind in Kind}
"""What Presidio calls our kinds; where it has no name, ours behind "FR_"."""
_KINDS = {entity: kind for kind, entity in ENTITIES.items()}


class PresidioPersonalData(PersonalData):
    """Presidio's engine without its own recognisers, for a house that adds some.

    Its own ones know no French number, miss no-break spaces, and skip a pattern that takes too
    long. `more` are recognisers of the operator's, one for each language they speak; `engine`
    is a language model they lean on, none by default.
    """

    def __init__(
        self, more: Sequence[EntityRecognizer] = (), engine: NlpEngine | None = None
    ) -> None:
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NoOpNlpEngine

        self._ours = IdentifiersAndNames()
        languages = [language.value for language in Language]
        ours = [recogniser(language) for language in languages]
        none = NoOpNlpEngine([{"lang_code": one, "model_name": ""} for one in languages])
        self._engine = AnalyzerEngine(
            registry=RecognizerRegistry([*ours, *more], supported_languages=languages),
            nlp_engine=engine or none,
            supported_languages=languages,
        )

    def find(
        self, text: str, language: Language, said: Collection[Told] = ()
    ) -> tuple[Finding, ...]:
        """Raises whatever a recogniser raises: a text not scanned to its end is not passed on."""
        found = [
            Finding(_KINDS.get(one.entity_type, one.entity_type), one.start, one.end, one.score)
            for one in self._engine.analyze(text, language.value)
        ]
        known = told(text, found).union(said)
        again = self._ours.find(text, language, known) if known else ()
        return tuple(settled((*found, *again)))

    def open_from(self, text: str) -> int:
        """Nobody knows what an operator's recogniser waits for: the text is held to its end."""
        del text
        return 0


def recogniser(language: str) -> EntityRecognizer:
    """One recogniser of every kind, in one pass; it needs no model and no words of context."""
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    ours = IdentifiersAndNames()

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
            found = ours.find(text, Language.FRENCH)  # the scan is of both languages
            return [
                RecognizerResult(ENTITIES[Kind(one.kind)], one.start, one.end, one.score)
                for one in found
                if ENTITIES[Kind(one.kind)] in entities
            ]

    return FrenchAndEnglishIdentifiers(
        supported_entities=list(ENTITIES.values()), supported_language=language
    )
