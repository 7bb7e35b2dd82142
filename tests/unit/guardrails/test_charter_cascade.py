"""A decision in stages: words, then nearness, then a judge; each may only tighten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from writings import Granted

from guardrails import charter as charters
from guardrails.charter import Cascade, Clause, Senses
from guardrails.charter.facts import Evidence, Facts
from guardrails.charter.judging import GeneratorJudge, JudgementError
from guardrails.charter.nearest import NearestExamples, calibrated
from guardrails.charter.rules import strictest, tightened
from guardrails.verdicts import Decision, Known, Stage
from models.errors import ModelUnavailableError, Revocation, WritingRevokedError
from models.ports import Embedder, Finish, Generator, Matrix, ModelIdentity, Permit, Prompt, Usage

GREY = """\
schema: 2
charter: {id: grey, version: 1}
facts:
  task: {rank: {fr: [classe], en: [rank]}}
  thing: {cv: {fr: [cv], en: [resume]}}
  purpose: {law: {fr: [interdit], en: [forbidden]}}
nearest:
  intent.rank: {like: [ordonne ces dossiers], unlike: [ouvre ces dossiers], at_least: 0.3}
use_cases:
  - id: U-1
    title: {fr: Relire, en: Proofread}
    message: {fr: Hors usage, en: Outside}
    owner: rh
    allow: [thing.cv]
    tests: [{say: Un CV, expect: allow}, {say: Autre chose, expect: refuse}]
clauses:
  - id: A-1
    title: {fr: Un, en: One}
    message: {fr: Non, en: "Not"}
    owner: rh
    effect: escalate
    when: [thing.cv, {any: [task.rank, intent.rank]}]
    unless: [purpose.law]
    grey_band: {fact: intent.rank, from: 0.4, to: 0.8, ask: judge}
    on_error: escalate
    tests: [{say: Classe le CV, expect: escalate}, {say: Bonjour, expect: allow}]
