"""What crosses between the processes: plain data, checked on arrival, never code.

A child has read hostile bytes, so nothing that it says is believed further than its type:
JSON into dataclasses, and reasons only out of our own list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from ingest.archives import Member, Place, RefusedMember
from ingest.documents import Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from models.wording import Wording

T = TypeVar("T")
Listing = tuple[Member | RefusedMember, ...]

OUT_OF_MEMORY = 77
"""Exit status of a child that did not get the memory it asked for."""

NO_CHILD = 1024
"""Said in place of an exit status when no child could be made."""

READY = b"ready"

_ANSWER, _REFUSAL = b"A", b"R"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may take."""

    seconds: float = 600.0  # scanned pages take long, in processes beside the child
    cpu_seconds: int = 120  # of the child itself
    memory: int = 1024 * 1024 * 1024  # bytes
    reply: int = limits.REPLY  # bytes


@dataclass(frozen=True, slots=True)
class Request:
    """Read a file of this name; without one, list the members of an archive."""

    name: str | None
    inside: tuple[Place, ...] = ()


def packed(request: Request) -> bytes:
    return _requests().dump_json(request)


def unpacked(message: bytes) -> Request:
    return _requests().validate_json(message, strict=True)


def reading(said: Reading) -> bytes:
    """The reply that a file was read."""
    try:
        return _ANSWER + _readings().dump_json(said)
    except PydanticSerializationError:  # half a character, which no UTF-8 can say
        return _ANSWER + _readings().dump_json(_whole_characters(said))


def listing(found: Listing) -> bytes:
    """The reply that an archive was opened."""
    return _ANSWER + _listings().dump_json(found)


def refusal(reason: Wording) -> bytes:
    """The reply that nothing could be read."""
    return _REFUSAL + _wordings().dump_json(reason)


def read(reply: bytes) -> Reading:
    """Raises UnreadableFileError with the reason that was given, or when it makes no sense."""
    return _understood(reply, _readings())


def listed(reply: bytes) -> Listing:
    """Raises UnreadableFileError with the reason that was given, or when it makes no sense."""
    return tuple(
        replace(one, reason=_known(one.reason)) if isinstance(one, RefusedMember) else one
        for one in _understood(reply, _listings())
    )


def _understood(reply: bytes, answers: TypeAdapter[T]) -> T:
    try:
        if reply.startswith(_ANSWER):
            return answers.validate_json(reply[1:], strict=True)
        reason = _known(_wordings().validate_json(reply[1:], strict=True))
    except ValidationError as error:
        raise UnreadableFileError(reasons.CRASHED) from error
    raise UnreadableFileError(reason)


def _known(reason: Wording) -> Wording:
    """A sentence of ours: people are shown none that a file made up."""
    ours = (one for one in vars(reasons).values() if isinstance(one, Wording))
    return reason if reason in ours else reasons.DAMAGED


def _whole_characters(said: Reading) -> Reading:
    blocks = tuple(replace(block, text=_utf8(block.text)) for block in said.blocks)
    return replace(said, title=_utf8(said.title), blocks=blocks)


def _utf8(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


@cache
def _requests() -> TypeAdapter[Request]:
    return TypeAdapter(Request)


@cache
def _readings() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)


@cache
def _listings() -> TypeAdapter[Listing]:
    return TypeAdapter(Listing)


@cache
def _wordings() -> TypeAdapter[Wording]:
    return TypeAdapter(Wording)
