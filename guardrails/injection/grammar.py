"""The rules made ready to match, once for the whole house."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guardrails.injection import kinds, misplaced, rules
from guardrails.injection.kinds import Kinds, Vocabulary
from guardrails.injection.rules import Act, Ready, Rule
from guardrails.text import folded
from models.ports import Language

_NEAR = 60  # words on either side in which a quotation begins, ends and is spoken of


@dataclass(frozen=True, slots=True)
class Grammar:
    """The vocabulary of all rules, and the rules by where they hold."""

    words: Vocabulary
    anywhere: Ready
    to_a_question: Ready
    out_of_place: Ready
    asked: Ready

    def acts(self, shadow: str) -> tuple[Kinds, list[Act]]:
        """Against the assistant, in a text of any kind."""
        read = kinds.read(folded(shadow), self.words)
        return read, list(_met(read, self.anywhere))

    def quoted(self, read: Kinds, act: Act) -> bool:
        """Whether the act stands in quotation marks, on a line that speaks of such acts."""
        first = max(read.row.rfind("L", 0, act.start) + 1, act.start - _NEAR)
        last = min(read.row.find("L", act.end - 1), act.end + _NEAR)
        before, after = read.row[first : act.start], read.row[act.end : last]
        marked = before.count('"') % 2 == 1 and '"' in after + read.row[act.end - 1]
        return marked and any(one in before + after for one in self.words.members["quote"])

    def demands(self, read: Kinds) -> Iterator[Act]:
        """What is only wrong to ask of an assistant."""
        return _met(read, self.to_a_question)

    def tasks(self, read: Kinds, shadow: str, language: Language) -> Iterator[Act]:
        """Out of place in a document."""
        return misplaced.tasks(read, shadow, self.out_of_place, self.asked, language)


def _met(read: Kinds, ready: Ready) -> Iterator[Act]:
    for rule, pattern in ready:
        for match in pattern.finditer(read.row):
            yield Act(rule.family, rule.certain, *match.span())


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """Every rule of the house."""
    out_of_place = (*misplaced.ON_THE_REPLY, *misplaced.ON_A_REPLY, *misplaced.OUT_OF_PLACE)
    every = (*rules.ANYWHERE, *rules.SUSPECT, *rules.TO_A_QUESTION, *out_of_place, *misplaced.ASKED)
    words = kinds.vocabulary(one for rule in every for one in kinds.literals_of(rule.form))

    def ready(given: Sequence[Rule]) -> Ready:
        return tuple((rule, kinds.compiled(rule.form, words)) for rule in given)

    return Grammar(
        words,
        ready((*rules.ANYWHERE, *rules.SUSPECT)),
        ready(rules.TO_A_QUESTION),
        ready(out_of_place),
        ready(misplaced.ASKED),
    )
