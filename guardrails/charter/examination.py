"""A charter examined before it decides: what looks wrong in it, and its own tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.charter.conditions import speaks_of
from guardrails.charter.rules import Charter, Clause, Example, strictest
from guardrails.verdicts import Decision
from models.wording import Wording


@dataclass(frozen=True, slots=True)
class Trial:
    """What the charter decided of one of its own test sentences."""

    clause: str
    text: str
    expected: Decision
    decided: Decision
    passed: bool


def test(charter: Charter) -> tuple[Trial, ...]:
    """Every test sentence, decided by the whole charter.

    A sentence that must not be allowed passes only if the clause it stands under applied.
    """
    return tuple(
        _tried(charter, clause, example)
        for clause in charter.clauses
        for example in clause.examples
    )


def _tried(charter: Charter, clause: Clause, example: Example) -> Trial:
    violations = charter.decide(example.text, example.stage)
    decided = strictest([one.decision for one in violations])
    applied = any(one.clause == clause.id for one in violations)
    passed = decided is example.expected and applied is (decided is not Decision.ALLOW)
    return Trial(clause.id, example.text, example.expected, decided, passed)


def check(charter: Charter) -> tuple[str, ...]:
    """What an author should look at, a sentence each; none if all is well."""
    return (*_facts_nobody_reads(charter), *_repeated(charter), *_clauses(charter))


def _facts_nobody_reads(charter: Charter) -> Iterator[str]:
    read = frozenset[str]().union(
        *(
            speaks_of(condition)
            for clause in charter.clauses
            for condition in (clause.when, clause.unless)
            if condition is not None
        )
    )
    for lexicon in charter.lexicons:
        if lexicon.fact not in read:
            yield f"{lexicon.fact}: no clause looks at this fact."
        if not lexicon.plain and not lexicon.patterns:
            yield f"{lexicon.fact}: this fact has no words."


def _repeated(charter: Charter) -> Iterator[str]:
    for name, times in Counter(clause.id for clause in charter.clauses).items():
        if times > 1:
            yield f"{name}: {times} clauses have this id."


def _clauses(charter: Charter) -> Iterator[str]:
    for clause in charter.clauses:
        expected = [example.expected for example in clause.examples]
        if clause.effect not in expected:
            yield f"{clause.id}: no test shows what it decides."
        if Decision.ALLOW not in expected:
            yield f"{clause.id}: no test shows what it allows."
        if clause.effect is Decision.ALLOW:
            yield f"{clause.id}: its effect allows, so it decides nothing."
        for name, wording in (("title", clause.title), ("message", clause.message)):
            if problem := _missing(wording):
                yield f"{clause.id}: its {name} {problem}."


def _missing(wording: Wording) -> str:
    if not wording.fr and not wording.en:
        return "is empty"
    return "is the same in both languages, or missing in one" if wording.fr == wording.en else ""