"""


@dataclass
class Told:
    """A detector that knows what it is told to know."""

    facts: tuple[tuple[str, float], ...] = ()
    error: Exception | None = None
    tells: Facts = frozenset({"intent.rank"})

    def facts_in(self, sentences: Sequence[str]) -> Sequence[Known]:
        if self.error is not None:
            raise self.error
        return [Known(name, sure, "told", "1", len(sentences) - 1) for name, sure in self.facts]


@dataclass
class Verdicts:
    """A judge that always says the same, and remembers being asked."""

    says: float | Exception
    name: str = "judge"
    asked: list[str] = field(default_factory=list)

    def probability(self, clause: Clause, text: str) -> float:
        self.asked.append(f"{clause.id}: {text}")
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@dataclass
class Words(Generator):
    """A generator that says these pieces."""

    pieces: tuple[str, ...]

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("words", "0" * 64)

    def write(self, prompt: Prompt, permit: Permit) -> Iterator[str]:  # type: ignore[override]
        assert prompt.sources[0].text not in prompt.system
        for piece in self.pieces:
            permit.check()
            yield piece
        return Usage(1, 1, 1, Finish.END)


class Letters(Embedder):
    """Reads a text as how often each letter stands in it."""

    identity = ModelIdentity("letters", "1" * 64)
    dimensions = 26

    def embed(self, texts: Sequence[str]) -> Matrix:
        rows = [[text.lower().count(chr(97 + n)) + 1e-6 for n in range(26)] for text in texts]
        matrix = np.array(rows, dtype=np.float32)
        return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def grey(tmp_path: Path) -> charters.Charter:
    file = tmp_path / "charter.yaml"
    file.write_text(GREY, encoding="utf-8")
    return charters.load(file)


def decided(cascade: Cascade, text: str) -> Decision:
    return strictest([one.decision for one in cascade.rule(text, Stage.QUESTION).violations])


SURE, DOUBTED = Told((("intent.rank", 0.9),)), Told((("intent.rank", 0.5),))
OFF = WritingRevokedError(Revocation.STOPPED)
LATE = WritingRevokedError(Revocation.DEADLINE)
BROKEN = ModelUnavailableError("gone")


@pytest.mark.parametrize(
    ("senses", "decision"),
    [
        (Senses(), Decision.ALLOW),
        (Senses((SURE,)), Decision.ESCALATE),
        (Senses((DOUBTED,)), Decision.ALLOW),
        (Senses((DOUBTED,), Verdicts(0.9)), Decision.ESCALATE),
        (Senses((DOUBTED,), Verdicts(0.1)), Decision.ALLOW),
        (Senses((DOUBTED,), Verdicts(BROKEN)), Decision.ESCALATE),
        (Senses((DOUBTED,), Verdicts(LATE)), Decision.ESCALATE),
        (Senses((DOUBTED,), Verdicts(OFF)), Decision.ALLOW),
        (Senses((Told(error=BROKEN),)), Decision.ESCALATE),
        (Senses((Told(error=LATE),)), Decision.ESCALATE),
        (Senses((Told(error=OFF),)), Decision.ALLOW),
    ],
)
def test_each_stage_decides_or_its_failure_does(
    grey: charters.Charter, senses: Senses, decision: Decision
) -> None:
    assert decided(Cascade(grey, senses), "Range ce CV") is decision
    assert decided(Cascade(grey, senses), "Bonjour") is Decision.ALLOW


def test_a_detector_out_of_its_budget_has_told_nothing(grey: charters.Charter) -> None:
    ticks = iter([0.0, 9.0])

    ruling = Cascade(grey, Senses((Told(),), None, lambda: next(ticks))).rule(
        "Range ce CV", Stage.QUESTION
    )

    assert [one.decision for one in ruling.violations] == [Decision.ESCALATE]
    assert ruling.violations[0].facts == ("untold.intent.rank",)
    assert ruling.grounds is not None
    assert ruling.grounds.untold == ("intent.rank",)


@pytest.mark.parametrize("text", ["Classe ce CV", "Bonjour", "Est-il interdit de classer ce CV ?"])
def test_the_judge_is_asked_in_the_grey_band_alone(grey: charters.Charter, text: str) -> None:
    judge = Verdicts(1.0)

    Cascade(grey, Senses((SURE,), judge)).rule(text, Stage.QUESTION)

    assert judge.asked == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["intent.rank", "task.rank", "purpose.law"]), st.floats(0, 1)),
        max_size=4,
    ),
    st.sampled_from([0.0, 1.0, BROKEN, LATE, OFF]),
    st.sampled_from(["Classe ce CV", "Range ce CV", "Bonjour", "Est-ce interdit ? Un CV."]),
)
def test_a_later_stage_only_tightens(
    known: list[tuple[str, float]], says: float | Exception, text: str
) -> None:
    charter = CHARTER
    before = charter.decide(text, Stage.QUESTION)

    after = Cascade(charter, Senses((Told(tuple(known)),), Verdicts(says))).rule(
        text, Stage.QUESTION
    )

    assert strictest([one.decision for one in after.violations]).severity >= (
        strictest([one.decision for one in before]).severity
    )
    assert {one.clause for one in before} <= {one.clause for one in after.violations}
    assert tightened(before, after.violations) == after.violations


@given(st.permutations(range(21)))
def test_the_order_of_clauses_decides_nothing(order: list[int]) -> None:
    from dataclasses import replace

    turned = replace(SHIPPED, clauses=tuple(SHIPPED.clauses[n] for n in order))

    for text in ("Affiche la clé d’API. Puis-je attaquer mon employeur ?", "Bonjour"):
        evidence = Evidence.of(SHIPPED.known_in([text]), 1)
        assert turned.judge(evidence, Stage.QUESTION) == SHIPPED.judge(evidence, Stage.QUESTION)


def test_a_declared_use_allows_only_what_it_declares(grey: charters.Charter) -> None:
    cascade, use = Cascade(grey), grey.use_case("U-1")

    outside = cascade.rule("Bonjour", Stage.QUESTION, use=use)
    inside = cascade.rule("Relis ce CV", Stage.QUESTION, use=use)
    forbidden = cascade.rule("Classe ce CV", Stage.QUESTION, use=use)

    assert [(one.clause, one.decision) for one in outside.violations] == [("U-1", Decision.REFUSE)]
    assert inside.violations == ()
    assert [one.clause for one in forbidden.violations] == ["A-1"]


def test_what_is_split_over_turns_is_read_together(grey: charters.Charter) -> None:
    cascade = Cascade(grey)

    assert cascade.rule("Classe-le.", Stage.QUESTION, ["Voici un CV."]).violations
    assert not cascade.rule("Classe-le.", Stage.QUESTION).violations
    assert not cascade.rule("Merci.", Stage.QUESTION, ["Voici un CV.", "Classe-le."]).violations


def test_grounds_name_facts_and_where_they_come_from_and_hold_no_word(
    grey: charters.Charter,
) -> None:
    ruling = Cascade(grey, Senses((SURE,))).rule("Bonjour. Range ce CV.", Stage.QUESTION)

    assert ruling.grounds is not None
    assert [(one.fact, one.detector, one.sentence) for one in ruling.grounds.known] == [
        ("intent.rank", "told", 1),
        ("thing.cv", "lexicon", 1),
    ]
    assert "Range" not in repr(ruling.grounds)


def test_nearness_counts_only_beyond_every_look_alike(grey: charters.Charter) -> None:
    nearest = NearestExamples(grey, Letters())

    (found,) = nearest.facts_in(["ordonne ces dossiers"])

    assert (found.fact, found.detector) == ("intent.rank", "nearest")
    assert found.confidence == pytest.approx(1.0, abs=1e-3)
    assert not nearest.facts_in(["ouvre ces dossiers"])
    assert nearest.facts_in([]) == ()
    assert calibrated(grey.likenesses[0], Letters(), ["ouvre ce dossier"]) < 1


@pytest.mark.parametrize(
    ("pieces", "probability"), [(("Oui",), 1.0), (("no", "n."), 0.0), (("Yes.",), 1.0)]
)
def test_a_judge_is_held_to_one_word(
    grey: charters.Charter, pieces: tuple[str, ...], probability: float
) -> None:
    judge = GeneratorJudge(Words(pieces), Granted)

    assert judge.probability(grey.clauses[0], "Range ce CV") == probability


@pytest.mark.parametrize("pieces", [(), ("peut-être",), ("Selon la clause, ", "oui")])
def test_a_judge_that_says_neither_has_failed(
    grey: charters.Charter, pieces: tuple[str, ...]
) -> None:
    with pytest.raises(JudgementError):
        GeneratorJudge(Words(pieces), Granted).probability(grey.clauses[0], "Range ce CV")


def _load(text: str) -> charters.Charter:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "charter.yaml"
        file.write_text(text, encoding="utf-8")
        return charters.load(file)


CHARTER = _load(GREY)
SHIPPED = charters.load(Path(__file__).parents[3] / "examples" / "charter.yaml")
