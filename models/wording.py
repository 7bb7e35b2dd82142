"""One message in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from models.ports import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """The same sentence for French and for English readers."""

    fr: str
    en: str

    def spoken(self, language: Language) -> str:
        match language:
            case Language.FRENCH:
                return self.fr
            case Language.ENGLISH:
                return self.en
