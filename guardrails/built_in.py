"""The clauses that hold in every house, whatever its charter says."""

from __future__ import annotations

from dataclasses import dataclass

from guardrails.verdicts import Decision, Stage, Violation
from models.wording import Wording

VERSION = "built-in 1"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A clause that no charter can lift."""

    clause: str
    rule: str
    message: Wording


FORM = BuiltIn(
    "FORM-01",
    "A question is a text of reasonable length",
    Wording(
        "Une question est un texte de 1 à 4\u00a0000 caractères, sans caractère de contrôle.",
        "A question is a text of 1 to 4,000 characters, without control characters.",
    ),
)
INJECTION = BuiltIn(
    "SEC-INJ",
    "No order may replace the rules in force",
    Wording(
        "Cette demande cherche à changer les règles de l’assistant ou à lire ses instructions. "
        "Posez votre question simplement, sans lui donner de consignes.",
        "This request tries to change the assistant’s rules or to read its instructions. "
        "Ask your question plainly, without giving it instructions.",
    ),
)
EGRESS = BuiltIn(
    "EGR-01",
    "No address that is not in a cited source",
    Wording(
        "Une adresse absente des sources citées a été retirée.",
        "An address that is in no cited source was removed.",
    ),
)


def violation(
    built_in: BuiltIn, stage: Stage, decision: Decision, facts: tuple[str, ...]
) -> Violation:
    return Violation(
        clause=built_in.clause,
        rule=built_in.rule,
        version=VERSION,
        stage=stage,
        decision=decision,
        facts=facts,
        message=built_in.message,
    )
