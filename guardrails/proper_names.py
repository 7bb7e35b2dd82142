"""Names that a sentence says: each must be in its sources, and there of what it is said of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from guardrails.nearness import Beside, likeness
from guardrails.text import folded

_NAME = re.compile(r"(?<!\w)(?:[dlDL]['’])?(?P<name>[A-ZÀ-Þ][\w-]+)")
_OPENS = re.compile(r"(?:\A|[.!?…:;«\"“(\n•*-])\s*\Z")  # a capital behind it says nothing
_LOOK_BACK = 3  # characters
_WORD = re.compile(r"\w+")
_TELLING = 0.9  # likeness below which two places have nothing to do with each other
_NEARER = 0.8  # how much less like its own place than a rival's a name may stand


@dataclass(frozen=True, slots=True)
class Name:
    """A word with a capital, characters [start, end). `sure`: no sentence begins with it."""

    written: str
    words: frozenset[str]  # folded
    start: int
    end: int
    sure: bool


_Named = tuple[Name, Beside]


def names(text: str) -> Iterator[Name]:
    for match in _NAME.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        words = frozenset(_WORD.findall(folded(match["name"])))
        yield Name(match["name"], words, *match.span("name"), _OPENS.search(before) is None)


def missing_names(
    said: Iterable[_Named], own: frozenset[str], known: frozenset[str], sources: Sequence[_Named]
) -> Iterator[str]:
    """Names that no source says, or that a source says in another name's place.

    `own` and `known` are the words of the sentence and of its sources.
    """
    rivals = [one for one in sources if one[0].sure and not own.issuperset(one[0].words)]
    for name, beside in said:
        if not name.sure:
            continue
        if not known.issuperset(name.words) or _taken(name, beside, sources, rivals):
            yield f"name {name.written}"


def _taken(name: Name, beside: Beside, sources: Iterable[_Named], rivals: Iterable[_Named]) -> bool:
    """Whether another name, which the sentence does not say, stands in this name's place."""
    other = max((likeness(beside, around) for _, around in rivals), default=0)
    if other < _TELLING:
        return False
    same = (likeness(beside, around) for one, around in sources if name.words <= one.words)
    return max(same, default=0) < other * _NEARER
