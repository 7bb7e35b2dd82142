"""How long a document holds: its class gives it a clock, a person's confirmation restarts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class DocumentClass(StrEnum):
    """What kind of text a collection holds, which says how fast it ages."""

    RULE = "rule"
    PROCEDURE = "procedure"
    PRICE = "price"
    REFERENCE = "reference"
    NEWS = "news"


class Keeper(StrEnum):
    """Whether someone answers for a document."""

    PRESENT = "present"  # the owner or the deputy has an active account
    UNKNOWN = "unknown"  # they are named, and no account bears their name
    GONE = "gone"  # nobody is named, or their accounts are suspended


class State(StrEnum):
    """What a document's age makes of it, from the best to the worst."""

    FRESH = "fresh"
    WARN = "warn"  # its date comes near
    STALE = "stale"  # its date has passed
    ORPHAN = "orphan"  # nobody with an account answers for it
    QUARANTINED = "quarantined"  # its date has passed, and who answered for it has left


class Verdict(StrEnum):
    """What whoever answers for a document says of it."""

    STILL_VALID = "still-valid"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Clock:
    """Days after the last confirmation: when to warn, and when the document holds no longer.

    As `warn_after` and `error_after` do for the freshness of a source in dbt.
    """

    warn_after: int
    error_after: int

    @property
    def notice(self) -> timedelta:
        """How long before its date a document asks for its owner."""
        return timedelta(days=self.error_after - self.warn_after)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a description says that a document holds."""

    clock: Clock
    review_due: date | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """When a text came in, and when its owner last said that it holds. None: not known, never."""

    arrived: date | None = None
    confirmed: date | None = None

    @property
    def last(self) -> date | None:
        return max((day for day in (self.arrived, self.confirmed) if day), default=None)


def clock_of(kind: DocumentClass) -> Clock:
    match kind:
        case DocumentClass.RULE:
            return Clock(335, 365)
        case DocumentClass.PROCEDURE:
            return Clock(150, 180)
        case DocumentClass.PRICE:
            return Clock(20, 30)
        case DocumentClass.REFERENCE:
            return Clock(700, 730)
        case DocumentClass.NEWS:
            return Clock(20, 30)


def due_of(terms: Terms, life: Life) -> date | None:
    """The last day on which a document holds; None when nothing tells when it began to.

    A review date that is written down stands until a person confirmed the document during the
    notice before that date, or later. Coming in again does not count as being reviewed.
    """
    stated = terms.review_due
    if stated and (life.confirmed is None or life.confirmed < stated - terms.clock.notice):
        return stated
    return life.last + timedelta(days=terms.clock.error_after) if life.last else None


def state_of(terms: Terms, life: Life, today: date, keeper: Keeper) -> State:
    due = due_of(terms, life)
    overdue = due is not None and due < today
    match keeper:
        case Keeper.PRESENT if overdue:
            return State.STALE
        case Keeper.PRESENT if due is not None and due - terms.clock.notice <= today:
            return State.WARN
        case Keeper.PRESENT:
            return State.FRESH
        case Keeper.GONE if overdue:
            return State.QUARANTINED
        case Keeper.UNKNOWN | Keeper.GONE:
            return State.ORPHAN
