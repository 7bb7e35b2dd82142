"""A charter broken on purpose, one part at a time: its own tests must notice each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf
from guardrails.charter.rules import Charter, Clause, UseCase
from guardrails.charter.trials import Case, cases
from guardrails.verdicts import Decision


@dataclass(frozen=True, slots=True)
class Mutant:
    """A charter with one thing taken away or weakened."""

    clause: str
    change: str
    charter: Charter


@dataclass(frozen=True, slots=True)
class Survey:
    """How many mutants there were, and those that no test told from the charter."""

    made: int
    survived: tuple[Mutant, ...]


def survey(charter: Charter) -> Survey:
    """Only tests that pass can kill: a test that already fails proves nothing."""
    passing = [case for case in cases(charter) if case.tried(charter).passed]
    made, survived = 0, []
    for mutant in mutants(charter):
        made += 1
        if not _killed(mutant, passing):
            survived.append(mutant)
    return Survey(made, tuple(survived))


def mutants(charter: Charter) -> Iterator[Mutant]:
    """Each clause deleted, milder, silent at a stage, without a part of a condition."""
    for index, clause in enumerate(charter.clauses):
        before, after = charter.clauses[:index], charter.clauses[index + 1 :]
        yield Mutant(clause.id, "deleted", replace(charter, clauses=(*before, *after)))
        for change, other in _weaker(clause):
            clauses = (*before, other, *after)
            yield Mutant(clause.id, change, replace(charter, clauses=clauses))
    for index, use in enumerate(charter.use_cases):
        before_, after_ = charter.use_cases[:index], charter.use_cases[index + 1 :]
        for change, wider in _wider(use):
            yield Mutant(use.id, change, replace(charter, use_cases=(*before_, wider, *after_)))


def _weaker(clause: Clause) -> Iterator[tuple[str, Clause]]:
    if clause.effect.severity > 1:
        milder = tuple(Decision)[clause.effect.severity - 1]
        yield f"effect {milder.value}", replace(clause, effect=milder)
    if len(clause.stages) > 1:
        for stage in clause.stages:
            left = tuple(one for one in clause.stages if one is not stage)
            yield f"silent at {stage.value}", replace(clause, stages=left)
    for change, when in _changed(clause.when):
        yield f"when {change}", replace(clause, when=when)
    if clause.unless is not None:
        yield "without its exception", replace(clause, unless=None)
        for change, unless in _changed(clause.unless):
            yield f"unless {change}", replace(clause, unless=unless)


def _wider(use: UseCase) -> Iterator[tuple[str, UseCase]]:
    yield "allows everything", replace(use, allow=NoneOf((Fact(frozenset({"no.such"})),)))
    for change, allow in _changed(use.allow):
        yield f"allow {change}", replace(use, allow=allow)


def _changed(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """The condition without one of its parts, at any depth."""
    if isinstance(condition, Fact):
        return
    for index, part in enumerate(condition.parts):
        rest = (*condition.parts[:index], *condition.parts[index + 1 :])
        if rest:
            yield f"without {described(part)}", type(condition)(rest)
        for change, inner in _changed(part):
            parts = (*condition.parts[:index], inner, *condition.parts[index + 1 :])
            yield change, type(condition)(parts)


def described(condition: Condition) -> str:
    """A condition in a few words, for whoever reads which part nothing tests."""
    match condition:
        case Fact(names):
            return min(names) if len(names) == 1 else f"{min(names)} and {len(names) - 1} more"
        case All(parts):
            return f"all({', '.join(map(described, parts))})"
        case AnyOf(parts):
            return f"any({', '.join(map(described, parts))})"
        case NoneOf(parts):
            return f"none({', '.join(map(described, parts))})"


def _killed(mutant: Mutant, passing: Sequence[Case]) -> bool:
    """The clause's own tests first: they nearly always know."""
    own = (case for case in passing if case.clause == mutant.clause)
    others = (case for case in passing if case.clause != mutant.clause)
    return any(not case.tried(mutant.charter).passed for one in (own, others) for case in one)
