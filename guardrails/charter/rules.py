"""The charter: clauses that decide on facts. The most restrictive wins, in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.charter.conditions import Condition, holds, rests_on
from guardrails.charter.facts import Facts, Lexicon, facts_by_sentence
from guardrails.verdicts import Decision, Stage, Violation
from models.wording import Wording

REACH = 3
"""How many sentences in a row are read together: "Voici des CV. Classe-les. Par âge."."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and what the whole charter must decide of it."""

    text: str
    expected: Decision
    stage: Stage


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: when it applies, unless what, and what it then decides."""

    id: str
    title: Wording
    message: Wording
    basis: tuple[str, ...]
    owner: str
    stages: tuple[Stage, ...]
    effect: Decision
    when: Condition
    unless: Condition | None
    examples: tuple[Example, ...]

    def facts_against(self, sentences: Sequence[Facts]) -> Facts:
        """The facts on which the clause applies; none if it does not.

        A sentence that meets `unless` counts for nothing, and excuses no other sentence.
        """
        counted = [facts if not self._excused(facts) else frozenset() for facts in sentences]
        for index, facts in enumerate(counted):
            window = facts.union(*counted[index + 1 : index + REACH])
            if facts and holds(self.when, window):
                return window & rests_on(self.when)
        return frozenset()

    def _excused(self, facts: Facts) -> bool:
        return self.unless is not None and holds(self.unless, facts)


@dataclass(frozen=True, slots=True)
class Charter:
    """A company's AI charter. `digest` is the SHA-256 (hex) of the file it was read from."""

    id: str
    version: str
    digest: str
    clauses: tuple[Clause, ...]
    lexicons: tuple[Lexicon, ...]

    @property
    def reference(self) -> str:
        """The exact charter, in one line: what a record and a violation name."""
        return f"{self.id} {self.version} sha256:{self.digest[:16]}"

    def decide(self, text: str, stage: Stage) -> tuple[Violation, ...]:
        """Every clause that applies to the text, the most restrictive first."""
        clauses = [clause for clause in self.clauses if stage in clause.stages]
        if not clauses:
            return ()
        sentences = facts_by_sentence(text, self.lexicons)
        found = [
            self._violation(clause, stage, facts)
            for clause in clauses
            if (facts := clause.facts_against(sentences))
        ]
        return tuple(sorted(found, key=lambda one: (-one.decision.severity, one.clause)))

    def _violation(self, clause: Clause, stage: Stage, facts: Facts) -> Violation:
        return Violation(
            clause=clause.id,
            rule=clause.title.en,
            version=self.reference,
            stage=stage,
            decision=clause.effect,
            facts=tuple(sorted(facts)),
            message=clause.message,
        )


def strictest(decisions: Sequence[Decision]) -> Decision:
    return max(decisions, key=lambda one: one.severity, default=Decision.ALLOW)
