"""Finds personal data in what is read and said, and hides it behind marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from guardrails.pii.placeholders import Placeholders
from guardrails.pii.policy import Clear
from guardrails.pii.ports import PersonalData
from guardrails.pii.repeats import told
from guardrails.text import Rewritten
from guardrails.verdicts import Finding
from models.ports import Language, Source

Kept = Mapping[int, Sequence[str]]
"""For the number of a source, the kinds of personal data that stand in clear in it."""

NOTHING_KEPT: Kept = {}


class Masking:
    """What every guard asks of personal data."""

    def __init__(self, personal_data: PersonalData) -> None:
        self._personal_data = personal_data

    def found(
        self, text: str, language: Language, *, backwards: bool = False
    ) -> tuple[Finding, ...]:
        """What a text tells once is known from there on; `backwards`, before that place too."""
        found = self._personal_data.find(text, language)
        known = told(text, found) if backwards else ()
        return self._personal_data.find(text, language, known) if known else found

    def found_but(self, clear: Clear, text: str, language: Language) -> tuple[Finding, ...]:
        """The same without the values that may be said."""
        return tuple(one for one in self.found(text, language) if not clear.holds(text, one))

    def all_but(
        self, clear: Clear, text: str, placeholders: Placeholders, language: Language
    ) -> str:
        """A text with everything hidden but the values that may be said."""
        return hidden(Rewritten(text, ()), self.found_but(clear, text, language), placeholders)[
            0
        ].text

    def clear(self, cited: Sequence[Source], language: Language, kept: Kept) -> Clear:
        """What these sources say of the kinds that stand in clear in them."""
        said = (
            Clear.of(one.text, self.found(one.text, language, backwards=True), kept[one.n])
            for one in cited
            if kept.get(one.n)
        )
        return Clear(frozenset().union(*(one.values for one in said)))


def hidden(
    text: Rewritten,
    found: Sequence[Finding],
    placeholders: Placeholders,
    *,
    typed: bool = False,
    nameless: Collection[str] = (),
) -> tuple[Rewritten, tuple[Finding, ...]]:
    """The text without what was found in it, and the findings on the very first original."""
    issued = placeholders.issued()
    alike = placeholders.look_alikes(text.text, issued)
    marks = placeholders.replacements(text.text, found, issued, typed=typed, nameless=nameless)
    return text.then(marks), tuple(traced(one, text) for one in (*found, *alike))


def traced(found: Finding, text: Rewritten) -> Finding:
    """The finding where it stands in the very first original."""
    start, end = text.original_span(found.start, found.end)
    return replace(found, start=start, end=end)
