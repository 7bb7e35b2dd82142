"""What becomes of personal data in the passages of a collection, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from guardrails.pii.placeholders import canonical
from guardrails.pii.ports import Kind
from guardrails.text import Shadow
from guardrails.verdicts import Finding


class Treatment(StrEnum):
    """From the strictest to the most open."""

    MASK = "mask"  # its kind alone is told: [PERSON]
    PSEUDONYMISE = "pseudonymise"  # the same value is told to be the same: [PERSON_1]
    KEEP = "keep"  # a permission, for the readers of the collection


@dataclass(frozen=True, slots=True)
class Policy:
    """One treatment, and those of kinds that differ."""

    otherwise: Treatment = Treatment.PSEUDONYMISE
    kinds: tuple[tuple[Kind, Treatment], ...] = ()

    def of(self, kind: str) -> Treatment:
        return next((said for one, said in self.kinds if one == kind), self.otherwise)

    @property
    def kept(self) -> tuple[Kind, ...]:
        """The kinds that it leaves in clear."""
        return tuple(kind for kind in Kind if self.of(kind) is Treatment.KEEP)


AS_USUAL = Policy()


@dataclass(frozen=True, slots=True)
class Clear:
    """Values of passages that may be said in clear."""

    values: frozenset[tuple[str, str]] = frozenset()  # kinds, and the values without their spelling

    @classmethod
    def of(cls, text: str, findings: Iterable[Finding], kinds: Sequence[str]) -> Clear:
        """Those of these kinds that were found in a text."""
        return cls(frozenset(_spelt(text, one) for one in findings if one.kind in kinds))

    def holds(self, text: str, finding: Finding) -> bool:
        """Whether a passage says it: the same value, or words of the name that it tells."""
        kind, value = _spelt(text, finding)
        if (kind, value) in self.values:
            return True
        words = set(value.split())
        return kind == Kind.PERSON and any(
            words.issubset(said.split()) for one, said in self.values if one == kind
        )


NOTHING_CLEAR = Clear()


def _spelt(text: str, finding: Finding) -> tuple[str, str]:
    written = text[finding.start : finding.end]
    if finding.kind == Kind.PERSON:
        return finding.kind, Shadow(written).low
    return finding.kind, canonical(finding.kind, written)
