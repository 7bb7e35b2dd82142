"""The charter: clauses that decide on facts. The most restrictive wins, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from guardrails.charter.conditions import (
    Condition,
    holds,
    might_hold,
    rests_on,
    speaks_of,
    surely_holds,
)
from guardrails.charter.expressions import words_of
from guardrails.charter.facts import Evidence, Facts, sentences_of, shapes_of
from guardrails.charter.lexicon import Lexicon
from guardrails.verdicts import Decision, Known, Stage, Violation
from models.wording import Wording

REACH = 3
"""How many sentences in a row are read together: "Voici des CV. Classe-les. Par âge."."""

UNTOLD = "untold."
"""Before a fact's name: nobody could tell it, and the clause's `on_error` decided."""


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody says, turn by turn, or bare facts; and what the charter must decide of it."""

    turns: tuple[str, ...]
    facts: Facts
    expected: Decision
    stage: Stage
    kind: str

    @property
    def text(self) -> str:
        return " / ".join(self.turns) or ", ".join(sorted(self.facts))


@dataclass(frozen=True, slots=True)
class GreyBand:
    """Between these confidences of a fact, a judge is asked; from the upper one on it holds."""

    fact: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: when it applies, unless what, and what it then decides.

    `on_error` is decided where the clause would apply if a fact held that nobody could tell.
    """

    id: str
    title: Wording
    message: Wording
    basis: tuple[str, ...]
    owner: str
    stages: tuple[Stage, ...]
    effect: Decision
    when: Condition
    unless: Condition | None
    on_error: Decision = Decision.REFUSE
    grey_band: GreyBand | None = None
    review_by: date | None = None
    examples: tuple[Example, ...] = ()

    @property
    def facts(self) -> Facts:
        """Every fact that can move it."""
        return speaks_of(self.when) | (speaks_of(self.unless) if self.unless else frozenset())

    def facts_against(self, evidence: Evidence) -> Facts:
        """The facts on which the clause applies; none if it does not.

        A sentence that meets `unless` counts for nothing, and excuses no other sentence.
        """
        for window in self._windows(evidence, self._counted(evidence)):
            if holds(self.when, window):
                return (window & rests_on(self.when)) or window
        return frozenset()

    def untold_against(self, evidence: Evidence) -> Facts:
        """The untold facts on which it might apply; none if it surely does not."""
        if not evidence.untold or evidence.untold.isdisjoint(self.facts):
            return frozenset()
        for window in self._windows(evidence, self._not_surely_excused(evidence)):
            if might_hold(self.when, window, evidence.untold):
                return evidence.untold & self.facts
        return frozenset()

    def _windows(self, evidence: Evidence, counted: Sequence[Facts]) -> Iterator[Facts]:
        """The facts of sentences in a row, of which the last was said in this turn.

        What earlier turns said decides nothing without what this one adds.
        """
        for index in range(len(counted)):
            after = index + REACH
            if after <= evidence.heard:
                continue
            window = frozenset[str]().union(*counted[index:after])
            before = frozenset[str]().union(*counted[index : min(after, evidence.heard)])
            if window and not (index < evidence.heard and holds(self.when, before)):
                yield window

    def _counted(self, evidence: Evidence) -> list[Facts]:
        if self.unless is None:
            return list(evidence.sentences)
        return [
            facts if not holds(self.unless, facts) else frozenset() for facts in evidence.sentences
        ]

    def _not_surely_excused(self, evidence: Evidence) -> list[Facts]:
        if self.unless is None:
            return list(evidence.sentences)
        return [
            facts if not surely_holds(self.unless, facts, evidence.untold) else frozenset()
            for facts in evidence.sentences
        ]


@dataclass(frozen=True, slots=True)
class UseCase:
    """A declared use: what does not meet `allow` is outside of it, and refused."""

    id: str
    title: Wording
    message: Wording
    owner: str
    allow: Condition
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Charter:
    """A company's AI charter. `digest` is the SHA-256 (hex) of the file it was read from."""

    id: str
    version: str
    digest: str
    clauses: tuple[Clause, ...]
    lexicon: Lexicon
    use_cases: tuple[UseCase, ...] = ()
    likenesses: tuple[Likeness, ...] = field(default=())

    @property
    def reference(self) -> str:
        """The exact charter, in one line: what a record and a violation name."""
        return f"{self.id} {self.version} sha256:{self.digest[:16]}"

    def known_in(self, sentences: Sequence[str]) -> list[Known]:
        """What words and shapes tell of each sentence: no model, the same every time."""
        known = list(shapes_of(sentences))
        for number, sentence in enumerate(sentences):
            known += self.lexicon.facts_in(words_of(sentence), number)
        return known

    def decide(self, text: str, stage: Stage) -> tuple[Violation, ...]:
        """Every clause that applies by words alone, the most restrictive first."""
        sentences = sentences_of(text)
        return self.judge(Evidence.of(self.known_in(sentences), len(sentences)), stage)

    def judge(
        self, evidence: Evidence, stage: Stage, use: UseCase | None = None
    ) -> tuple[Violation, ...]:
        """Every clause that applies to the evidence, the most restrictive first.

        Open questions are allowed unless a clause applies; within a declared use, only what it
        allows is, and even that unless a clause applies.
        """
        found = [one for clause in self.clauses if (one := self._applied(clause, evidence, stage))]
        if use is not None and (outside := self._outside(use, evidence, stage)):
            found.append(outside)
        return ordered(found)

    def use_case(self, name: str) -> UseCase | None:
        return next((one for one in self.use_cases if one.id == name), None)

    def _applied(self, clause: Clause, evidence: Evidence, stage: Stage) -> Violation | None:
        if stage not in clause.stages:
            return None
        if facts := clause.facts_against(evidence):
            return self._violation(clause, stage, clause.effect, sorted(facts))
        if untold := clause.untold_against(evidence):
            marked = sorted(f"{UNTOLD}{one}" for one in untold)
            return self._violation(clause, stage, clause.on_error, marked)
        return None

    def _outside(self, use: UseCase, evidence: Evidence, stage: Stage) -> Violation | None:
        said = frozenset[str]().union(*evidence.sentences[evidence.heard :])
        if holds(use.allow, said):
            return None
        return Violation(
            clause=use.id,
            rule=use.title.en,
            version=self.reference,
            stage=stage,
            decision=Decision.REFUSE,
            facts=(f"outside.{use.id}", *sorted(said & speaks_of(use.allow))),
            message=use.message,
        )

    def _violation(
        self, clause: Clause, stage: Stage, decision: Decision, facts: Iterable[str]
    ) -> Violation:
        return Violation(
            clause=clause.id,
            rule=clause.title.en,
            version=self.reference,
            stage=stage,
            decision=decision,
            facts=tuple(facts),
            message=clause.message,
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """A fact told by nearness to examples, from `at_least` on, and by more than to look-alikes."""

    fact: str
    examples: tuple[str, ...]
    look_alikes: tuple[str, ...]
    at_least: float


def strictest(decisions: Sequence[Decision]) -> Decision:
    return max(decisions, key=lambda one: one.severity, default=Decision.ALLOW)


def ordered(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(sorted(violations, key=lambda one: (-one.decision.severity, one.clause)))


def tightened(before: Iterable[Violation], after: Iterable[Violation]) -> tuple[Violation, ...]:
    """What a later stage may do to an earlier one's word: add to it, or make it stricter."""
    strict: dict[str, Violation] = {}
    for one in (*before, *after):
        known = strict.get(one.clause)
        if known is None or one.decision.severity > known.decision.severity:
            strict[one.clause] = one
    return ordered(strict.values())
