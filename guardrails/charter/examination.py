"""A charter examined before it decides: everything in it that looks wrong, a sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from guardrails.charter.conditions import speaks_of
from guardrails.charter.facts import Facts
from guardrails.charter.rules import Charter, Clause
from guardrails.charter.spaces import NOTHING, Space
from guardrails.verdicts import Decision
from models.wording import Wording


def check(charter: Charter, today: date) -> tuple[str, ...]:
    """What an author should look at; none if all is well."""
    return (
        *_facts_nobody_reads(charter),
        *_repeated(charter),
        *_clauses(charter, today),
        *_between(charter),
    )


def _facts_nobody_reads(charter: Charter) -> Iterator[str]:
    read = _read(charter)
    for words in charter.lexicon.facts:
        if words.name not in read:
            yield f"{words.name}: no clause looks at this fact."
        if not words.expressions:
            yield f"{words.name}: this fact has no words."
    for likeness in charter.likenesses:
        if likeness.fact not in read:
            yield f"{likeness.fact}: no clause looks at this fact."
        if not likeness.look_alikes:
            yield f"{likeness.fact}: no look-alike holds its examples back."


def _read(charter: Charter) -> Facts:
    allowed = (speaks_of(use.allow) for use in charter.use_cases)
    return frozenset[str]().union(*(clause.facts for clause in charter.clauses), *allowed)


def _repeated(charter: Charter) -> Iterator[str]:
    ids = [*(clause.id for clause in charter.clauses), *(use.id for use in charter.use_cases)]
    for name, times in Counter(ids).items():
        if times > 1:
            yield f"{name}: {times} clauses have this id."


def _clauses(charter: Charter, today: date) -> Iterator[str]:
    for clause in charter.clauses:
        expected = [example.expected for example in clause.examples]
        if clause.effect not in expected:
            yield f"{clause.id}: no test shows what it decides."
        if Decision.ALLOW not in expected:
            yield f"{clause.id}: no test shows what it allows."
        if clause.effect is Decision.ALLOW:
            yield f"{clause.id}: its effect allows, so it decides nothing."
        if clause.review_by is not None and clause.review_by < today:
            yield f"{clause.id}: it was to be reviewed by {clause.review_by.isoformat()}."
        for name, wording in (("title", clause.title), ("message", clause.message)):
            if problem := _missing(wording):
                yield f"{clause.id}: its {name} {problem}."
        yield from _out_of_reach(clause)


def _out_of_reach(clause: Clause) -> Iterator[str]:
    space = Space.of(clause)
    met = space.where(clause.when)
    if not met & ~NOTHING:
        yield f"{clause.id}: no facts can ever meet its `when`."
        return
    if met & NOTHING:
        yield f"{clause.id}: its `when` is met by a sentence that tells nothing."
    if clause.unless is None:
        return
    excused = space.where(clause.unless)
    if excused & NOTHING:
        yield f"{clause.id}: its exception excuses a sentence that tells nothing."
    if not met & ~excused:
        yield f"{clause.id}: its exception is wider than its rule: it never applies."
    elif not met & excused:
        yield f"{clause.id}: its exception never meets its rule."


def _between(charter: Charter) -> Iterator[str]:
    for one, other in combinations(charter.clauses, 2):
        if not set(one.stages) & set(other.stages) or one.id == other.id:
            continue
        space = Space.of(one, other)
        first, second = space.decided_by(one), space.decided_by(other)
        if first == second:
            yield _same(one, other)
        elif not first & ~second:
            yield from _inside(one, other)
        elif not second & ~first:
            yield from _inside(other, one)


def _same(one: Clause, other: Clause) -> str:
    if one.effect is not other.effect:
        return f"{one.id}, {other.id}: contradictory effects on the same facts."
    return f"{one.id}, {other.id}: they decide the same on the same facts."


def _inside(narrow: Clause, wide: Clause) -> Iterator[str]:
    """A narrow clause under a wide one that is at least as strict, at all its stages."""
    covered = set(narrow.stages) <= set(wide.stages)
    if covered and wide.effect.severity >= narrow.effect.severity:
        yield f"{narrow.id}: {wide.id} always decides in its place."


def _missing(wording: Wording) -> str:
    if not wording.fr and not wording.en:
        return "is empty"
    return "is the same in both languages, or missing in one" if wording.fr == wording.en else ""
