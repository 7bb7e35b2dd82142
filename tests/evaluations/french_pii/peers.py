"""The tools that are measured side by side: Vigie, and Presidio in two ways."""

from __future__ import annotations

from collections.abc import Callable

from evaluations.french_pii.scoring import Found

from guardrails.pii import StructuredIdentifiers
from models.ports import Language

Tool = Callable[[str], list[Found]]

_NAMES = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "IBAN_CODE": "IBAN",
    "CREDIT_CARD": "CARD",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
}
_OVERSEAS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")


def vigie() -> Tool:
    identifiers = StructuredIdentifiers()

    def find(text: str) -> list[Found]:
        found = identifiers.find(text, Language.FRENCH)
        return [(one.kind, one.start, one.end) for one in found]

    return find


def presidio(*, well_configured: bool) -> Tool:
    """Its French defaults without a model; or with what its users are told to add for French.

    Well configured: cards for French, telephones of France and its overseas regions only, no
    recogniser of URLs or dates.
    """
    import tldextract.tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, PhoneRecognizer

    # As it comes, its e-mail recogniser fetches the list of public suffixes from the Internet.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    engine = NoOpNlpEngine([{"lang_code": "fr", "model_name": ""}])
    engine.load()
    registry = RecognizerRegistry(supported_languages=["fr"])
    registry.load_predefined_recognizers(languages=["fr"], nlp_engine=engine)
    left_out = ("Spacy", "Url", "Phone", "Date") if well_configured else ("Spacy",)
    registry.recognizers = [
        one for one in registry.recognizers if not any(name in one.name for name in left_out)
    ]
    if well_configured:
        registry.add_recognizer(CreditCardRecognizer(supported_language="fr"))
        registry.add_recognizer(
            PhoneRecognizer(supported_language="fr", supported_regions=_OVERSEAS)
        )
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["fr"])

    def find(text: str) -> list[Found]:
        return [
            (_NAMES.get(one.entity_type, one.entity_type), one.start, one.end)
            for one in analyzer.analyze(text, "fr")
        ]

    return find


TOOLS: dict[str, Callable[[], Tool]] = {
    "Vigie": vigie,
    "Presidio as it comes": lambda: presidio(well_configured=False),
    "Presidio well configured": lambda: presidio(well_configured=True),
}
