"""Personal data: what it looks like, and the placeholders that stand for it."""

from guardrails.pii.placeholders import Placeholders
from guardrails.pii.ports import Kind, PersonalData
from guardrails.pii.presidio import PresidioPersonalData
from guardrails.pii.scan import IdentifiersAndNames, StructuredIdentifiers

__all__ = [
    "IdentifiersAndNames",
    "Kind",
    "PersonalData",
    "Placeholders",
    "PresidioPersonalData",
    "StructuredIdentifiers",
]
