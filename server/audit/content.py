"""How an outcome is kept as content and read back as the same value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

from server.audit.errors import UnreadableContentError
from server.audit.events import Json
from server.outcomes import Abstained, Answered, Failed, Outcome, Refused, Stopped

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_T = TypeVar("_T")
_NAME = "outcome"


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
    fields = _adapter(type(outcome)).dump_python(outcome, mode="json")
    return {_NAME: outcome_name(outcome), **cast("dict[str, Json]", fields)}


def decode_outcome(content: Mapping[str, Json] | None) -> Outcome:
    """Raises UnreadableContentError for anything that encode_outcome did not write."""
    fields = dict(content or {})
    match fields.pop(_NAME, None):
        case "answered":
            return _read(Answered, fields)
        case "abstained":
            return _read(Abstained, fields)
        case "refused":
            return _read(Refused, fields)
        case "stopped":
            return _read(Stopped, fields)
        case "failed":
            return _read(Failed, fields)
        case _:
            raise UnreadableContentError("This entry does not say how an answer ended.")


def _read(kind: type[_T], fields: dict[str, Json]) -> _T:
    try:
        return _adapter(kind).validate_python(fields)
    except ValueError as error:
        raise UnreadableContentError(f"This entry is not a whole {kind.__name__}.") from error


@cache
def _adapter(kind: type[_T]) -> TypeAdapter[_T]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
