"""Conversations: what the next question of one is understood by. Kept in memory only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from guardrails.charter.facts import sentences_of
from guardrails.charter.rules import REACH
from guardrails.pii.placeholders import Placeholders
from models.ports import Language
from server.access import Person
from server.following import follows, self_contained

KEPT = 1_000
HEARD = REACH - 1  # more would be read with no sentence of the next turn


def new_placeholders() -> Placeholders:
    return Placeholders(secrets.token_bytes(32))


@dataclass(slots=True)
class Conversation:
    """The same value keeps the same placeholder; a question that leans on another finds it."""

    placeholders: Placeholders = field(default_factory=new_placeholders)
    _before: str = ""
    heard: tuple[str, ...] = ()  # the latest sentences that were not refused, for the charter

    def whole(self, question: str, language: Language) -> str:
        """A screened question with what it leaves out; the next ones may lean on it."""
        said = self_contained(question, self._before, language)
        self.heard = (*self.heard, *sentences_of(question))[-HEARD:]
        if not follows(question, language):
            self._before = question
        return said


class Conversations:
    """The latest conversations; an old one starts again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()
        self._lock = Lock()

    def of(self, person: Person, conversation: str) -> Conversation:
        """The one a person has under a name; without a name, a new one."""
        if not conversation:
            return Conversation()
        with self._lock:
            found = self._kept.setdefault((person.id, conversation), Conversation())
            self._kept.move_to_end((person.id, conversation))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found
