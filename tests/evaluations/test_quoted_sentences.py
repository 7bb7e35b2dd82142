"""How often the sentence that is quoted, without any weights, is the one that answers.

Questions on encyclopedia paragraphs whose answers are marked (PIAF, and a sample of SQuAD 2): the
paragraph is among four, in a drawn order. The way of choosing was tuned on every other article of
PIAF; the others are measured here, and nothing was tuned on the English ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.extractive import ExtractiveGenerator
from models.ports import Language, Prompt, Source
from models.words import folded

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "qa"
OTHERS = 3


@dataclass(frozen=True)
class Asked:
    paragraph: str
    question: str
    answers: tuple[str, ...]


class Free:
    """A permit that nobody takes back."""

    def check(self) -> None: ...


@pytest.mark.parametrize(("language", "right"), [(Language.FRENCH, 0.72), (Language.ENGLISH, 0.85)])
def test_most_quotations_answer(
    language: Language, right: float, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = french() if language is Language.FRENCH else english()
    answered = first = quoted = holding = 0
    for row, sources in placed(rows):
        written = quotations(row.question, sources, language)
        answered += bool(written)
        quoted += len(written)
        good = [answers(row, sources, line) for line in written]
        holding += sum(good)
        first += bool(good) and good[0]

    with capsys.disabled():
        print(f"\n{language}: {len(rows)} questions, quoted {answered / len(rows):.3f}", end=", ")
        print(f"first right {first / answered:.3f}, any right {holding / quoted:.3f} of {quoted}")
    assert first / answered >= right


def quotations(question: str, sources: Sequence[Source], language: Language) -> list[str]:
    prompt = Prompt("", tuple(sources), question, language)
    return list(ExtractiveGenerator().write(prompt, Free()))


def answers(row: Asked, sources: Sequence[Source], line: str) -> bool:
    text, _, n = line.rstrip("]\n").rpartition(" [")
    source = next(one for one in sources if one.n == int(n))
    held = folded(text)
    return source.text == row.paragraph and any(folded(one) in held for one in row.answers)


def placed(rows: Sequence[Asked]) -> Iterator[tuple[Asked, list[Source]]]:
    """Each question with its paragraph among others, more often first than not."""
    dice = random.Random(0)
    paragraphs = list(dict.fromkeys(row.paragraph for row in rows))
    for row in rows:
        texts = dice.sample([one for one in paragraphs if one != row.paragraph], OTHERS)
        texts.insert(dice.choice((0, 0, 1, 2)), row.paragraph)
        yield row, [Source(n, "", text) for n, text in enumerate(texts, start=1)]


def french() -> list[Asked]:
    return [
        Asked(paragraph["context"], one["question"], (one["answers"][0]["text"],))
        for article in read("piaf-dev.fr.json")["data"][1::2]
        for paragraph in article["paragraphs"]
        for one in paragraph["qas"]
        if one["answers"]
    ]


def english() -> list[Asked]:
    truth = read("squad2-sample-ground_truth.en.json")
    return [
        Asked(one["context"], one["question"], tuple(truth[one["id"]]["answers"]))
        for one in read("squad2-sample-queries.en.json")["queries"]
        if not truth[one["id"]]["is_impossible"]
    ]


def read(name: str) -> Any:
    if not (DATA / name).is_file():
        pytest.skip(f"the questions with marked answers are not at hand ({DATA})")
    return json.loads((DATA / name).read_text(encoding="utf-8"))
