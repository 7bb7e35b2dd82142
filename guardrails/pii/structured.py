"""Identifiers that follow a form: one pass over the shadow of a text, each checked by its rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guardrails.pii import account_numbers, addresses, emails, phones
from guardrails.pii.ports import Kind, PersonalData
from guardrails.text import Shadow, folded
from guardrails.verdicts import Finding
from models.ports import Language


class StructuredIdentifiers(PersonalData):
    """Finds the identifiers of `Kind` in French and English, without any model."""

    def find(self, text: str, language: Language) -> tuple[Finding, ...]:
        """The same in both languages: an identifier has no language."""
        del language
        shadow = Shadow(text)
        found = settled(_candidates(shadow.text))
        return tuple(_on_the_original(one, shadow) for one in found)


def _candidates(text: str) -> Iterator[Finding]:
    if "@" in text or "[" in text or "(" in text or "{" in text:
        yield from emails.find(text)
    if not any(one in text for one in "0123456789"):
        if "::" in text:
            yield from addresses.find(text, folded(text))
        return
    low = folded(text)
    yield from account_numbers.nirs(text)
    yield from account_numbers.ibans(text)
    yield from account_numbers.cards(text, low)
    yield from phones.find(text, low)
    yield from addresses.find(text, low)


def settled(candidates: Iterable[Finding]) -> list[Finding]:
    """One finding for each stretch that candidates cover together, named by the first kind.

    The union is masked whole: a part that only the weaker candidate covered is still told.
    """
    merged: list[Finding] = []
    for one in sorted(candidates, key=lambda found: (found.start, -found.end)):
        if merged and one.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], one)
        else:
            merged.append(one)
    return merged


def _joined(left: Finding, right: Finding) -> Finding:
    naming = min(left, right, key=lambda found: (_rank(found.kind), -found.score))
    return Finding(naming.kind, left.start, max(left.end, right.end), naming.score)


def _rank(kind: str) -> int:
    """Kinds that other recognisers add come after ours."""
    return Kind(kind).rank if kind in tuple(Kind) else len(Kind)


def _on_the_original(found: Finding, shadow: Shadow) -> Finding:
    start, end = shadow.original_span(found.start, found.end)
    return Finding(str(found.kind), start, end, found.score)
