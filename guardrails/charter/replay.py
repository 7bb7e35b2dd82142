"""Past decisions under another charter, before it is published: which ones would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guardrails.charter.facts import Evidence
from guardrails.charter.rules import Charter, strictest
from guardrails.verdicts import Decision, Grounds, Stage


@dataclass(frozen=True, slots=True)
class Past:
    """A decision as the record keeps it: on which facts, and what came of it."""

    record: str
    stage: Stage
    grounds: Grounds
    decided: Decision
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A past decision that another charter would not take, and by which clauses."""

    record: str
    before: Decision
    after: Decision
    clauses_before: tuple[str, ...]
    clauses_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """`unsure` decisions rest on facts whose words are not the recorded ones any more.

    A fact that is new in the charter is in no past decision: what it would have changed, only
    its tests can tell.
    """

    decisions: int
    changes: tuple[Change, ...]
    unsure: int
    new_facts: tuple[str, ...]


def replay(charter: Charter, past: Iterable[Past]) -> Diff:
    decisions = unsure = 0
    changes: list[Change] = []
    seen: set[str] = set()
    for one in past:
        decisions += 1
        seen |= {known.fact for known in one.grounds.known}
        unsure += _differs(charter, one)
        changes += _change(charter, one)
    new = sorted(set(charter.lexicon.versions) - seen) if decisions else []
    return Diff(decisions, tuple(changes), unsure, tuple(new))


def _change(charter: Charter, past: Past) -> Iterator[Change]:
    grounds = past.grounds
    evidence = Evidence.of(
        grounds.known, grounds.sentences, frozenset(grounds.untold), grounds.heard
    )
    found = charter.judge(evidence, past.stage)
    after = strictest([one.decision for one in found])
    clauses = tuple(one.clause for one in found)
    if after is not past.decided or set(clauses) != set(past.clauses):
        yield Change(past.record, past.decided, after, past.clauses, clauses)


def _differs(charter: Charter, past: Past) -> bool:
    versions = charter.lexicon.versions
    return any(
        known.detector == "lexicon" and versions.get(known.fact) != known.version
        for known in past.grounds.known
    )
