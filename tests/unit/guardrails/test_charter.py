"""The charter: read strictly, examined honestly, applied without regard to order."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails import charter as charters
from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf, holds, speaks_of
from guardrails.errors import CharterError
from guardrails.verdicts import Decision, Stage

EXAMPLE = Path(__file__).parents[3] / "examples" / "charter.yaml"

TODAY = date(2026, 11, 26)

SMALL = """\
charter: {id: small, version: 2}
facts:
  task:
    rank: {fr: [classe*], en: [rank*]}
    fire: {fr: [licencie*], en: [fire]}
  thing:
    cv: {fr: [cv, lettre ... motivation], en: [resume*]}
  purpose:
    law: {fr: [interdit], en: [forbidden]}
clauses:
  - id: A-1
    title: {fr: Un, en: One}
    message: {fr: Non, en: "No"}
    owner: rh
    effect: escalate
    when: [task, thing.cv]
    unless: [purpose.law]
    tests: [{say: Classe les CV, expect: escalate}, {say: Bonjour, expect: allow}]
  - id: B-1
    title: {fr: Deux, en: Two}
    message: {fr: Jamais, en: Never}
    owner: rh
    effect: refuse
    when: {all: [{task: [fire]}, thing.cv]}
    tests: [{say: Licencie selon le CV, expect: refuse}, {say: Bonjour, expect: allow}]
