"""How many altered sentences support notices, and how many reworded ones it keeps.

The rules were tuned on one half of the documents; the figures are of the other half.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import altering
import pytest
from altering import Case, Sentence

from guardrails.grounding import support
from models.ports import Language
from server.audit.statistics import clopper_pearson

DATA = Path(__file__).parents[3] / "shared" / "data"
EACH = 250  # of each kind and language, where the documents hold so many

Counts = Mapping[tuple[str, Language], list[bool]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everything() -> list[Sentence]:
    if not (DATA / "service-public").is_dir():
        pytest.skip(f"the evaluation sets are not at hand ({DATA})")
    return altering.sentences(DATA)


@pytest.fixture
def held_out(everything: list[Sentence]) -> list[Sentence]:
    return [one for one in everything if not one.first_half]


def test_what_is_altered_is_noticed(
    everything: list[Sentence], held_out: list[Sentence], said: Callable[[str], None]
) -> None:
    kinds = altering.alterations(altering.names_of(everything))

    noticed = judged(altering.cases(held_out, kinds, EACH, seed=1), supported=False)

    said(f"altered, noticed\n{table(noticed)}")
    french, english = (mean(noticed, language) for language in Language)
    assert min(french, english) >= 0.97
    assert abs(french - english) <= 0.02


def test_what_is_reworded_is_kept(held_out: list[Sentence], said: Callable[[str], None]) -> None:
    made = list(altering.cases(held_out, altering.REWORDINGS, EACH, seed=2))
    made += [altering.apart(one) for one in made if one.kind == "two sentences fused"]

    kept = judged(made, supported=True)

    said(f"reworded, kept\n{table(kept)}")
    french, english = (mean(kept, language) for language in Language)
    assert min(french, english) >= 0.95
    assert abs(french - english) <= 0.02


def test_what_no_rule_can_tell_is_reported(
    held_out: list[Sentence], said: Callable[[str], None]
) -> None:
    """No promise: these need a model that reads meaning, behind its port."""
    noticed = judged(altering.cases(held_out, altering.BEYOND_RULES, EACH, seed=3), supported=False)

    said(f"beyond rules, noticed\n{table(noticed)}")
    assert noticed


def test_a_premise_and_a_hypothesis(said: Callable[[str], None]) -> None:
    """RTE-3 in French asks for inference and knowledge of the world; words alone go half way."""
    file = DATA / "support" / "rte3-dev.fr.tsv"
    if not file.is_file():
        pytest.skip(f"the evaluation set is not at hand ({file})")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))

    right = [
        support(row["hypothesis"], [row["premise"]], Language.FRENCH).supported
        == (row["label_text"] == "entailment")
        for row in rows
    ]

    said(f"RTE-3 in French, dev: {len(right)} pairs, right {share(right)}")
    assert sum(right) / len(right) >= 0.55


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def printed(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")

    return printed


def judged(made: Iterable[Case], *, supported: bool) -> Counts:
    found: dict[tuple[str, Language], list[bool]] = defaultdict(list)
    for case in made:
        verdict = support(case.said, case.passages, case.of.language)
        found[case.kind, case.of.language].append(verdict.supported == supported)
    return found


def mean(counts: Counts, language: Language) -> float:
    """Of all cases of a language."""
    right = [one for (_, spoken), found in counts.items() if spoken == language for one in found]
    return sum(right) / len(right)


def table(counts: Counts) -> str:
    kinds = dict.fromkeys(kind for kind, _ in counts)
    lines = [
        f"| {kind} | {' | '.join(share(counts.get((kind, one), [])) for one in Language)} |"
        for kind in kinds
    ]
    every = [
        share([one for (_, of), found in counts.items() if of == language for one in found])
        for language in Language
    ]
    return "\n".join([*lines, f"| all | {' | '.join(every)} |"])


def share(right: list[bool]) -> str:
    """With its interval of 95 %."""
    if not right:
        return "–"
    within = clopper_pearson(sum(right), len(right))
    return f"{sum(right) / len(right):.3f} ({within.low:.3f} to {within.high:.3f}; {len(right)})"
