"""The one way an event becomes bytes, and the commitment that binds erasable content to them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from server.audit.errors import UnrecordableEventError
from server.audit.events import Event, Json

GENESIS = "0" * 64
"""What the first entry names as the hash of the entry before it."""

MAX_HEADER_BYTES = 65_535
"""The longest entry a C2SP tile can carry (its length is a uint16)."""


def canonical(value: Mapping[str, Json]) -> str:
    """JSON with sorted keys and no spaces, after RFC 8785.

    Numbers are written as Python writes them; a verifier hashes stored bytes and never
    rewrites them. Raises UnrecordableEventError for NaN, infinities and lone surrogates.
    """
    try:
        text = json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
        text.encode()
    except (ValueError, TypeError) as error:
        raise UnrecordableEventError("The event cannot be written as JSON.") from error
    return text


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def commitment(key: bytes, owner: str, body: str) -> str:
    """HMAC-SHA-256 (hex) of the owner, a newline and the content's canonical JSON.

    Keyed, because a plain hash of a short question can be guessed. The owner is part of it, so
    that nobody is quietly given another person's words. Canonical JSON holds no newline, so the
    last one separates.
    """
    return hmac.new(key, f"{owner}\n{body}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def digest(text: str) -> str:
    """SHA-256 (hex) of a header's bytes. Text that is not UTF-8 has a hash no honest text has."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def header(seq: int, at: datetime, event: Event, committed: str | None, previous: str) -> str:
    """An entry's chained part. Raises UnrecordableEventError when it is too long to be one."""
    text = canonical(
        {
            "seq": seq,
            "at": timestamp(at),
            "kind": event.kind.value,
            "subject": event.subject,
            "actor": event.actor,
            "facts": dict(event.facts),
            "commitment": committed,
            "previous": previous,
        }
    )
    if len(text.encode()) > MAX_HEADER_BYTES:
        raise UnrecordableEventError(
            f"The facts of {event.kind.value} exceed {MAX_HEADER_BYTES} bytes: make them content."
        )
    return text
