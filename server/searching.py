"""Search: what a person may read, found by words and meaning, or by words alone when stopped."""

from __future__ import annotations

from dataclasses import dataclass

from guardrails.form import LONGEST_QUESTION, faults
from ingest.index import Hit
from models.ports import Language
from server.access import Person, Right, audience_of, check
from server.errors import InvalidInputError
from server.retrieval import Found, Retrieval, Wanted


@dataclass(frozen=True, slots=True)
class Searching:
    """The search that goes on working without the AI."""

    retrieval: Retrieval

    def search(self, text: str, person: Person, language: Language, limit: int) -> list[Hit]:
        """The passages alone. Raises as `look` does."""
        return self.look(Wanted(text, language), person, limit).hits

    def look(self, wanted: Wanted, person: Person, limit: int) -> Found:
        """Raises AccessDeniedError, and InvalidInputError for a text that cannot be searched."""
        check(person, Right.ASK)
        if faults(wanted.question):
            raise InvalidInputError(
                f"A search has 1 to {LONGEST_QUESTION} characters, and no control characters."
            )
        return self.retrieval.find(wanted, audience_of(person), limit)
