"""Every order in a text, through every disguise, with its place in the text as it was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from guardrails.injection import disguises, templates
from guardrails.injection.grammar import grammar
from guardrails.injection.rules import Family
from guardrails.text import Rewritten, Shadow, folded
from models.ports import Language

KIND = "INJECTION"
_MANY = 300  # acts; a text with more of them is one order from the first to the last
_PIECE, _SHARED = 50_000, 2_000  # characters of a passage read at a time, and read twice
AGAINST_US = frozenset(Family) - {Family.ADDRESS, Family.REPLY, Family.LEAK}
"""What is refused in a question; the others are how people speak to an assistant."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order and where it stands, in characters of the text as given."""

    family: Family
    start: int
    end: int
    certain: bool = True


def orders(text: str) -> tuple[Order, ...]:
    """Every order in a question, in order of appearance."""
    return _sorted((*_anywhere(text, None), *_dialogue(text)))


def in_passage(text: str, language: Language) -> tuple[Order, ...]:
    """Every order in a passage: also tasks that have nothing to do with what it speaks of.

    A long text is read piece by piece, so that memory does not grow with it; an order that lies
    across a cut is whole in one of them as long as it is shorter than what they share.
    """
    starts = range(0, max(len(text) - _SHARED, 1), _PIECE - _SHARED)
    return _sorted(
        replace(order, start=start + order.start, end=start + order.end)
        for start in starts
        for order in _anywhere(text[start : start + _PIECE], language)
    )


def _sorted(found: Iterable[Order]) -> tuple[Order, ...]:
    return tuple(sorted(set(found), key=lambda one: (one.start, one.end, one.family)))


def _anywhere(text: str, language: Language | None) -> Iterator[Order]:
    seen = disguises.unveiled(text)
    shadow = Shadow(seen.text)

    def placed(within: Rewritten, family: Family, start: int, end: int, certain: bool) -> Order:
        span = shadow.original_span(*within.original_span(start, end))
        return Order(family, *seen.original_span(*span), certain)

    plain = Rewritten(shadow.text, ())
    for start, end in disguises.smuggled(plain.text):
        yield placed(plain, Family.HIDDEN, start, end, certain=False)
    for version in disguises.versions(plain):
        for family, start, end, certain in _plainly(version.text, language):
            yield placed(version, family, start, end, certain)


def _plainly(shadow: str, language: Language | None) -> Iterator[tuple[Family, int, int, bool]]:
    for match in templates.TOKENS.finditer(folded(shadow)):
        yield Family.TEMPLATE, match.start(), match.end(), True
    read, acts = grammar().acts(shadow)
    acts += grammar().tasks(read, shadow, language) if language else grammar().demands(read)
    if len(acts) > _MANY:
        first, last = min(act.start for act in acts), max(act.end for act in acts)
        yield acts[0].family, *read.span(first, last), any(act.certain for act in acts)
        return
    for act in acts:
        certain = act.certain and not grammar().quoted(read, act)
        yield act.family, *read.span(act.start, act.end), certain


def _dialogue(text: str) -> Iterator[Order]:
    """What only a question is wrong to hold: a made-up dialogue, one word over and over."""
    shadow = Shadow(text)
    low = folded(shadow.text)
    for start, end in (*templates.turns(low), *templates.floods(low)):
        yield Order(Family.TEMPLATE, *shadow.original_span(start, end), certain=False)
