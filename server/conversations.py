"""Conversations: what the next question of one is understood by. Kept in memory only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from guardrails.charter.facts import sentences_of
from guardrails.charter.rules import REACH
from guardrails.pii.placeholders import Keeping, Placeholders
from guardrails.pii.vault import Scope, Vault
from models.ports import Language
from server.access import Person
from server.following import follows, self_contained

KEPT = 1_000
ANSWERS = 5_000  # whose marks can be opened, while the vault has what they stand for
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
    """The latest conversations; an old one starts again.

    What is typed in a conversation with a name can be shown again to the one who typed it, for
    as long as the vault keeps it.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()
        self._answers: OrderedDict[str, tuple[str, Placeholders]] = OrderedDict()
        self._lock = Lock()

    def of(self, person: Person, conversation: str) -> Conversation:
        """The one a person has under a name; without a name, a new one."""
        if not conversation:
            return Conversation()
        with self._lock:
            found = self._kept.get((person.id, conversation)) or self._new(person, conversation)
            self._kept[person.id, conversation] = found
            self._kept.move_to_end((person.id, conversation))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found

    def remember(self, record: str, person: Person, conversation: Conversation) -> None:
        """Whose answer this is, and what its marks stand for."""
        with self._lock:
            self._answers[record] = (person.id, conversation.placeholders)
            while len(self._answers) > ANSWERS:
                self._answers.popitem(last=False)

    def own_words(self, text: str, person: Person, record: str) -> str:
        """A text of an answer's record as its asker typed it; as it stands there for anybody else.

        The marks of this very answer alone: those of another conversation mean other values.
        """
        with self._lock:
            asker, placeholders = self._answers.get(record, ("", None))
        mine = placeholders is not None and asker == person.id
        return placeholders.own_words(text) if placeholders and mine else text

    def _new(self, person: Person, conversation: str) -> Conversation:
        keeping = Keeping(self._vault, Scope(person.id, conversation))
        return Conversation(Placeholders(secrets.token_bytes(32), keeping))
