"""A charter's own tests: what it decides of its sentences and of its bare facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.charter.facts import Evidence, sentences_of
from guardrails.charter.rules import REACH, Charter, Example, UseCase, strictest
from guardrails.verdicts import Decision, Violation


@dataclass(frozen=True, slots=True)
class Trial:
    """What the charter decided of one of its own tests."""

    clause: str
    text: str
    kind: str
    expected: Decision
    decided: Decision
    passed: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A test with the evidence it makes: read once, judged by the charter and all its mutants."""

    clause: str
    example: Example
    evidence: Evidence
    use: UseCase | None = None

    def tried(self, charter: Charter) -> Trial:
        """What must not be allowed passes only if the clause it stands under applied."""
        violations = self._violations(charter)
        decided = strictest([one.decision for one in violations])
        applied = any(one.clause == self.clause for one in violations)
        expected = self.example.expected
        passed = decided is expected and applied is (decided is not Decision.ALLOW)
        return Trial(self.clause, self.example.text, self.example.kind, expected, decided, passed)

    def _violations(self, charter: Charter) -> tuple[Violation, ...]:
        use = charter.use_case(self.use.id) if self.use else None
        return charter.judge(self.evidence, self.example.stage, use)


def cases(charter: Charter) -> Iterator[Case]:
    """Every test of the charter, its sentences read."""
    for clause in charter.clauses:
        for example in clause.examples:
            yield Case(clause.id, example, _evidence(charter, example))
    for use in charter.use_cases:
        for example in use.examples:
            yield Case(use.id, example, _evidence(charter, example), use)


def test(charter: Charter) -> tuple[Trial, ...]:
    """Every test, decided by the whole charter."""
    return tuple(case.tried(charter) for case in cases(charter))


def _evidence(charter: Charter, example: Example) -> Evidence:
    if not example.turns:
        return Evidence((example.facts,))
    *earlier, last = example.turns
    heard = [sentence for turn in earlier for sentence in sentences_of(turn)][-(REACH - 1) :]
    sentences = [*heard, *sentences_of(last)]
    return Evidence.of(charter.known_in(sentences), len(sentences), heard=len(heard))
