"""Conversations: within one, the same value keeps the same placeholder. Kept in memory only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock

from guardrails.pii.placeholders import Placeholders
from server.access import Person

KEPT = 1_000


class Conversations:
    """The placeholders of the latest conversations; an old one starts its numbering again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Placeholders] = OrderedDict()
        self._lock = Lock()

    def placeholders(self, person: Person, conversation: str) -> Placeholders:
        """Those of this person's conversation; without a conversation, new ones."""
        if not conversation:
            return new_placeholders()
        with self._lock:
            found = self._kept.setdefault((person.id, conversation), new_placeholders())
            self._kept.move_to_end((person.id, conversation))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found


def new_placeholders() -> Placeholders:
    return Placeholders(secrets.token_bytes(32))
