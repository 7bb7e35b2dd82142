"""Search: what a person may read, found by words and meaning, or by words alone when stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from guardrails.chain import Guards
from guardrails.form import LONGEST_QUESTION, faults
from guardrails.pii.ports import Kind
from ingest.index import Hit
from models.ports import Language
from models.words import without_placeholders
from server.access import Person, Right, audience_of, check
from server.errors import InvalidInputError
from server.lazy import Lazy
from server.retrieval import Found, Retrieval, Wanted


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and how much personal data was left out of the search, by kind."""

    found: Found
    redacted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Searching:
    """The search that goes on working without the AI."""

    retrieval: Retrieval
    guards: Lazy[Guards]

    def search(self, text: str, person: Person, language: Language, limit: int) -> list[Hit]:
        """The passages alone. Raises as `look` does."""
        return self.look(Wanted(text, language), person, limit).found.hits

    def look(self, wanted: Wanted, person: Person, limit: int) -> Looked:
        """Looks for what was typed without its personal data: no model or lexicon reads that.

        Raises AccessDeniedError, and InvalidInputError for a text that cannot be searched.
        """
        check(person, Right.ASK)
        if faults(wanted.question):
            raise InvalidInputError(
                f"A search has 1 to {LONGEST_QUESTION} characters, and no control characters."
            )
        screened = self.guards.get().masked(wanted.question, wanted.language)
        redacted = Counter(one.kind for one in screened.findings if one.kind in tuple(Kind))
        left = replace(wanted, question=without_placeholders(screened.text))
        if screened.findings and not any(map(str.isalnum, left.question)):
            return Looked(Found.nothing(left), redacted)
        return Looked(self.retrieval.find(left, audience_of(person), limit), redacted)
