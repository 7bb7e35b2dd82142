"""How many edited copies of real pages are found, and how many strangers are taken for copies."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from ingest.likeness import NEAR, Kind, Sketch, alike, signature

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = ("cnil", "service-public")
SLACK = 0.1  # a signature of 128 numbers is off by 0.04 at most times

pytestmark = pytest.mark.slow

Edit = Callable[[str, random.Random], str | None]


def a_paragraph(text: str, chance: random.Random) -> str | None:
    """Another paragraph's sentences in place of one, of those that are not most of the page."""
    paragraphs = text.split("\n")
    short = [n for n, one in enumerate(paragraphs) if 80 < len(one) < len(text) / 4]
    if len(short) < 2:
        return None
    at, source = chance.sample(short, 2)
    words = paragraphs[source].split()
    chance.shuffle(words)
    paragraphs[at] = " ".join(words)
    return "\n".join(paragraphs)


def the_years(text: str, chance: random.Random) -> str | None:
    edited = re.sub(r"\b20\d\d\b", lambda year: str(int(year[0]) + 1), text)
    return None if edited == text else edited


def a_sentence_left_out(text: str, chance: random.Random) -> str | None:
    sentences = re.split(r"(?<=[.!?])\s+", text)
    if len(sentences) < 8:
        return None
    del sentences[chance.randrange(len(sentences))]
    return " ".join(sentences)


EDITS: dict[str, Edit] = {
    "a paragraph": a_paragraph,
    "the years": the_years,
    "a sentence": a_sentence_left_out,
}


@pytest.mark.parametrize("name", SETS)
def test_edited_copies_are_found_and_strangers_are_not(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = DATA / name / "documents.jsonl"
    if not file.is_file():
        pytest.skip(f"the evaluation set {name} is not at hand ({file})")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    pages = {str(line["id"]): str(line["text"]) for line in lines}
    chance = random.Random(3)
    edited = {
        (id_, edit): copy
        for id_, text in pages.items()
        for edit, make in EDITS.items()
        if (copy := make(text, chance))
    }
    texts = {**pages, **{f"{id_}~{edit}": copy for (id_, edit), copy in edited.items()}}

    found = alike([Sketch(id_, "", signature(text)) for id_, text in texts.items()])

    pairs = {frozenset((one.document, one.other)) for one in found if one.kind is Kind.DUPLICATE}
    recall = {
        edit: share(
            [frozenset((id_, f"{id_}~{edit}")) in pairs for id_, one in edited if one == edit]
        )
        for edit in EDITS
    }
    shingles = {id_: shingles_of(text) for id_, text in texts.items()}
    precision = share([jaccard(*(shingles[id_] for id_ in pair)) >= NEAR - SLACK for pair in pairs])
    with capsys.disabled():
        copies = ", ".join(f"{edit} {value:.3f}" for edit, value in recall.items())
        print(f"\n{name}: {len(texts)} pages; recall {copies}; precision {precision:.4f}", end="")
    assert min(recall.values()) >= 0.97
    assert precision >= 0.99


def test_of_all_pairs_that_are_near_most_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Against the exact share of shingles in common, of every pair of real pages."""
    file = DATA / SETS[0] / "documents.jsonl"
    if not file.is_file():
        pytest.skip(f"the evaluation set {SETS[0]} is not at hand ({file})")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = {str(line["id"]): str(line["text"]) for line in lines}
    shingles = {id_: shingles_of(text) for id_, text in texts.items()}
    near = {
        frozenset((one, other))
        for one, other in combinations(texts, 2)
        if jaccard(shingles[one], shingles[other]) >= NEAR + SLACK
    }

    found = alike([Sketch(id_, "", signature(text)) for id_, text in texts.items()])

    crowded = {id_ for id_ in texts if sum(id_ in pair for pair in near) > 10}
    told = {frozenset((one.document, one.other)) for one in found}
    wanted = {pair for pair in near if not pair & crowded}  # of a crowd, the nearest ten are told
    recall = share([pair in told for pair in wanted])
    with capsys.disabled():
        print(f"\n{SETS[0]}: {len(wanted)} real near pairs; recall {recall:.3f}", end="")
    assert recall >= 0.97


def share(held: list[bool]) -> float:
    return sum(held) / len(held) if held else 1.0


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
