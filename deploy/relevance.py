"""Makes `ingest/relevance.toml`: the weights by which what was found is judged to be relevant.

    python deploy/relevance.py

A house is made of the demo company, in a folder that is removed again. Its judged questions, and
the questions of `relevance.txt`, which no document of any company answers, are searched for; a
logistic regression tells the answerable from the others, each kind counting as much. `least` is
what KEPT of the answerable reach. Nothing is taken from any other corpus, so that others measure
what it is worth (`tests/evaluations/test_unanswerable_questions.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from ingest.relevance import READ, RULE, Evidence, Rule
from models.words import guess_language
from server.access import anyone, audience_of
from server.evaluation import JudgedQuestion, read_questions
from server.retrieval import Wanted
from server.settings import load
from server.wiring import Vigie, open_vigie

EXAMPLES = Path(__file__).parents[1] / "examples"
FOREIGN = Path(__file__).with_suffix(".txt")

KEPT = 0.96
"""Share of the answerable questions that are answered: a little more than must be."""

RIDGE = 1e-2
"""How strongly weights are held near nothing (of standardised measures)."""

Rows = NDArray[np.float64]


def main() -> int:
    with TemporaryDirectory() as home, open_vigie(load(Path(home))) as house:
        for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
            house.library.ingest(folder, None, house.operator, lambda _done, _of: None)
        known, unknown = map(np.array, measured(house, questions()))
    rule = fitted(known, unknown)
    RULE.write_text(written(rule), encoding="utf-8")
    sys.stdout.write(RULE.read_text(encoding="utf-8"))
    return 0


def questions() -> list[JudgedQuestion]:
    foreign = FOREIGN.read_text(encoding="utf-8").splitlines()
    return read_questions(EXAMPLES / "questions.jsonl") + [
        JudgedQuestion(question=line, relevant=()) for line in foreign if line
    ]


def measured(
    house: Vigie, asked: Sequence[JudgedQuestion]
) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """The evidence of the answerable questions, and of the others."""
    rows: dict[bool, list[tuple[float, ...]]] = {True: [], False: []}
    for one in asked:
        if (found := told(house, one.question)) is not None:
            rows[bool(one.relevant)].append(astuple(found))
    return rows[True], rows[False]


def told(house: Vigie, question: str) -> Evidence | None:
    """The evidence that an employee of no group would be judged by."""
    wanted = Wanted(question, guess_language(question))
    return house.answering.retrieval.find(wanted, audience_of(anyone(house.secret)), READ).evidence


def fitted(known: Rows, unknown: Rows) -> Rule:
    """Logistic regression on standardised measures, both kinds counting as much."""
    from scipy.optimize import minimize

    rows = np.vstack([known, unknown])
    truth = np.r_[np.ones(len(known)), np.zeros(len(unknown))]
    share = np.where(truth == 1, 0.5 / len(known), 0.5 / len(unknown))
    mean, spread = share @ rows, rows.std(axis=0)
    scaled = np.c_[(rows - mean) / spread, np.ones(len(rows))]

    def loss(weights: Rows) -> float:
        odds = scaled @ weights
        surprise = share @ (np.logaddexp(0, odds) - truth * odds)
        return float(surprise + RIDGE * weights[:-1] @ weights[:-1])

    best = minimize(loss, np.zeros(scaled.shape[1])).x
    weights = best[:-1] / spread
    rule = Rule(float(best[-1] - weights @ mean), Evidence(*map(float, weights)), 0.0)
    likely = sorted(rule.likelihood(Evidence(*row)) for row in known)
    return Rule(rule.intercept, rule.weights, likely[int(len(likely) * (1 - KEPT))])


def written(rule: Rule) -> str:
    return "\n".join(lines(rule)) + "\n"


def lines(rule: Rule) -> Iterator[str]:
    yield "# Made by `python deploy/relevance.py` from questions to the demo company; edit nothing."
    yield f"intercept = {rule.intercept:.4f}"
    yield f"least = {rule.least - 5e-5:.4f}"
    yield ""
    yield "[weights]"
    yield from (f"{name} = {weight:.4f}" for name, weight in asdict(rule.weights).items())


if __name__ == "__main__":
    raise SystemExit(main())
