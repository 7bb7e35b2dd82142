"""Conversations: who may read again what was typed in one."""

from __future__ import annotations

from guardrails.pii import StructuredIdentifiers
from guardrails.pii.vault import Vault, bare
from models.ports import Language
from server.access import Person
from server.conversations import Conversations

TYPED = "odile@exemple.fr"


def person(name: str) -> Person:
    return Person(name, name, frozenset(), frozenset(), f"p-{name}")


def recorded(conversations: Conversations, who: Person, name: str) -> str:
    conversation = conversations.of(who, name)
    conversations.remember(f"record-{name}", who, conversation)
    placeholders = conversation.placeholders
    found = StructuredIdentifiers().find(TYPED, Language.FRENCH)
    ((_, _, mark),) = placeholders.replacements(TYPED, found, typed=True)
    return bare(mark)


def test_only_the_one_who_typed_it_reads_it_again_and_only_there() -> None:
    conversations = Conversations(Vault(lambda: 0.0))
    camille, paul = person("camille"), person("paul")
    text = recorded(conversations, camille, "c1")
    recorded(conversations, paul, "other")

    assert text == "[EMAIL_1]"
    assert conversations.own_words(text, camille, "record-c1") == TYPED
    assert conversations.own_words(text, camille, "record-c2") == text
    assert conversations.own_words(text, paul, "record-c1") == text


def test_without_a_name_nothing_is_kept() -> None:
    vault = Vault(lambda: 0.0)

    recorded(Conversations(vault), person("camille"), "")

    assert len(vault) == 0
