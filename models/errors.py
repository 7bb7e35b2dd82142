"""What can go wrong with a model.

ModelsError
 ├── ModelUnavailableError     there is no such model, or it cannot be loaded
 │    ├── HubUnreachableError    the hub does not answer, or the connection to it was cut
 │    └── ModelUnreachableError  no connection to a model server can be made
 ├── ModelDigestError          the file is not the one whose digest was pinned
 ├── ModelBusyError            the queue in front of the model is full
 └── WritingRevokedError       the permit to use a model was withdrawn
"""

from __future__ import annotations

from enum import StrEnum


class ModelsError(Exception):
    """The root of every failure in this room."""


class ModelUnavailableError(ModelsError):
    """There is no such model, or it cannot be loaded; the text says what to do."""


class HubUnreachableError(ModelUnavailableError):
    """The hub does not answer, or cut the connection: what has arrived is kept for the next try."""


class ModelUnreachableError(ModelUnavailableError):
    """No connection to a model server can be made: nothing was asked, another one may be."""


class ModelDigestError(ModelsError):
    """The file on disk is not the one whose digest was pinned."""


class ModelBusyError(ModelsError):
    """The bounded queue in front of the model is full; asking again later may succeed."""


class Revocation(StrEnum):
    """Why a permit to write was withdrawn."""

    STOPPED = "stopped"  # the switch left ON
    DEADLINE = "deadline"  # the answer took too long
    ABANDONED = "abandoned"  # nobody is reading any more
    SUSPENDED = "suspended"  # the asker lost their access


_SENTENCES = {
    Revocation.STOPPED: "The AI is stopped: no model may be called.",
    Revocation.DEADLINE: "The answer took too long.",
    Revocation.ABANDONED: "Nobody is reading any more.",
    Revocation.SUSPENDED: "The asker lost their access.",
}


class WritingRevokedError(ModelsError):
    """The permit to use a model was withdrawn, before it was called or between two tokens."""

    def __init__(self, reason: Revocation) -> None:
        super().__init__(_SENTENCES[reason])
        self.reason = reason
