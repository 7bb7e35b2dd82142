"""A charter as a Rego policy: the same decisions, in a language that auditors already read.

The input is `{"stage": "question", "sentences": [["task.rank"], …]}`; the policy answers with
`data.vigie.charter.decision` and `data.vigie.charter.violations`. Untold facts and declared uses
stay with Vigie: they are about a running house, not about the charter's rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf
from guardrails.charter.rules import REACH, Charter, Clause
from guardrails.verdicts import Decision

PACKAGE = "vigie.charter"


def export(charter: Charter) -> str:
    """The policy's text, for OPA and whatever else reads Rego v1."""
    effects = {clause.id: clause.effect.value for clause in charter.clauses}
    parts = [
        f"# {charter.reference}, by `vigie charter export --rego`; change the charter instead.",
        f"package {PACKAGE}\n",
        "import rego.v1\n",
        f"effect := {json.dumps(effects)}\n",
        f"severity := {json.dumps({one.value: one.severity for one in Decision})}\n",
        _decision(),
    ]
    parts += (_clause(number, clause) for number, clause in enumerate(charter.clauses))
    return "\n".join(parts)


def _decision() -> str:
    return """\
sentences := [{fact | some fact in sentence} | some sentence in input.sentences]

violations contains clause if {
	some clause, _ in applies
}

ranks contains 0

ranks contains severity[effect[clause]] if {
	some clause in violations
}

decision := name if {
	some name, rank in severity
	rank == max(ranks)
}
"""


def _clause(number: int, clause: Clause) -> str:
    names = _Names(f"c{number}")
    when = names.rules(clause.when)
    lines = [f"# {clause.id}: {clause.title.en}"]
    excused = ""
    if clause.unless is not None:
        unless = names.rules(clause.unless)
        excused = f"\tnot {unless}(sentence)\n"
    stages = json.dumps(sorted(stage.value for stage in clause.stages))
    lines.append(
        f"{names.prefix}_counted := [facts | "
        f"some sentence in sentences; facts := {names.prefix}_left(sentence)]\n"
    )
    lines.append(
        f"{names.prefix}_left(sentence) := sentence if {{\n\tcount(sentence) >= 0\n{excused}}}\n"
    )
    if clause.unless is not None:
        lines.append(f"{names.prefix}_left(sentence) := set() if {{\n\t{unless}(sentence)\n}}\n")
    lines.append(
        f"applies[{json.dumps(clause.id)}] if {{\n"
        f"\tinput.stage in {stages}\n"
        f"\tsome first, _ in {names.prefix}_counted\n"
        f"\tnear := array.slice({names.prefix}_counted, first, first + {REACH})\n"
        f"\twindow := {{fact | some facts in near; some fact in facts}}\n"
        f"\tcount(window) > 0\n"
        f"\t{when}(window)\n}}\n"
    )
    return "\n".join((*names.written, *lines))


class _Names:
    """Gives each part of a clause's conditions a rule of its own."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.written: list[str] = []
        self._count = 0

    def rules(self, condition: Condition) -> str:
        match condition:
            case Fact(names):
                wanted = ", ".join(json.dumps(name) for name in sorted(names))
                return self._rule([f"count({{{wanted}}} & facts) > 0"])
            case All(parts):
                return self._rule([f"{self.rules(part)}(facts)" for part in parts])
            case NoneOf(parts):
                return self._rule([f"not {self.rules(part)}(facts)" for part in parts])
            case AnyOf(parts):
                return self._rules([f"{self.rules(part)}(facts)" for part in parts])

    def _rule(self, body: Iterable[str]) -> str:
        name = self._next()
        self.written.append("\n".join((f"{name}(facts) if {{", *_indented(body), "}\n")))
        return name

    def _rules(self, bodies: Iterable[str]) -> str:
        name = self._next()
        self.written += [f"{name}(facts) if {{\n\t{body}\n}}\n" for body in bodies]
        return name

    def _next(self) -> str:
        self._count += 1
        return f"{self.prefix}_{self._count}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"\t{line}" for line in lines)
