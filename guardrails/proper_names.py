"""Names that a sentence says: each must be in its sources, and there of what it is said of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardrails.meanings import meanings
from guardrails.nearness import Beside, Rival, closest, displaced
from guardrails.text import folded
from models.ports import Language
from models.words import STOP_WORDS, stem

_NAME = re.compile(r"(?<!\w)(?:[dlDL]['’])?(?P<name>[A-ZÀ-Þ][\w-]+)")
_OPENS = re.compile(r"(?:\A|[.!?…:;«\"“(\n•*-])\s*\Z")  # a capital behind it says nothing
_LOOK_BACK = 3  # characters
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    {"according", "additional", "answer", "brief", "certain", "divers", "diverses", "multiple"}
    | {"nombreuses", "nombreux", "numerous", "plusieurs", "reponse", "resume", "selon", "several"}
    | {"short", "source", "various"}
)
_VERBAL = re.compile(r"(?:ez|ly|ing)\Z")  # "Adressez", "Usually": a capital for its place alone
_TELLING = 0.9  # likeness below which two places have nothing to do with each other
_NEARER = 0.8  # how much less like its own place than a rival's a name may stand


@dataclass(frozen=True, slots=True)
class Name:
    """A word with a capital, characters [start, end).

    `sure`: no sentence begins with it; `common`: one does, and it is a word like another.
    """

    written: str
    words: frozenset[str]  # folded
    start: int
    end: int
    sure: bool
    common: bool


_Named = tuple[Name, Beside]


def names(text: str, language: Language) -> Iterator[Name]:
    """Words with a capital; where a sentence begins, only what is no small word."""
    for match in _NAME.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        words = frozenset(_WORD.findall(folded(match["name"])))
        sure = _OPENS.search(before) is None
        if sure or not words & STOP_WORDS[language]:
            common = not sure and any(_common(word, language) for word in words)
            yield Name(match["name"], words, *match.span("name"), sure, common)


def _common(word: str, language: Language) -> bool:
    """Whether a folded word that begins a sentence is no name."""
    if word in _COMMON or _VERBAL.search(word):
        return True
    return stem(word, language) in meanings(language).same


def missing_names(
    said: Sequence[_Named], known: frozenset[str], sources: Sequence[_Named]
) -> Iterator[str]:
    """Names that no source says (`known` are their words), or says in another name's place."""
    there = _by_writing(sources)
    here = _by_writing(said)
    certain = frozenset[str]().union(*(name.words for name, _ in sources if name.sure))
    for name, beside in said:
        if name.common:
            continue
        unknown = not known.issuperset(name.words)
        weighed = name.sure or unknown or name.words <= certain
        if (name.sure and unknown) or (weighed and _taken(name, beside, here, there)):
            yield f"name {name.written}"


_Places = Mapping[frozenset[str], list[Beside]]


def _by_writing(named: Iterable[_Named]) -> _Places:
    found: dict[frozenset[str], list[Beside]] = {}
    for name, beside in named:
        found.setdefault(name.words, []).append(beside)
    return found


def _taken(name: Name, beside: Beside, here: _Places, there: _Places) -> bool:
    """Whether another name stands in this name's place."""
    own = [one for words, places in there.items() if name.words <= words for one in places]
    return any(
        closest(beside, places) >= _TELLING
        and displaced(beside, own, Rival(places, here.get(words, ())), _NEARER)
        for words, places in there.items()
        if not name.words <= words
    )
