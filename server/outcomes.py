"""How an answer can end. The set is closed; every reader matches it completely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from guardrails.verdicts import Violation
from ingest.collections import Trust
from ingest.corrections import NO_CORRECTION, Correction
from ingest.freshness import State
from models.quoting import Highlights


class Mode(StrEnum):
    """What the switch allows: everything, search with its embedder, or no model of any kind."""

    ON = "on"
    SEARCH_ONLY = "search-only"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage shown to the asker: what it says, where it stands, who answers for it.

    `quote` is document text [start, end) after personal data was masked, in characters;
    `highlights` are the characters [start, end) of the quote that answer best.
    """

    n: int
    collection: str
    document: str
    version: str
    title: str
    section: str
    quote: str
    start: int
    end: int
    page: int | None = None
    url: str | None = None
    owner: str = ""
    review_due: date | None = None
    state: State = State.FRESH
    confirmed: date | None = None  # when its owner last said that it holds
    age_days: int | None = None  # since then, or since the text came in
    trust: Trust = Trust.ORDINARY
    replaced_by: str = ""  # a later document of its collection that the asker may open
    replaces: tuple[str, ...] = ()  # earlier ones that were found with it
    last_page: int | None = None  # where it goes on to another page
    highlights: Highlights = ()
    kept: tuple[str, ...] = ()  # kinds of personal data that its collection shows its readers


@dataclass(frozen=True, slots=True)
class Answered:
    """Sentences that their cited passages support."""

    text: str
    citations: tuple[Citation, ...]
    generator: str
    remarks: tuple[Violation, ...] = ()  # clauses that restrict the answer, for the asker to read
    understood: Correction = NO_CORRECTION  # what the question was taken for, as its passages say


@dataclass(frozen=True, slots=True)
class Abstained:
    """Nothing could be said that the passages support; here are the passages.

    Where they are not `relevant`, the house seems to hold nothing about the question: no model
    was asked, and these are the nearest. `partial`: sentences were shown, and what was withheld
    from them is what was asked.
    """

    passages: tuple[Citation, ...]
    remarks: tuple[Violation, ...] = ()
    relevant: bool = True
    understood: Correction = NO_CORRECTION
    partial: bool = False

    @property
    def why(self) -> Literal["partial", "text", "nearest"]:
        """Which sentence of the catalogue tells it."""
        if self.partial:
            return "partial"
        return "text" if self.relevant else "nearest"


@dataclass(frozen=True, slots=True)
class Refused:
    """The charter, or the shape of the question, forbids an answer."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The AI is disengaged: what people can still read and whom they can reach."""

    mode: Mode
    reason: str
    passages: tuple[Citation, ...]
    procedure: str
    contacts: tuple[str, ...]
    interrupted: bool = False  # stopped in the middle of an answer
    understood: Correction = NO_CORRECTION


class FailureCause(StrEnum):
    """Why no answer came, for the table that speaks of it to people."""

    BUSY = "busy"
    DEADLINE = "deadline"
    ABANDONED = "abandoned"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    MODEL = "model"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Failed:
    """Something broke; nothing that was not on the record was shown."""

    cause: FailureCause


Outcome = Answered | Abstained | Refused | Stopped | Failed
