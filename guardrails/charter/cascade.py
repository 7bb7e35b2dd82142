"""The stages of a decision: words first, then nearness, then a judge. Each may only tighten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from guardrails.charter.facts import Evidence, Facts, sentences_of
from guardrails.charter.rules import REACH, Charter, Clause, UseCase, tightened
from guardrails.verdicts import Grounds, Known, Stage, Violation
from models.errors import ModelsError, Revocation, WritingRevokedError

DETECTOR_BUDGET_S = 0.5
"""A detector that took longer told nothing: each clause's `on_error` decides in its place."""

CONFIRMED = 0.5
"""From this probability of a yes on, the judge has confirmed a fact."""


class Detector(Protocol):
    """Tells facts that no list of words holds."""

    @property
    def tells(self) -> Facts:
        """Every fact that it can tell."""
        ...

    def facts_in(self, sentences: Sequence[str]) -> Sequence[Known]:
        """Also what it is less sure of. Raises ModelsError; WritingRevokedError with the AI off."""
        ...


class Judge(Protocol):
    """A model that may say yes or no, and nothing else."""

    @property
    def name(self) -> str: ...

    def probability(self, clause: Clause, text: str) -> float:
        """How probable a yes is, in [0, 1].

        Raises ModelsError; WritingRevokedError with the AI off.
        """
        ...


@dataclass(frozen=True, slots=True)
class Senses:
    """What a charter has beyond its words; nothing, by default."""

    detectors: tuple[Detector, ...] = ()
    judge: Judge | None = None
    clock: Callable[[], float] = monotonic  # seconds


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided of a text, and every fact it was decided on."""

    violations: tuple[Violation, ...]
    grounds: Grounds | None


@dataclass(frozen=True, slots=True)
class Cascade:
    """A charter with the senses of a house."""

    charter: Charter
    senses: Senses = field(default_factory=Senses)

    def rule(
        self, text: str, stage: Stage, heard: Sequence[str] = (), use: UseCase | None = None
    ) -> Ruling:
        """`heard` are the sentences of earlier turns, the latest last."""
        if not any(stage in clause.stages for clause in self.charter.clauses) and use is None:
            return Ruling((), None)
        before = list(heard)[-(REACH - 1) :]
        sentences = [*before, *sentences_of(text)]
        ruling = _Ruling(self, sentences, stage, len(before), use)
        ruling.by_words()
        for detector in self.senses.detectors:
            ruling.by(detector)
        if self.senses.judge is not None:
            ruling.by_judge(self.senses.judge, text)
        return Ruling(ruling.violations, ruling.grounds())


class _Ruling:
    """One decision on its way through the stages."""

    def __init__(
        self,
        cascade: Cascade,
        sentences: Sequence[str],
        stage: Stage,
        heard: int,
        use: UseCase | None,
    ) -> None:
        self._cascade = cascade
        self._sentences = sentences
        self._stage = stage
        self._heard = heard
        self._use = use
        self._unsure: list[Known] = []
        self.known: list[Known] = []
        self.untold: Facts = frozenset()
        self.violations: tuple[Violation, ...] = ()

    def grounds(self) -> Grounds:
        known = sorted(self.known, key=lambda one: (one.sentence, one.fact, one.detector))
        untold = tuple(sorted(self.untold))
        return Grounds(tuple(known), len(self._sentences), untold, self._heard)

    def by_words(self) -> None:
        self.known += self._cascade.charter.known_in(self._sentences)
        self._judge()

    def by(self, detector: Detector) -> None:
        clock = self._cascade.senses.clock
        began = clock()
        try:
            found = detector.facts_in(self._sentences)
        except ModelsError as error:
            if _switched_off(error):
                return
            found = None
        if found is None or clock() - began > DETECTOR_BUDGET_S:
            self.untold |= detector.tells
        else:
            self._take(found)
        self._judge()

    def by_judge(self, judge: Judge, text: str) -> None:
        """Asked only for a clause that does not apply yet, and whose fact is in its grey band."""
        applied = {one.clause for one in self.violations}
        for clause in self._cascade.charter.clauses:
            if self._stage not in clause.stages or clause.id in applied:
                continue
            for doubt in self._doubts(clause):
                self._ask(judge, clause, doubt, text)

    def _doubts(self, clause: Clause) -> list[Known]:
        band = clause.grey_band
        if band is None:
            return []
        return [
            one
            for one in self._unsure
            if one.fact == band.fact and band.low <= one.confidence < band.high
        ][:1]

    def _ask(self, judge: Judge, clause: Clause, doubt: Known, text: str) -> None:
        try:
            probability = judge.probability(clause, text)
        except ModelsError as error:
            if _switched_off(error):
                return
            self.untold |= {doubt.fact}
        else:
            if probability < CONFIRMED:
                return
            said = Known(doubt.fact, probability, "judge", judge.name, doubt.sentence)
            self.known.append(said)
        self._judge()

    def _take(self, found: Sequence[Known]) -> None:
        """Sure facts count; what lies in a grey band waits for the judge."""
        bands = {
            clause.grey_band.fact: clause.grey_band
            for clause in self._cascade.charter.clauses
            if clause.grey_band is not None
        }
        for one in found:
            band = bands.get(one.fact)
            sure = band is None or one.confidence >= band.high
            (self.known if sure else self._unsure).append(one)

    def _judge(self) -> None:
        evidence = Evidence.of(self.known, len(self._sentences), self.untold, self._heard)
        found = self._cascade.charter.judge(evidence, self._stage, self._use)
        self.violations = tightened(self.violations, found)


def _switched_off(error: ModelsError) -> bool:
    return isinstance(error, WritingRevokedError) and error.reason is Revocation.STOPPED
