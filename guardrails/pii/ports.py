"""What finds personal data, and the kinds it tells apart."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from guardrails.verdicts import Finding
from models.ports import Language


class Kind(StrEnum):
    """Identifiers, the most telling first: where two overlap, the first one names the whole."""

    NIR = "NIR"  # the French social security number: sex, birth month and place
    IBAN = "IBAN"
    CARD = "CARD"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    IP = "IP"

    @property
    def rank(self) -> int:
        return tuple(Kind).index(self)


class PersonalData(Protocol):
    """Finds personal data in a text."""

    def find(self, text: str, language: Language) -> tuple[Finding, ...]:
        """Findings in order, none overlapping another; positions in characters of `text`.

        Lines are independent, and so are stretches between a sentence's end and the next
        sentence: a text may be read piece by piece along them.
        """
        ...
