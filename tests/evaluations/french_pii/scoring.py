"""Scores by what leaks: an identifier under another name is masked, a digit left is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evaluations.french_pii.corpus import CANONICAL, Document, Span

from server.audit.statistics import clopper_pearson

WEIGHTS = {"NIR": 10, "IBAN": 6, "CARD": 6, "NIF": 5, "IDENTITY_CARD": 5, "PASSPORT": 5, "ADDRESS": 4, "BIRTH_DATE": 4, "RESIDENCE_PERMIT": 5, "DRIVING_LICENCE": 4, "EMAIL": 3, "PHONE": 3}  # fmt: skip
"""What a leak of each kind tells of somebody; 1 for the others."""
NEIGHBOURS = frozenset({"SIRET", "CARD", "NIR"})

Found = tuple[str, int, int]
"""Kind, start, end."""


@dataclass(slots=True)
class Score:
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    whole: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    traps: int = 0
    trapped: list[str] = field(default_factory=list)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    clean: int = 0
    documents: int = 0

    def add(self, document: Document, found: Sequence[Found]) -> None:
        clean = True
        for span in document.spans:
            self.asked[span.kind, span.attack] += 1
            if _leak(document.text, span, found):
                clean = False
                self.missed.append((span.kind, span.attack, _around(document.text, span)))
            else:
                self.whole[span.kind, span.attack] += 1
                if (name := _name(span, found)) in NEIGHBOURS and span.kind in NEIGHBOURS:
                    self.confused[span.kind, name] += 1
        for trap in document.traps:
            self.traps += 1
            if any(start < trap.end and trap.start < end for _, start, end in found):
                self.trapped.append(document.text[trap.start : trap.end])
        for kind, start, end in found:
            if not any(start < one.end and one.start < end for one in document.spans):
                self.extra[kind] += 1
        self.documents += 1
        self.clean += clean

    def recall(self, *, canonical: bool, kind: str | None = None) -> tuple[int, int]:
        """Identifiers masked whole, and all of them."""
        keys = [
            key
            for key in self.asked
            if (key[1] == CANONICAL) is canonical and kind in (None, key[0])
        ]
        return sum(self.whole[key] for key in keys), sum(self.asked[key] for key in keys)

    def by_attack(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for kind, attack in self.asked:
            whole, asked = found.get(attack, (0, 0))
            found[attack] = whole + self.whole[kind, attack], asked + self.asked[kind, attack]
        return found

    def weighted_leak(self) -> float:
        """The share of what could be told that was told, each kind by its weight."""
        weights = {key: WEIGHTS.get(key[0], 1) * n for key, n in self.asked.items()}
        leaks = {
            key: WEIGHTS.get(key[0], 1) * (n - self.whole[key]) for key, n in self.asked.items()
        }
        return sum(leaks.values()) / max(1, sum(weights.values()))

    def f1(self, kind: str) -> float:
        whole, asked = (
            sum(part)
            for part in zip(
                self.recall(canonical=True, kind=kind),
                self.recall(canonical=False, kind=kind),
                strict=True,
            )
        )
        return 2 * whole / max(1, 2 * whole + self.extra[kind] + asked - whole)


def told(part: tuple[int, int]) -> str:
    """A rate with its exact 95 % interval."""
    whole, asked = part
    if not asked:
        return "–"
    interval = clopper_pearson(asked - whole, asked)
    return f"{whole / asked:.4f} [{1 - interval.high:.4f}–{1 - interval.low:.4f}] of {asked}"


def scored(documents: Iterable[Document], found: dict[str, list[Found]]) -> Score:
    score = Score()
    for document in documents:
        score.add(document, found.get(document.id, []))
    return score


def _leak(text: str, span: Span, found: Sequence[Found]) -> int:
    """How many letters and digits of it nobody covers."""
    covered = [False] * (span.end - span.start)
    for _, start, end in found:
        for n in range(max(start, span.start), min(end, span.end)):
            covered[n - span.start] = True
    return sum(
        one.isalnum() and not hidden
        for one, hidden in zip(text[span.start : span.end], covered, strict=True)
    )


def _name(span: Span, found: Sequence[Found]) -> str:
    """The kind of what covers most of it, if it is not its own."""
    shares: dict[str, int] = defaultdict(int)
    for kind, start, end in found:
        shares[kind] += max(0, min(end, span.end) - max(start, span.start))
    best = max(shares, key=lambda kind: shares[kind], default="")
    return "" if best == span.kind else best


def _around(text: str, span: Span) -> str:
    return text[max(0, span.start - 30) : span.end + 12].replace("\n", "⏎")


def table(scores: dict[str, Score]) -> str:
    """The scores side by side, as Markdown."""
    names = list(scores)
    rows = [["", *names], ["---"] * (len(names) + 1)]

    def row(title: str, *cells: str) -> None:
        rows.append([title, *cells])

    first = scores[names[0]]
    row("canonical", *(told(one.recall(canonical=True)) for one in scores.values()))
    row("twelve attacks", *(told(one.recall(canonical=False)) for one in scores.values()))
    for attack in first.by_attack():
        row(f"– {attack}", *(told(one.by_attack()[attack]) for one in scores.values()))
    for kind in sorted({kind for kind, _ in first.asked}):
        row(kind, *(told(one.recall(canonical=True, kind=kind)) for one in scores.values()))
    row("weighted leak", *(f"{one.weighted_leak():.5f}" for one in scores.values()))
    row("texts entirely clean", *(told((one.clean, one.documents)) for one in scores.values()))
    row("traps flagged", *(f"{len(one.trapped)} of {one.traps}" for one in scores.values()))
    row("SIRET, card, NIR confused", *(str(sum(one.confused.values())) for one in scores.values()))
    for kind in ("ADDRESS", "BIRTH_DATE"):
        row(f"{kind} F1", *(f"{one.f1(kind):.4f}" for one in scores.values()))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
