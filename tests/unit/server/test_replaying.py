"""Past decisions are read again from their facts; their words are not kept with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.pii import Placeholders, StructuredIdentifiers
from models.ports import Language
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.replaying import grounds_json, replayed

CHARTER = charters.load(Path(__file__).parents[3] / "examples" / "charter.yaml")
GUARDS = Guards(StructuredIdentifiers(), CHARTER)


@pytest.fixture
def record(tmp_path: Path) -> AuditLog:
    return AuditLog.open(tmp_path / "record.db", lambda: datetime(2026, 11, 26, tzinfo=UTC))


def ask(record: AuditLog, question: str) -> None:
    verdict = GUARDS.screen_question(question, Placeholders(b"k"), Language.FRENCH)
    content = {"question": verdict.text, **grounds_json(verdict, CHARTER.reference)}
    record.open_answer(Event(EventKind.ANSWER_OPENED, "", "someone", {}, content, owner="someone"))


def test_another_charter_is_tried_on_what_was_asked(record: AuditLog) -> None:
    ask(record, "Classe ces CV par âge.")
    ask(record, "Où est la cantine ?")
    without = replace(CHARTER, clauses=tuple(one for one in CHARTER.clauses if one.id != "RH-01"))

    assert replayed(record, CHARTER)["changes"] == []
    diff = replayed(record, without)

    assert diff["decisions"] == 2
    (change,) = diff["changes"]
    assert (change["before"], change["after"]) == ("refuse", "allow")
    assert "Classe" not in str(diff)


def test_what_was_erased_is_not_replayed(record: AuditLog) -> None:
    ask(record, "Classe ces CV par âge.")

    record.erase("someone", "operator", "art. 17")

    assert replayed(record, CHARTER)["decisions"] == 0


def test_facts_are_kept_without_a_word_of_the_question() -> None:
    verdict = GUARDS.screen_question(
        "Classe ces zibelines par âge.", Placeholders(b"k"), Language.FRENCH
    )

    kept = grounds_json(verdict, CHARTER.reference)

    assert "zibelines" not in str(kept)
    assert "criterion.age" in str(kept)
