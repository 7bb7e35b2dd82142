"""Promise 1, in the whole house: what is shown is on disk, and no record means no answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from adapters import ScriptedGenerator, quoting
from demo import asked_by, employee

from models.ports import Prompt
from server.audit.errors import RecordUnavailableError
from server.audit.events import EventKind
from server.audit.log import SealedOutcome, SealedSentence
from server.lazy import Lazy
from server.outcomes import Failed, FailureCause
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


def on_disk(house: Vigie) -> list[tuple[str, str]]:
    """Kind and hash of every entry, read by someone else from the file."""
    path = house.settings.home / "record.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT header, hash FROM entries ORDER BY seq").fetchall()
    connection.close()
    return [(json.loads(header)["kind"], digest) for header, digest in rows]


def test_each_thing_shown_is_already_on_disk(demo_house: Vigie) -> None:
    engines = replace(
        demo_house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(quoting))
    )
    answering = replace(demo_house.answering, engines=engines)

    shown = 0
    for sealed in answering.answer(asked_by(employee(demo_house), QUESTION)):
        shown += 1
        kind = (
            EventKind.SENTENCE_RELEASED
            if isinstance(sealed, SealedSentence)
            else EventKind.ANSWER_CLOSED
        )
        assert (kind.value, sealed.hash) in on_disk(demo_house)
        assert EventKind.ANSWER_OPENED.value in [kind for kind, _ in on_disk(demo_house)]

    assert shown >= 2


def test_a_record_that_cannot_be_written_shows_nothing(demo_house: Vigie) -> None:
    asker = employee(demo_house)
    lock = sqlite3.connect(demo_house.settings.home / "record.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    answer = demo_house.answering.answer(asked_by(asker, QUESTION))

    with pytest.raises(RecordUnavailableError):
        next(answer)
    lock.execute("ROLLBACK")
    lock.close()


def test_a_record_that_breaks_mid_answer_shows_nothing_more(demo_house: Vigie) -> None:
    asker = employee(demo_house)
    lock = sqlite3.connect(demo_house.settings.home / "record.db", isolation_level=None)

    def breaking(prompt: Prompt) -> Iterable[str]:
        yield next(iter(quoting(prompt)))
        yield from list(quoting(prompt))[1:]

    engines = replace(
        demo_house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(breaking))
    )
    answer = replace(demo_house.answering, engines=engines).answer(asked_by(asker, QUESTION))
    assert isinstance(next(answer), SealedSentence)
    lock.execute("BEGIN IMMEDIATE")

    with pytest.raises(RecordUnavailableError):
        list(answer)
    lock.execute("ROLLBACK")
    lock.close()


def test_an_answer_nobody_reads_any_more_is_closed_as_abandoned(demo_house: Vigie) -> None:
    engines = replace(
        demo_house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(quoting))
    )
    asker = employee(demo_house)
    answer = replace(demo_house.answering, engines=engines).answer(asked_by(asker, QUESTION))
    first = next(answer)
    assert isinstance(first, SealedSentence)

    answer.close()  # type: ignore[attr-defined]  # it is a generator

    outcome = demo_house.record.answer(first.record).outcome
    assert outcome == Failed(FailureCause.ABANDONED)


def test_what_breaks_inside_an_answer_is_on_the_record(demo_house: Vigie) -> None:
    def broken(prompt: Prompt) -> Iterable[str]:
        yield "mot"
        raise LookupError(prompt.question)

    engines = replace(
        demo_house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(broken))
    )
    asker = employee(demo_house)

    with pytest.raises(LookupError):
        list(replace(demo_house.answering, engines=engines).answer(asked_by(asker, QUESTION)))

    (answer,) = demo_house.record.answers_of(asker.pseudonym)
    assert answer.outcome == Failed(FailureCause.INTERNAL)


def test_a_question_of_wrong_form_is_refused_on_the_record(demo_house: Vigie) -> None:
    asker = employee(demo_house)
    for text in ("", "   ", "x" * 100_000, "bonjour\0", "\x01\x02\x03"):
        *_, last = demo_house.answering.answer(asked_by(asker, text))
        assert isinstance(last, SealedOutcome)

    answers = demo_house.record.answers_of(asker.pseudonym)

    assert len(answers) == 5
    assert {answer.closing.facts["outcome"] for answer in answers if answer.closing} == {"refused"}


def test_personal_data_of_the_question_is_nowhere_on_disk(
    demo_house: Vigie, tmp_path: Path
) -> None:
    asker = employee(demo_house)
    secret = "0639987654"
    list(demo_house.answering.answer(asked_by(asker, f"Rappelez-moi au {secret} pour mes congés")))

    demo_house.record.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert secret.encode() not in stored
    assert b"[PHONE_1]" in stored
