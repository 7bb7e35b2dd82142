"""Names of persons on texts and with names that no lesson had: what is masked, and what wrongly."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pytest
from names.corpora import Span, Text
from names.drawing import Lists, apart
from names.lessons import lessons

from guardrails.pii.names.knowledge import Knowledge, shipped
from guardrails.pii.names.persons import Persons
from guardrails.pii.names.words import CIVILITIES, TOKEN, plain
from guardrails.pii.repeats import told
from guardrails.pii.scan import IdentifiersAndNames
from models.ports import Language
from server.audit.statistics import clopper_pearson

DATA = Path(__file__).parents[3] / "shared" / "data"
SEED = 5
OLD = ("europeana", "newseye")  # newspapers whose recognition errs
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "names").is_dir(), reason="no names and texts at hand"),
]

Find = Callable[[str], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Rate:
    right: int
    all: int

    @property
    def value(self) -> float:
        return self.right / self.all if self.all else 1.0

    def __str__(self) -> str:
        sure = clopper_pearson(self.right, self.all)
        return f"{self.value:.3f} [{sure.low:.3f}, {sure.high:.3f}]"


def finder(knowledge: Knowledge) -> Find:
    """Our scan with other lists or weights than the shipped ones."""
    ours = IdentifiersAndNames(persons=Persons(knowledge))

    def find(text: str) -> Sequence[Span]:
        found = ours.find(text, Language.FRENCH)
        found = ours.find(text, Language.FRENCH, told(text, found))
        return [(one.start, one.end) for one in found if one.kind in ("PERSON", "HOLDER")]

    return find


@lru_cache
def lists() -> Lists:
    return Lists.read(DATA / "names")


@lru_cache
def texts(*, unseen: bool) -> tuple[Text, ...]:
    """With names as people bear them; `unseen`: with the fifth that no list has, all of them."""
    drawn = lists().only(apart) if unseen else lists()
    return tuple(lessons(DATA, drawn, SEED, held_apart=True))


@lru_cache
def unlisted() -> Knowledge:
    """What is shipped, without the fifth of the names that is held apart."""
    named = (*lists().given.names, *lists().surnames.names)
    return replace(shipped(), hidden=frozenset(plain(one) for one in named if apart(one)))


def words(one: Text, span: Span) -> Iterator[Span]:
    """The words of a name that tell it: no title, no initial, no particle."""
    start, end = span
    for token in TOKEN.finditer(one.text, start, end):
        written = token.group().rstrip(".")
        if written[:1].isupper() and len(written) > 1 and plain(written) not in CIVILITIES:
            yield token.span()


def scored(find: Find, measured: Sequence[Text]) -> tuple[dict[str, Rate], dict[str, Rate]]:
    """For each set: names masked whole; and masks that touch a name."""
    count: Counter[tuple[str, str]] = Counter()
    for one in measured:
        found = find(one.text)
        for span in one.names:
            parts = list(words(one, span))
            if parts:
                whole = all(any(a <= x and y <= b for a, b in found) for x, y in parts)
                count[one.set, "names"] += 1
                count[one.set, "whole"] += whole
        for start, end in found:
            count[one.set, "masks"] += 1
            count[one.set, "right"] += any(start < b and a < end for a, b in one.names)
    sets = dict.fromkeys(one.set for one in measured)
    recall = {of: Rate(count[of, "whole"], count[of, "names"]) for of in sets}
    return recall, {of: Rate(count[of, "right"], count[of, "masks"]) for of in sets}


def shown(title: str, recall: dict[str, Rate], precision: dict[str, Rate]) -> None:
    print(f"\n{title}")
    for of, found in recall.items():
        print(f"  {of:10} recall {found}  precision {precision[of]}  names {found.all}")


def test_names_in_texts_that_no_lesson_had() -> None:
    recall, precision = scored(finder(unlisted()), texts(unseen=False))

    shown("rules and model, one name in five in no list", recall, precision)
    assert recall["inline"].value >= 0.94
    assert precision["inline"].value >= 0.94
    assert recall["hospital"].value >= 0.90
    assert all(one.value >= 0.75 for one in precision.values())


def test_names_that_nobody_listed() -> None:
    drawn = [one for one in texts(unseen=True) if one.set.startswith(("hospital", "ours"))]

    recall, precision = scored(finder(unlisted()), drawn)

    shown("every name in no list", recall, precision)
    assert all(one.value >= 0.75 for one in recall.values())


def test_the_model_finds_what_rules_alone_miss() -> None:
    silent = replace(unlisted(), bias=-1_000.0)
    modern = [one for one in texts(unseen=False) if one.set not in OLD]

    ruled, precise = scored(finder(silent), modern)
    recall, _ = scored(finder(unlisted()), modern)

    shown("rules alone", ruled, precise)
    assert all(recall[of].value > ruled[of].value for of in ruled)


@pytest.mark.parametrize(("of", "most"), [("service-public", 1.2), ("cnil", 1.0)])
def test_pages_about_nobody_keep_their_words(of: str, most: float) -> None:
    find = finder(shipped())
    rows = (DATA / of / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(row)["text"] for row in rows]

    masks = sum(len(find(page)) for page in pages)

    each = masks / sum(map(len, pages)) * 20_000
    print(f"\n{of}: {masks} masks of persons, {each:.2f} in 20 000 characters")
    assert each <= most
