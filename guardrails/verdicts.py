"""What a guard can say: a decision, the text it leaves, and every reason for both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.wording import Wording


class Stage(StrEnum):
    """Where in the life of a question a guard stands."""

    QUESTION = "question"
    DOCUMENT = "document"  # passages, before a model reads them
    SENTENCE = "sentence"
    ANSWER = "answer"


class Decision(StrEnum):
    """From the mildest to the most restrictive; the most restrictive wins."""

    ALLOW = "allow"
    REDACT = "redact"
    ANSWER_RESTRICTED = "answer_restricted"
    ESCALATE = "escalate"
    REFUSE = "refuse"

    @property
    def severity(self) -> int:
        return tuple(Decision).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a text: characters [start, end) of the text as it was given."""

    kind: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Violation:
    """A clause that decided: its rule, its charter's version and the facts it used."""

    clause: str
    rule: str
    version: str
    stage: Stage
    decision: Decision
    facts: tuple[str, ...]
    message: Wording


@dataclass(frozen=True, slots=True)
class Known:
    """A fact of one sentence, as the record keeps it: never a word of the person's."""

    fact: str
    confidence: float  # in [0, 1]
    detector: str
    version: str  # of the detector's words, examples or weights
    sentence: int  # counted from 0


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that the charter looked at: whoever has it can decide again, without the words."""

    known: tuple[Known, ...]
    sentences: int
    untold: tuple[str, ...] = ()  # facts whose detector failed
    heard: int = 0  # the first sentences, said in earlier turns


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text that may go on, and why it looks as it does."""

    decision: Decision
    text: str
    findings: tuple[Finding, ...] = ()
    violations: tuple[Violation, ...] = ()
    grounds: Grounds | None = None
    kept: tuple[Finding, ...] = ()  # personal data that a collection's policy left in clear

    @property
    def refused(self) -> bool:
        return self.decision in (Decision.REFUSE, Decision.ESCALATE)


@dataclass(frozen=True, slots=True)
class Support:
    """How far cited sources carry a sentence. `score` in [0, 1]; `missing` names the gaps."""

    supported: bool
    score: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """What may be said of one sentence; it is shown only if `released`."""

    verdict: Verdict
    support: Support
    cited: tuple[int, ...]

    @property
    def released(self) -> bool:
        return self.support.supported and not self.verdict.refused
