"""Masks a text that arrives in pieces exactly as the whole of it would be masked."""

from __future__ import annotations

import re

from guardrails.pii.placeholders import Placeholders
from guardrails.pii.ports import PersonalData
from models.ports import Language

# No identifier and no context reaches over these; the character behind shows that nothing
# that is still to come (an accent, a joiner) can change what stands before.
_CUT = re.compile(r"\n(?=[A-Za-z0-9])|[.!?] (?=[A-Za-z0-9])")


class StreamRedactor:
    """Holds a text back to its last safe cut, and lets out what stands before, masked."""

    def __init__(
        self, personal_data: PersonalData, placeholders: Placeholders, language: Language
    ) -> None:
        self._personal_data = personal_data
        self._placeholders = placeholders
        self._language = language
        self._issued = placeholders.issued()
        self._held = ""

    def feed(self, piece: str) -> str:
        """What may be shown now that this piece has come; often nothing."""
        searched = max(0, len(self._held) - 2)
        self._held += piece
        cut = max((found.end() for found in _CUT.finditer(self._held, searched)), default=0)
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._masked(ready) if ready else ""

    def close(self) -> str:
        """The rest, when nothing more will come."""
        rest, self._held = self._held, ""
        return self._masked(rest)

    def _masked(self, text: str) -> str:
        found = self._personal_data.find(text, self._language)
        return self._placeholders.mask(text, found, self._issued)
