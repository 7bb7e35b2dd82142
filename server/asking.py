"""A question on its way: who asks, what still permits an answer, what is known of it so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag

from guardrails.verdicts import SentenceVerdict, Violation
from models.budget import Shortened
from models.energy import Work, estimate_wh
from models.errors import ModelsError, Revocation, WritingRevokedError
from models.metering import JOULES_PER_WH, Share
from models.ports import Language, Usage
from server.access import Person
from server.audit.events import Json
from server.audit.log import SealedSentence
from server.outcomes import Citation
from server.switch import Lease

Suspended = Callable[[Person], bool]


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, its asker, the conversation it belongs to, and whether they still listen."""

    text: str
    asker: Person
    language: Language
    conversation: str = ""
    abandoned: Flag = field(default_factory=Flag)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one answer may take."""

    passages: int
    deadline_s: float
    watts_per_core: float
    prompt_tokens: int | None = None  # that a model may read of the passages; None where all
    elsewhere: bool = False  # another machine writes, whose energy nobody here knows


@dataclass(frozen=True, slots=True)
class AnswerPermit:
    """Asked at each token: is the switch on, someone listening, the asker active, time left?

    Hears what the model works for it.
    """

    lease: Lease
    asking: Asking
    suspended: Suspended
    deadline: float  # time.monotonic(), seconds
    work: Work

    def charge(self, cpu_s: float) -> None:
        self.work.charge(cpu_s)

    def check(self) -> None:
        self.lease.check()
        if self.asking.abandoned.is_set():
            raise WritingRevokedError(Revocation.ABANDONED)
        if self.suspended(self.asking.asker):
            raise WritingRevokedError(Revocation.SUSPENDED)
        if time.monotonic() > self.deadline:
            raise WritingRevokedError(Revocation.DEADLINE)


@dataclass(slots=True)
class Progress:
    """What is known of an answer so far; ends up as the facts of its CLOSE."""

    work: Work
    share: Share | None  # of what the machine's counters say
    started: float = field(default_factory=time.perf_counter)  # seconds
    released: list[SealedSentence] = field(default_factory=list)
    _timings_ms: dict[str, Json] = field(default_factory=dict)
    kept: dict[int, tuple[str, ...]] = field(default_factory=dict)  # in clear, by passage
    withheld: list[str] = field(default_factory=list)  # in memory alone
    _passages: list[Json] = field(default_factory=list)
    _withheld: list[Json] = field(default_factory=list)
    _violations: list[Json] = field(default_factory=list)
    _likelihood: float | None = None
    _usage: dict[str, Json] | None = None
    _failure: str | None = None
    _trimmed: dict[str, Json] | None = None

    def lap(self, step: str) -> None:
        """Note the milliseconds since the question came."""
        self._timings_ms[step] = round((time.perf_counter() - self.started) * 1000, 2)

    def found(self, passages: Sequence[Citation]) -> None:
        self.kept = {one.n: one.kept for one in passages if one.kept}
        self._passages = [
            {
                "collection": one.collection,
                "document": one.document,
                "version": one.version,
                "start": one.start,
                "end": one.end,
                **({"kept": list(one.kept)} if one.kept else {}),
            }
            for one in passages
        ]

    def weighed(self, likelihood: float | None) -> None:
        """How likely the passages are about the question."""
        self._likelihood = likelihood

    def withhold(self, checked: SentenceVerdict) -> None:
        self.violated(checked.verdict.violations)
        self._withheld.append(round(checked.support.score, 3))
        self.withheld.append(checked.verdict.text)

    def violated(self, violations: Sequence[Violation]) -> None:
        self._violations += [
            {
                "clause": violation.clause,
                "rule": violation.rule,
                "version": violation.version,
                "stage": violation.stage.value,
            }
            for violation in violations
        ]

    def release(self, sentence: SealedSentence) -> None:
        if not self.released:
            self.lap("first_sentence")
        self.released.append(sentence)

    def trimmed(self, shortened: Sequence[Shortened], tokens: int) -> None:
        """What of the passages the model was not given to read, for lack of time."""
        if shortened:
            left: list[Json] = [{"n": one.n, "kept": one.kept, "of": one.of} for one in shortened]
            self._trimmed = {"tokens": tokens, "passages": left}

    def failed(self, error: ModelsError) -> None:
        """Why the model failed, for whoever runs the house; such a sentence quotes nobody."""
        self._failure = str(error)

    def text_with(self, sentence: str) -> str:
        """The answer as it would read with one more sentence."""
        return " ".join([*(released.text for released in self.released), sentence])

    def token(self) -> None:
        """A piece came from the model."""
        if self.share is not None:
            self.share.look()

    def used(self, usage: Usage) -> None:
        self._usage = {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "sources_read": usage.sources_read,
            "finish": usage.finish.value,
            **({} if usage.work_s is None else {"work_s": round(usage.work_s, 3)}),
        }

    def facts(self, limits: Limits) -> dict[str, Json]:
        """Everything but text: it stands on the record for as long as the record does."""
        self.lap("total")
        return {
            "timings_ms": dict(self._timings_ms),
            "energy": self._energy(limits),
            "passages": list(self._passages),
            "withheld": list(self._withheld),
            "violations": list(self._violations),
            "usage": self._usage,
            **({} if self._likelihood is None else {"relevance": round(self._likelihood, 3)}),
            **({} if self._trimmed is None else {"trimmed": self._trimmed}),
            **({} if self._failure is None else {"failure": self._failure}),
        }

    def _energy(self, limits: Limits) -> dict[str, Json]:
        """Unknown is not nought: another machine's work is not this one's."""
        if limits.elsewhere:
            return {"wh": None, "method": "unknown"}
        joules = self.share.joules() if self.share is not None else None
        if self.share is not None and joules is not None:
            counters: list[Json] = list(self.share.counters)
            return {"wh": joules / JOULES_PER_WH, "method": "measured", "counters": counters}
        wh = estimate_wh(self.work.known_s, limits.watts_per_core)
        return {"wh": wh, "method": "estimated"}
