"""Conditions over facts: pure, without an order, and the same today as in a replay."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """Holds when one of these facts is known."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    parts: tuple[Condition, ...]


Condition = Fact | All | AnyOf | NoneOf


def holds(condition: Condition, facts: AbstractSet[str]) -> bool:
    match condition:
        case Fact(names):
            return not names.isdisjoint(facts)
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case NoneOf(parts):
            return not any(holds(part, facts) for part in parts)


def might_hold(condition: Condition, facts: AbstractSet[str], untold: AbstractSet[str]) -> bool:
    """Whether it holds for some way the untold facts may turn out; never wrongly no."""
    return _possible(condition, facts, facts | untold)


def surely_holds(condition: Condition, facts: AbstractSet[str], untold: AbstractSet[str]) -> bool:
    """Whether it holds however the untold facts turn out; never wrongly yes."""
    return not _possible(NoneOf((condition,)), facts, facts | untold)


def _possible(condition: Condition, least: AbstractSet[str], most: AbstractSet[str]) -> bool:
    """Under a `none`, what makes its parts hold least is what makes it hold most."""
    match condition:
        case Fact(names):
            return not names.isdisjoint(most)
        case All(parts):
            return all(_possible(part, least, most) for part in parts)
        case AnyOf(parts):
            return any(_possible(part, least, most) for part in parts)
        case NoneOf(parts):
            return not any(_possible(part, most, least) for part in parts)


def speaks_of(condition: Condition) -> frozenset[str]:
    """Every fact that the condition looks at."""
    match condition:
        case Fact(names):
            return names
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            return frozenset().union(*(speaks_of(part) for part in parts))


def rests_on(condition: Condition) -> frozenset[str]:
    """The facts whose presence can make the condition hold."""
    match condition:
        case Fact(names):
            return names
        case All(parts) | AnyOf(parts):
            return frozenset().union(*(rests_on(part) for part in parts))
        case NoneOf():
            return frozenset()


def leaves(condition: Condition) -> frozenset[frozenset[str]]:
    """The sets of facts that its parts ask for, each once."""
    match condition:
        case Fact(names):
            return frozenset({names})
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            return frozenset().union(*(leaves(part) for part in parts))
