"""What the record speaks of. Every kind is `source:subject:action`; the set is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class EventKind(StrEnum):
    """Every event that can stand on the record."""

    ANSWER_OPENED = "answer:question:open"
    SENTENCE_RELEASED = "answer:sentence:release"
    ANSWER_CLOSED = "answer:question:close"
    ANSWER_ABORTED = "answer:question:abort"

    LOGIN = "access:session:login"
    LOGIN_FAILED = "access:session:login-failed"
    LOGOUT = "access:session:logout"
    USER_ADDED = "access:user:add"
    USER_CHANGED = "access:user:change"
    USER_SUSPENDED = "access:user:suspend"
    KEY_CREATED = "access:key:create"
    CHARTER_ACCEPTED = "access:charter:accept"

    SWITCHED = "switch:mode:change"
    RESTART_REQUESTED = "switch:restart:request"

    COLLECTION_CHANGED = "ingest:collection:change"
    COLLECTION_REMOVED = "ingest:collection:remove"
    INGESTED = "ingest:collection:ingest"
    DOCUMENTS_JUDGED = "ingest:document:judge"

    RECORD_READ = "record:entry:read"
    RECORD_VERIFIED = "record:log:verify"
    RECORD_EXPORTED = "record:log:export"
    CHECKPOINT_SIGNED = "record:checkpoint:sign"
    PERSON_ERASED = "record:person:erase"

    ANSWER_REPORTED = "review:answer:report"
    ANSWER_REVIEWED = "review:answer:verdict"

    QUESTION_LEFT = "desk:question:leave"
    QUESTION_ANSWERED = "desk:question:answer"

    ANSWERS_APPRAISED = "models:answers:appraise"
    MODEL_PINNED = "models:model:pin"
    MODEL_CHOSEN = "models:model:choose"
    ADAPTER_ATTACHED = "models:adapter:attach"
    ADAPTER_DETACHED = "models:adapter:detach"
    EMBEDDER_ADAPTED = "models:embedder:adapt"
    EMBEDDER_RESTORED = "models:embedder:restore"
    MODEL_UNLOADED = "models:generator:unload"

    SERVER_STARTED = "server:process:start"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    `facts` stand in the chained header for as long as the record does: never personal data,
    never free text. `content` is what a person wrote or read: kept apart, bound to the header
    by a commitment, and erasable. `owner` is the pseudonym whose erasure takes the content away.
    """

    kind: EventKind
    subject: str  # what it is about: a record id, a collection, a user's pseudonym
    actor: str  # the pseudonym of who did it, or "system"
    facts: Mapping[str, Json] = field(default_factory=dict)
    content: Mapping[str, Json] | None = None
    owner: str = ""
