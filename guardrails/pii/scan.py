"""One scan of a text by every detector: what they find together is masked together."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter

from guardrails.pii.names.persons import Persons
from guardrails.pii.ports import Detector, Kind, PersonalData, Told
from guardrails.pii.repeats import repeats
from guardrails.pii.structured import Structured
from guardrails.text import Shadow
from guardrails.verdicts import Finding
from models.ports import Language

_MARK = re.compile(rf"\[(?:{'|'.join(Kind)})(?:_\d{{1,9}}(?:·[a-z2-7]{{12}})?)?\]")


class Scan(PersonalData):
    """Detectors on one shadow of the text; their findings on the original.

    Kinds that a house keeps in clear are found like the others, and then left.
    """

    def __init__(self, detectors: Sequence[Detector], kept: Collection[str] = ()) -> None:
        self._detectors = tuple(detectors)
        self._kept = frozenset(map(str, kept))

    def find(
        self, text: str, language: Language, said: Collection[Told] = ()
    ) -> tuple[Finding, ...]:
        """The same in both languages."""
        del language
        shadow = Shadow(text)
        marks = [mark.span() for mark in _MARK.finditer(shadow.text)] if "[" in text else []
        every = (one for detector in self._detectors for one in detector.find(shadow))
        found = self._left(every, marks)
        again = self._left(self._again(shadow, found, said), marks)
        masked = settled((*found, *again)) if again else found
        return tuple(_on_the_original(one, shadow) for one in masked)

    def _left(self, found: Iterable[Finding], marks: Sequence[tuple[int, int]]) -> list[Finding]:
        """Without the kinds that are kept, and without what is only the word of a mark."""
        if marks:
            found = [one for one in found if not _within(one, marks)]
        return [one for one in settled(found) if one.kind not in self._kept]

    def _again(
        self, shadow: Shadow, found: Sequence[Finding], said: Collection[Told]
    ) -> Iterable[Finding]:
        """What is found because of what was found before it."""
        return repeats(shadow, found, said)

    def open_from(self, text: str) -> int:
        shadow = Shadow(text)
        if not shadow.text:
            return 0
        held = min(detector.open_from(shadow) for detector in self._detectors)
        # An accent or a joiner that is still to come would change the last character.
        return shadow.original_span(min(held, len(shadow.text) - 1), len(shadow.text))[0]


def _within(found: Finding, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of these spans, in order and apart, holds it whole."""
    at = bisect_right(spans, (found.start, sys.maxsize)) - 1
    return at >= 0 and found.end <= spans[at][1]


class StructuredIdentifiers(Scan):
    """Identifiers of every kind, without any model."""

    def __init__(self, kept: Collection[str] = ()) -> None:
        super().__init__((Structured(),), kept)


class IdentifiersAndNames(Scan):
    """Identifiers of every kind, and names of persons by rules and our own small model."""

    def __init__(self, kept: Collection[str] = (), persons: Persons | None = None) -> None:
        self._persons = persons or Persons()
        super().__init__((Structured(), self._persons), kept)

    def _again(
        self, shadow: Shadow, found: Sequence[Finding], said: Collection[Told]
    ) -> Iterable[Finding]:
        yield from super()._again(shadow, found, said)
        yield from self._persons.again(shadow, found, said)


def settled(found: Iterable[Finding]) -> list[Finding]:
    """One finding for each stretch that candidates cover together, named by the surest.

    The union is masked whole: a part that only the weaker candidate covered is still told.
    """
    merged: list[Finding] = []
    naming, start, end = None, 0, 0
    for one in sorted(found, key=attrgetter("start")):
        if naming is not None and one.start < end:
            naming, end = _surer(naming, one), max(end, one.end)
            continue
        if naming is not None:
            merged.append(_covering(naming, start, end))
        naming, start, end = one, one.start, one.end
    return merged if naming is None else [*merged, _covering(naming, start, end)]


def _surer(left: Finding, right: Finding) -> Finding:
    if left.score == right.score and left.kind != right.kind:
        return min(left, right, key=lambda finding: _rank(finding.kind))
    return left if left.score >= right.score else right


def _covering(naming: Finding, start: int, end: int) -> Finding:
    if (naming.start, naming.end) == (start, end):
        return naming
    return Finding(naming.kind, start, end, naming.score)


def _rank(kind: str) -> int:
    """Kinds that other recognisers add come after ours."""
    return Kind(kind).rank if kind in _KINDS else len(Kind)


_KINDS = frozenset(map(str, Kind))


def _on_the_original(found: Finding, shadow: Shadow) -> Finding:
    start, end = shadow.original_span(found.start, found.end)
    return Finding(str(found.kind), start, end, found.score)
