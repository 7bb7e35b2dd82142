"""The desk: a question left for a person, and the person's answer, both without any model."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from guardrails import form
from guardrails.chain import Guards
from models.ports import Language
from models.words import guess_language
from server.access import Person, Right, check, pseudonym
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.conversations import new_placeholders
from server.errors import InvalidInputError
from server.lazy import Lazy
from server.store.desk import DeskRows, LeftQuestion

LONGEST_ANSWER = 10_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes questions from people and gives them answers by people."""

    rows: DeskRows
    guards: Lazy[Guards]
    record: AuditLog
    secret: bytes
    clock: Callable[[], datetime]

    def leave(self, text: str, asker: Person, language: Language) -> LeftQuestion:
        """Raises InvalidInputError for a text the guards refuse by its form or the charter."""
        check(asker, Right.ASK)
        verdict = self.guards.get().screen_question(text, new_placeholders(), language)
        if verdict.refused:
            raise InvalidInputError(verdict.violations[0].message.spoken(language))
        question = LeftQuestion(secrets.token_urlsafe(9), asker.id, verdict.text, self._now())
        self.record.append(
            Event(
                EventKind.QUESTION_LEFT,
                question.id,
                asker.pseudonym,
                content={"question": question.text},
                owner=asker.pseudonym,
            )
        )
        self.rows.leave(question)
        return question

    def waiting(self, by: Person) -> list[LeftQuestion]:
        check(by, Right.ANSWER_PEOPLE)
        return self.rows.waiting()

    def of(self, asker: Person) -> list[LeftQuestion]:
        return self.rows.of(asker.id)

    def answer(self, question: LeftQuestion, text: str, by: Person) -> None:
        """On the record, masked, before the asker can read it as the person wrote it.

        Raises InvalidInputError, NotFoundError when it was answered meanwhile.
        """
        check(by, Right.ANSWER_PEOPLE)
        if not text.strip() or len(text) > LONGEST_ANSWER or "\0" in text:
            raise InvalidInputError(f"An answer has 1 to {LONGEST_ANSWER} characters.")
        self.record.append(
            Event(
                EventKind.QUESTION_ANSWERED,
                question.id,
                by.pseudonym,
                content={"answer": self.guards.get().mask(text.strip(), guess_language(text))},
                owner=pseudonym(self.secret, question.asker),
            )
        )
        self.rows.answer(question.id, text.strip(), by.name, self._now())

    def erase(self, asker: Person) -> None:
        """Forget every question a person left."""
        self.rows.erase(asker.id)

    def masked(self, text: str) -> str:
        """A remark without its personal data, for the record. Raises InvalidInputError."""
        if form.faults(text):
            raise InvalidInputError("A remark is a text without control characters.")
        return self.guards.get().mask(text, guess_language(text))

    def _now(self) -> datetime:
        return self.clock().astimezone(UTC).replace(tzinfo=None)
