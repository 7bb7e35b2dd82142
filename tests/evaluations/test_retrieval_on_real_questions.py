"""How well passages are found for questions that real people typed, beside published baselines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.collections import EVERYONE
from models.ports import Language
from server.access import anyone, audience_of
from server.evaluation import CUTS, evaluate_retrieval, read_questions
from server.wiring import Vigie

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"

# hit@5 and MRR@10 of a first measurement on the same sets: BM25 alone, then BM25 with vectors.
SETS = {
    "cnil": {"bm25": (0.731, 0.505), "fused": (0.782, 0.578), "aim": (0.80, 0.60)},
    "service-public": {"bm25": (0.940, 0.826), "fused": (0.918, 0.779), "aim": (0.94, 0.83)},
}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", SETS)
def test_real_questions_find_their_page(
    name: str, house: Vigie, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the evaluation set {name} is not at hand ({folder})")
    documents = folder / "documents.jsonl"
    house.library.ingest(documents, name, house.operator, lambda _done, _of: None)

    scores = evaluate_retrieval(
        house.answering.retrieval,
        read_questions(folder / "questions.dev.jsonl"),
        audience_of(anyone(house.secret)),
        Language.FRENCH,
        frozenset({name}),
    )

    hit5 = scores.hit_at[CUTS.index(5)]
    with capsys.disabled():
        print(f"\n{name}: hit@5 {hit5:.3f}, MRR@10 {scores.mrr_at_10:.3f}", end="")
        print(f", p50 {scores.p50_ms:.1f} ms, p95 {scores.p95_ms:.1f} ms; {SETS[name]}")
    aim_hit5, aim_mrr = SETS[name]["aim"]
    assert hit5 >= aim_hit5
    assert scores.mrr_at_10 >= aim_mrr


def test_the_demo_company_answers_its_own_questions(
    demo_house: Vigie, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = evaluate_retrieval(
        demo_house.answering.retrieval,
        read_questions(ROOT / "examples" / "questions.jsonl"),
        audience_of(anyone(demo_house.secret)),
        Language.FRENCH,
        None,
    )

    hit5 = scores.hit_at[CUTS.index(5)]
    with capsys.disabled():
        print(f"\ndemo: hit@5 {hit5:.3f}, MRR@10 {scores.mrr_at_10:.3f}")
    assert EVERYONE in audience_of(anyone(demo_house.secret)).groups
    assert hit5 >= 0.85
