"""What an author has beside the lint: mutants, replay, and the same charter in Rego."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from guardrails import charter as charters
from guardrails.charter.expressions import words_of
from guardrails.charter.facts import Evidence, shapes_of
from guardrails.charter.mutants import mutants, survey
from guardrails.charter.rego import export
from guardrails.charter.replay import Past, replay
from guardrails.charter.rules import strictest
from guardrails.charter.spelling import Spelling
from guardrails.verdicts import Decision, Grounds, Stage

EXAMPLE = Path(__file__).parents[3] / "examples" / "charter.yaml"
SHIPPED = charters.load(EXAMPLE)
FACTS = sorted(frozenset[str]().union(*(clause.facts for clause in SHIPPED.clauses)))
SAMPLES = 150  # the interpreter takes a tenth of a second for each
STAGES = (Stage.QUESTION, Stage.SENTENCE, Stage.ANSWER)


def past(text: str, *clauses: str) -> Past:
    known = SHIPPED.known_in([text])
    decided = strictest([one.decision for one in SHIPPED.decide(text, Stage.QUESTION)])
    return Past("r1", Stage.QUESTION, Grounds(tuple(known), 1), decided, clauses)


@pytest.mark.slow
def test_the_shipped_tests_kill_every_mutant() -> None:
    found = survey(charters.load(EXAMPLE, with_tests=True))

    assert found.made > 200
    assert [(one.clause, one.change) for one in found.survived] == []


def test_without_its_tests_a_charter_lets_every_mutant_live() -> None:
    silent = tuple(replace(clause, examples=()) for clause in SHIPPED.clauses)

    found = survey(replace(SHIPPED, clauses=silent))

    assert len(found.survived) == found.made == len(list(mutants(SHIPPED)))


def test_a_replay_shows_what_another_charter_would_decide() -> None:
    without = replace(SHIPPED, clauses=tuple(one for one in SHIPPED.clauses if one.id != "RH-01"))
    asked = [past("Classe ces CV par âge.", "RH-01"), past("Où est la cantine ?")]

    diff = replay(without, asked)

    assert (diff.decisions, diff.unsure) == (2, 0)
    (change,) = diff.changes
    assert (change.before, change.after) == (Decision.REFUSE, Decision.ALLOW)
    assert (change.clauses_before, change.clauses_after) == (("RH-01",), ())


def test_a_replay_says_when_the_words_of_a_fact_have_changed(tmp_path: Path) -> None:
    file = tmp_path / "charter.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    file.write_text(
        text.replace("fr: [cv, cvs,", "fr: [cv, cvs, dossier vert,", 1), encoding="utf-8"
    )

    diff = replay(charters.load(file), [past("Classe ces CV par âge.", "RH-01")])

    assert diff.changes == ()
    assert diff.unsure == 0  # a family's words are its own; the fact is written as before


@pytest.mark.slow
def test_rego_decides_the_same() -> None:
    rego = pytest.importorskip("regopy", reason="no Rego interpreter is installed")
    interpreter = rego.Interpreter()
    interpreter.add_module("charter", export(SHIPPED))
    dice = random.Random(7)

    for _ in range(SAMPLES):
        stage = dice.choice(STAGES)
        clause = dice.choice(SHIPPED.clauses)
        names = [*sorted(clause.facts), *dice.sample(FACTS, 4)]
        sentences = [
            frozenset(dice.sample(names, dice.randint(0, min(6, len(names)))))
            for _ in range(dice.randint(1, 4))
        ]
        interpreter.set_input(
            {"stage": stage.value, "sentences": [sorted(one) for one in sentences]}
        )
        found = SHIPPED.judge(Evidence(tuple(sentences)), stage)
        decision = strictest([one.decision for one in found]).value
        asked = "d := data.vigie.charter.decision; v := data.vigie.charter.violations"
        said = json.loads(str(interpreter.query(asked)))["bindings"]
        assert said["d"] == decision, sentences
        assert sorted(said["v"]) == sorted(one.clause for one in found), sentences


@pytest.mark.parametrize(
    ("typed", "symbols", "exactly"),
    [
        ("licencier", {"licencier"}, True),
        ("licensier", {"licencier"}, False),
        ("licenicer", {"licencier"}, False),
        ("candidtas", {"candidat*"}, False),
        ("candidatures", {"candidat*"}, True),
        ("college", set(), True),
        ("collegue", {"collegue"}, True),
        ("colegue", {"collegue"}, False),
        ("tri", {"tri"}, True),
        ("trj", set(), True),
        ("xlicencier", set(), False),
    ],
)
def test_a_slip_in_a_long_word_is_forgiven_and_a_right_word_is_no_slip(
    typed: str, symbols: set[str], exactly: bool
) -> None:
    spelling = Spelling(["licencier", "candidat*", "collegue", "tri"], ["college"])

    read = spelling.read(typed)

    assert (read.symbols, read.exactly) == (symbols, exactly)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("jai faim", ["j", "ai", "faim"]),
        ("J’ai faim", ["j", "ai", "faim"]),
        ("cest qui", ["c", "est", "qui"]),
        ("i dont know u", ["i", "don", "t", "know", "you"]),
        ("le congé", ["le", "conge"]),
    ],
)
def test_what_is_typed_in_a_hurry_is_read_as_it_stands_for(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        ("Où habite Jeanne Martel ?", {"text.names_a_person", "text.names_someone"}),
        ("Retards d’Anne Roux", {"text.names_a_person", "text.names_someone"}),
        ("where is the White House", {"text.names_someone"}),
        ("what do we know about Fatima", {"text.names_someone"}),
        ("une agence à Lyon", set()),
        ("348 * 27", {"text.holds_a_sum"}),
        ("18 % de 2450", {"text.holds_a_sum"}),
        ("la saison 2006-2007", set()),
        ("le 03/04, au 06 12 34", set()),
    ],
)
def test_the_shape_of_a_sentence_tells_names_and_sums(sentence: str, facts: set[str]) -> None:
    assert {one.fact for one in shapes_of([sentence])} == facts
