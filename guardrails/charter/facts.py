"""What detectors know of a text: typed facts, each with its confidence and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.text import Shadow
from guardrails.verdicts import Known
from models.segmentation import split

Facts = frozenset[str]
"""Names of facts: the family and the value, as in `criterion.age`. Never words of the text."""

NAMED_PERSON = "text.names_a_person"
"""Read from capitals: a title with a name, or two capitalised words."""

NAMED_SOMEONE = "text.names_someone"
"""Read from capitals inside a sentence: one capitalised word, of a person or of anything else."""

HELD_SUM = "text.holds_a_sum"
"""Read from signs: figures with an operator between them, as in `348 * 27` or `18 % de 2450`."""

SHAPES = frozenset({NAMED_PERSON, NAMED_SOMEONE, HELD_SUM})

_NAME = re.compile(
    r"\b(?:M\.|Mme|Mlle|Mr|Mrs|Ms|Monsieur|Madame) ?[A-ZÀ-Þ]"
    r"|\[(?:PERSON|HOLDER)[_\]]"  # a name that was masked, with or without its tag
    # Two capitalised words; after an article they are a thing: "the White House".
    r"|(?:(?<=[\w,:'’] )|(?<=\b[dD]['’]))"
    r"(?<![Tt]he )(?<![Ll]es )(?<![Dd]es )(?<![Dd]u )(?<!\b[Ll]a )"
    r"[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)? [A-ZÀ-Þ][\w-]*[a-zß-ÿA-ZÀ-Þ]\b"
)
_SOMEONE = re.compile(
    r"(?:(?<=[a-zß-ÿ,] )|(?<=\b[dDlL]['’]))(?<![Tt]he )(?<!\b[àÀ] )(?<! en )(?<! in )(?<! at )"
    r"[A-ZÀ-Þ][a-zß-ÿ]{2,}\b|\[PERSON[_\]]"
)
_SUM = re.compile(
    r"\d ?[*×÷^] ?\d"
    r"|\d ?\+ ?\d"
    r"|\d ?% ?(?:de|d['’]|du|of|sur|on) ?\d"
)
_SHAPE, _SHAPE_VERSION = "shape", "2"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that rules may look at: the facts of each sentence, and those nobody could tell.

    `heard` sentences were said before, in earlier turns: they count for what follows them.
    """

    sentences: tuple[Facts, ...]
    untold: Facts = frozenset()
    heard: int = 0

    @classmethod
    def of(
        cls, known: Iterable[Known], sentences: int, untold: Facts = frozenset(), heard: int = 0
    ) -> Evidence:
        """The facts of so many sentences, each in its own."""
        found: list[set[str]] = [set() for _ in range(sentences)]
        for one in known:
            found[one.sentence].add(one.fact)
        return cls(tuple(map(frozenset, found)), untold, heard)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, as their shadow."""
    seen = Shadow(text).text
    return [seen[start:end] for start, end in split(seen)]


def shapes_of(sentences: Sequence[str]) -> Iterable[Known]:
    """What the form of a sentence tells, without any list of words."""
    for number, sentence in enumerate(sentences):
        if _NAME.search(sentence):
            yield Known(NAMED_PERSON, 1.0, _SHAPE, _SHAPE_VERSION, number)
        if _SOMEONE.search(sentence):
            yield Known(NAMED_SOMEONE, 1.0, _SHAPE, _SHAPE_VERSION, number)
        if _SUM.search(sentence):
            yield Known(HELD_SUM, 1.0, _SHAPE, _SHAPE_VERSION, number)