"""


@pytest.fixture
def small(tmp_path: Path) -> charters.Charter:
    return charters.load(written(tmp_path, SMALL))


def written(folder: Path, text: str) -> Path:
    path = folder / "charter.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_charter_knows_its_name_its_version_and_its_file(tmp_path: Path) -> None:
    charter = charters.load(written(tmp_path, SMALL))

    assert (charter.id, charter.version) == ("small", "2")
    assert charter.digest == hashlib.sha256(SMALL.encode()).hexdigest()


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ("effect: refuse", "effect: forbid", 23, "clauses.1.effect"),
        ("    owner: rh\n    effect: escalate", "    effect: escalate", 11, "clauses.0.owner"),
        ("when: [task, thing.cv]", "when: [task, thing.cw]", 16, "clauses.0.when.all.1"),
        ("{task: [fire]}", "{task: [hire]}", 24, "clauses.1.when.all.0.task"),
        ("unless: [purpose.law]", "unless: []", 17, "clauses.0.unless.any"),
        ("    owner: rh", "    owner: rh\n    ownr: rh", 15, "clauses.0.ownr"),
        ("version: 2}", "version: }", 1, "charter.version"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, field: str
) -> None:
    path = written(tmp_path, SMALL.replace(before, after, 1))

    with pytest.raises(CharterError) as caught:
        charters.load(path)

    assert str(caught.value).startswith(f"{path}, line {line}, {field}: ")


@pytest.mark.parametrize(
    "content", [b"", b"[", b"a: b: c", b"\xff\xfe", b"- 1", b"[" * 2000, b"x: &a [*a]"]
)
def test_what_is_no_charter_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "charter.yaml"
    path.write_bytes(content)

    with pytest.raises(CharterError, match="charter"):
        charters.load(path)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CharterError, match="cannot be read"):
        charters.load(tmp_path / "none.yaml")


def test_the_most_restrictive_clause_comes_first(small: charters.Charter) -> None:
    violations = small.decide("Licencie d’après le CV.", Stage.QUESTION)

    assert [one.clause for one in violations] == ["B-1", "A-1"]
    assert violations[0].facts == ("task.fire", "thing.cv")


@pytest.mark.parametrize(
    "text",
    [
        "CLASSÉ ces CV",
        "classez les c\u200bv",
        "сlasse les cv",
        "Voici un CV. Et un autre. Classe-les !",
        "Rank this résumé",
        "Classe chaque lettre de bonne motivation",
        "Est-ce interdit ? Classe les CV.",
    ],
)
def test_accents_disguises_and_full_stops_hide_nothing(small: charters.Charter, text: str) -> None:
    assert [one.clause for one in small.decide(text, Stage.QUESTION)] == ["A-1"]


@pytest.mark.parametrize(
    "text",
    [
        "Est-il interdit de classer les CV ?",
        "Pourquoi est-il interdit de classer les CV ? Merci.",
        "déclasser un document",
        "Un CV. Un. Deux. Trois. Quatre. Classe.",
    ],
)
def test_a_look_alike_is_allowed(small: charters.Charter, text: str) -> None:
    assert small.decide(text, Stage.QUESTION) == ()


def test_a_clause_speaks_only_at_its_stages(small: charters.Charter) -> None:
    assert small.decide("Classe les CV", Stage.ANSWER) == ()


def test_the_order_of_clauses_and_of_facts_changes_nothing(tmp_path: Path) -> None:
    head, first, second = SMALL.partition("  - id: A-1")[0], *SMALL.split("  - id: ")[1:]
    turned = charters.load(written(tmp_path, f"{head}  - id: {second}  - id: {first}"))
    straight = charters.load(written(tmp_path, SMALL))

    def said(charter: charters.Charter) -> list[tuple[str, Decision]]:
        found = charter.decide("Licencie et classe d’après le CV", Stage.QUESTION)
        return [(one.clause, one.decision) for one in found]

    assert said(turned) == said(straight)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[purpose.law]", "[task.fire]", "purpose.law: no clause looks at this fact."),
        ("- id: B-1", "- id: A-1", "A-1: 2 clauses have this id."),
        ("{say: Classe les CV, expect: escalate}, ", "", "A-1: no test shows what it decides."),
        (", {say: Bonjour, expect: allow}", "", "A-1: no test shows what it allows."),
        ('{fr: Non, en: "No"}', "{fr: Non}", "A-1: its message is the same"),
        ("{fr: Un, en: One}", "{}", "A-1: its title is empty."),
        ("{fr: [interdit], en: [forbidden]}", "{}", "purpose.law: this fact has no words."),
    ],
)
def test_the_lint_says_what_an_author_should_look_at(
    tmp_path: Path, before: str, after: str, problem: str
) -> None:
    charter = charters.load(written(tmp_path, SMALL.replace(before, after, 1)))

    problems = charters.check(charter, TODAY)

    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("when: [task, thing.cv]", "when: [task, {none: [task]}]", "A-1: no facts can ever meet"),
        ("when: [task, thing.cv]", "when: [{none: [task]}]", "A-1: its `when` is met by"),
        ("unless: [purpose.law]", "unless: [task, purpose.law]", "A-1: its exception is wider"),
        ("unless: [purpose.law]", "unless: [{none: [purpose.law]}]", "A-1: its exception excuses"),
        (
            "{all: [{task: [fire]}, thing.cv]}",
            "{all: [task, thing.cv, {none: [purpose.law]}]}",
            "A-1, B-1: contradictory effects on the same facts.",
        ),
        (
            "{all: [{task: [fire]}, thing.cv]}",
            "{any: [task, thing.cv]}",
            "A-1: B-1 always decides in its place.",
        ),
        ("    owner: rh", "    owner: rh\n    review_by: 2026-11-25", "A-1: it was to be reviewed"),
    ],
)
def test_the_lint_sees_what_a_clause_can_never_do(
    tmp_path: Path, before: str, after: str, problem: str
) -> None:
    charter = charters.load(written(tmp_path, SMALL.replace(before, after, 1)))

    assert any(one.startswith(problem) for one in charters.check(charter, TODAY))


def test_a_test_file_is_read_beside_the_charter_by_who_examines_it(tmp_path: Path) -> None:
    inline = "tests: [{say: Licencie selon le CV, expect: refuse}, {say: Bonjour, expect: allow}]"
    path = written(tmp_path, SMALL.replace(inline, "tests: b.yaml"))
    (tmp_path / "b.yaml").write_text(
        "turns: {refuse: [[Un CV., Licencie-le.]]}\nfacts: {allow: [[task.fire]]}\n",
        encoding="utf-8",
    )

    trials = charters.test(charters.load(path, with_tests=True))

    assert charters.load(path).clauses[1].examples == ()
    found = [(one.kind, one.passed) for one in trials if one.clause == "B-1"]
    assert found == [("turns", True), ("facts", True)]


@pytest.mark.parametrize("tests", [None, "facts: {allow: [[task.none]]}", "loud: {allow: [x]}"])
def test_a_wrong_test_file_is_named(tmp_path: Path, tests: str | None) -> None:
    inline = "tests: [{say: Licencie selon le CV, expect: refuse}, {say: Bonjour, expect: allow}]"
    path = written(tmp_path, SMALL.replace(inline, "tests: b.yaml"))
    if tests is not None:
        (tmp_path / "b.yaml").write_text(tests, encoding="utf-8")

    with pytest.raises(CharterError, match=r"b\.yaml"):
        charters.load(path, with_tests=True)


def test_a_sound_charter_has_no_lint(small: charters.Charter) -> None:
    assert charters.check(small, TODAY) == ()


def test_a_test_fails_when_another_clause_decides_in_its_place(tmp_path: Path) -> None:
    stolen = SMALL.replace("say: Licencie selon le CV, expect: refuse", "say: Hé, expect: refuse")

    results = charters.test(charters.load(written(tmp_path, stolen)))

    assert [(one.text, one.passed) for one in results if one.clause == "B-1"] == [
        ("Hé", False),
        ("Bonjour", True),
    ]


NAMES = ["a.x", "a.y", "b.x"]
FACTS = st.frozensets(st.sampled_from(NAMES))
CONDITIONS = st.recursive(
    st.frozensets(st.sampled_from(NAMES), min_size=1).map(Fact),
    lambda inner: st.builds(
        lambda group, parts: group(tuple(parts)),
        st.sampled_from([All, AnyOf, NoneOf]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(CONDITIONS, FACTS)
def test_only_the_facts_it_speaks_of_can_move_a_condition(
    condition: Condition, facts: frozenset[str]
) -> None:
    assert holds(condition, facts) is holds(condition, facts & speaks_of(condition))


@given(st.lists(CONDITIONS, min_size=1, max_size=3), FACTS)
def test_none_is_the_opposite_of_any(parts: list[Condition], facts: frozenset[str]) -> None:
    assert holds(NoneOf(tuple(parts)), facts) is not holds(AnyOf(tuple(parts)), facts)


def test_the_example_charter_keeps_all_its_own_tests() -> None:
    charter = charters.load(EXAMPLE, with_tests=True)

    failed = [
        (one.clause, one.text, one.decided) for one in charters.test(charter) if not one.passed
    ]

    assert failed == []
    assert charters.check(charter, TODAY) == ()


def test_half_of_the_example_tests_are_benign() -> None:
    charter = charters.load(EXAMPLE, with_tests=True)

    for clause in charter.clauses:
        benign = sum(one.expected is Decision.ALLOW for one in clause.examples)
        assert len(clause.examples) >= 30
        assert 0.4 <= benign / len(clause.examples) <= 0.65, clause.id


def test_every_clause_of_the_example_is_needed_by_its_tests() -> None:
    charter = charters.load(EXAMPLE, with_tests=True)

    for clause in charter.clauses:
        rest = tuple(one for one in charter.clauses if one is not clause)
        without = replace(charter, clauses=rest)
        fired = [one for one in clause.examples if one.expected is not Decision.ALLOW and one.turns]
        assert not all(without.decide(one.text, one.stage) for one in fired), clause.id
