"""From words to facts: which of the charter's expressions stand in a sentence."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardrails.charter.expressions import GAP, WIDEST_GAP, Expression
from guardrails.charter.spelling import Read, Spelling
from guardrails.verdicts import Known

DETECTOR = "lexicon"
EXACTLY, NEARLY = 1.0, 0.9
"""How sure a fact is when every word stands there, or one with a typing error."""

LONG = 5  # letters; shorter words stand in most sentences

Span = tuple[int, int]
Ends = Mapping[int, frozenset[int]]
"""For each word at which an expression begins, the words at which it may end."""


@dataclass(frozen=True, slots=True)
class Words:
    """The expressions of one fact, or of one family; where one of `but` overlaps, none counts."""

    name: str
    expressions: tuple[Expression, ...]
    but: tuple[Expression, ...] = ()

    @property
    def version(self) -> str:
        """Names these very words: a recorded fact says by which it was found."""
        written = [[one.symbols for one in part] for part in (self.expressions, self.but)]
        return hashlib.sha256(repr(written).encode()).hexdigest()[:8]


class Lexicon:
    """Every family and fact of a charter, looked up in one pass over a sentence.

    A family may stand in the expressions of those after it, as `<name>`.
    """

    def __init__(
        self, families: Sequence[Words], facts: Sequence[Words], right: Iterable[str] = ()
    ) -> None:
        self.facts = tuple(facts)
        self.versions = {one.name: one.version for one in facts}
        self._families = tuple((f"<{one.name}>", _Index((one,))) for one in families)
        self._facts = _Index(facts)
        symbols = (
            symbol
            for one in (*families, *facts)
            for expression in (*one.expressions, *one.but)
            for symbol in expression.symbols
        )
        self._spelling = Spelling((one for one in symbols if one[0] not in ".<"), right)

    def facts_in(self, words: Sequence[str], sentence: int) -> Iterator[Known]:
        """The facts of a sentence, given its folded words and its number in its text."""
        seen = self._seen(words)
        for fact, spans in self._facts.found(seen).items():
            exactly = any(not seen.slips.intersection(range(*span)) for span in spans)
            sure = EXACTLY if exactly else NEARLY
            yield Known(fact, sure, DETECTOR, self.versions[fact], sentence)

    def _seen(self, words: Sequence[str]) -> _Seen:
        seen = _Seen.of([self._spelling.read(word) for word in words])
        for name, index in self._families:
            for spans in index.found(seen).values():
                seen.add(name, spans)
        return seen


class _Seen:
    """A sentence as symbols, each with the places where it begins and ends."""

    def __init__(self) -> None:
        self.at: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(
            lambda: defaultdict(set)
        )
        self.present: set[str] = set()
        self.slips: frozenset[int] = frozenset()
        self.length = 0

    @classmethod
    def of(cls, words: Sequence[Read]) -> _Seen:
        seen = cls()
        seen.length = len(words)
        for place, read in enumerate(words):
            seen.present |= read.symbols
            for symbol in read.symbols:
                seen.at[symbol][place].add(place + 1)
        seen.slips = frozenset(i for i, read in enumerate(words) if not read.exactly)
        return seen

    def add(self, symbol: str, spans: Iterable[Span]) -> None:
        self.present.add(symbol)
        for start, end in spans:
            self.at[symbol][start].add(end)

    def spans(self, expression: Expression) -> Iterator[Span]:
        first, *rest = expression.symbols
        for start, ends in self.at[first].items():
            for end in self._follow(rest, ends):
                yield start, end

    def _follow(self, symbols: Sequence[str], places: set[int]) -> set[int]:
        for symbol in symbols:
            if symbol == GAP:
                places = {
                    place + more
                    for place in places
                    for more in range(WIDEST_GAP + 1)
                    if place + more < self.length
                }
            else:
                begun = self.at[symbol]
                places = {end for place in places for end in begun.get(place, ())}
            if not places:
                break
        return places


class _Index:
    """Expressions under one symbol each, long and rare, so that few are ever looked at."""

    def __init__(self, named: Sequence[Words]) -> None:
        uses = Counter(
            symbol for one in named for each in one.expressions for symbol in each.needed
        )
        self._under: defaultdict[str, list[tuple[frozenset[str], str, Expression]]] = defaultdict(
            list
        )
        for one in named:
            for expression in one.expressions:
                rarest = min(expression.needed, key=lambda it: (len(it) < LONG, uses[it], it))
                self._under[rarest].append((expression.needed, one.name, expression))
        self._symbols = frozenset(self._under)
        self._but = {one.name: [(but, but.needed) for but in one.but] for one in named}

    def found(self, seen: _Seen) -> dict[str, list[Span]]:
        """The spans of each name that stands in the sentence."""
        found: defaultdict[str, list[Span]] = defaultdict(list)
        for symbol in self._symbols & seen.present:
            for needed, name, expression in self._under[symbol]:
                if needed <= seen.present:
                    found[name].extend(seen.spans(expression))
        if not found:
            return {}
        return {
            name: left
            for name, spans in found.items()
            if (left := _outside(spans, self._undoing(name, seen)))
        }

    def _undoing(self, name: str, seen: _Seen) -> list[Span]:
        return [
            span
            for but, needed in self._but[name]
            if needed <= seen.present
            for span in seen.spans(but)
        ]


def _outside(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    return [
        (start, end)
        for start, end in spans
        if not any(start < after and before < end for before, after in others)
    ]
