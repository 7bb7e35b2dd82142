"""How an outcome is kept as content and read back as the same value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from server.audit.errors import UnreadableContentError
from server.audit.events import Json
from server.outcomes import Abstained, Answered, Failed, Outcome, Refused, Stopped

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_NAME = "outcome"
_KINDS: dict[str, type[Outcome]] = {
    "answered": Answered,
    "abstained": Abstained,
    "refused": Refused,
    "stopped": Stopped,
    "failed": Failed,
}


def outcome_name(outcome: Outcome) -> str:
    """The word under which an ending stands in headers, lists and counts."""
    match outcome:
        case Answered():
            return "answered"
        case Abstained():
            return "abstained"
        case Refused():
            return "refused"
        case Stopped():
            return "stopped"
        case Failed():
            return "failed"


def encode_outcome(outcome: Outcome) -> dict[str, Json]:
    name = outcome_name(outcome)
    fields: dict[str, Json] = _adapter(name).dump_python(outcome, mode="json")
    return {_NAME: name, **fields}


def decode_outcome(content: Mapping[str, Json] | None) -> Outcome:
    """Raises UnreadableContentError for anything that encode_outcome did not write."""
    fields = dict(content or {})
    name = fields.pop(_NAME, None)
    if not isinstance(name, str) or name not in _KINDS:
        raise UnreadableContentError("An entry does not say how its answer ended.")
    try:
        outcome: Outcome = _adapter(name).validate_python(fields)
    except ValueError as error:
        raise UnreadableContentError(f"An entry holds no whole “{name}” outcome.") from error
    return outcome


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(_KINDS[name])
