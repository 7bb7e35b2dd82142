"""Promise 5: a stop takes effect at once, mid-answer, database down; nobody is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from adapters import ForbiddenEmbedder, ScriptedGenerator, WatchedEmbedder, quoting
from demo import asked_by, employee

from models.errors import WritingRevokedError
from models.ports import Language, ModelIdentity, Prompt
from server.answering import Answering
from server.asking import Asking
from server.audit.events import EventKind
from server.audit.log import AuditLog, SealedOutcome, SealedSentence
from server.commands.switch import move
from server.lazy import Lazy
from server.outcomes import Mode, Stopped
from server.retrieval import Wanted
from server.settings import load
from server.switched import SwitchedEmbedder
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


def with_generator(answering: Answering, generator: ScriptedGenerator) -> Answering:
    return replace(answering, engines=replace(answering.engines, generator=Lazy(lambda: generator)))


def test_a_stop_in_the_middle_of_an_answer_ends_it(demo_house: Vigie) -> None:
    answering = with_generator(demo_house.answering, ScriptedGenerator(quoting))
    answer = answering.answer(asked_by(employee(demo_house), QUESTION))
    first = next(answer)
    assert isinstance(first, SealedSentence)

    demo_house.switch.tighten(Mode.OFF, "essai", "garde")
    rest = list(answer)

    assert len(rest) == 1
    assert isinstance(rest[0], SealedOutcome)
    outcome = rest[0].outcome
    assert isinstance(outcome, Stopped)
    assert outcome.interrupted


def test_a_sentence_that_a_stop_overtakes_on_its_way_to_the_record_is_not_shown(
    demo_house: Vigie,
) -> None:
    home, written = demo_house.settings.home, count()

    def clock() -> datetime:
        if next(written) == 1:  # the question is the first entry, its first sentence the second
            (home / "STOP").touch()
        return datetime.now(UTC)

    with AuditLog.open(home / "record.db", clock) as record:
        answering = with_generator(demo_house.answering, ScriptedGenerator(quoting))
        shown = list(
            replace(answering, record=record).answer(asked_by(employee(demo_house), QUESTION))
        )

    assert [type(sealed) for sealed in shown] == [SealedOutcome]
    assert len(demo_house.record.entries(kinds=(EventKind.SENTENCE_RELEASED,))) == 1


def test_a_stop_between_two_tokens_ends_the_writing(demo_house: Vigie) -> None:
    written: list[str] = []

    def slow(prompt: Prompt) -> Iterable[str]:
        for n in range(100):
            if n == 10:
                (demo_house.settings.home / "STOP").touch()
            written.append("mot ")
            yield "mot "

    answering = with_generator(demo_house.answering, ScriptedGenerator(slow))
    *_, last = answering.answer(asked_by(employee(demo_house), QUESTION))

    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Stopped)
    assert len(written) <= 11


def test_with_the_ai_off_no_model_is_called_and_people_go_on(demo_house: Vigie) -> None:
    forbidden = ForbiddenEmbedder(ModelIdentity("forbidden", ""), 384)
    answering = with_generator(demo_house.answering, ScriptedGenerator(_must_not_write))
    switched = SwitchedEmbedder(forbidden, demo_house.switch)
    retrieval = replace(answering.retrieval, embedder=Lazy(lambda: switched))
    answering = replace(answering, retrieval=retrieval)
    demo_house.switch.tighten(Mode.OFF, "doute sur une réponse", "garde")

    (last,) = answering.answer(asked_by(employee(demo_house), QUESTION))

    assert isinstance(last, SealedOutcome)
    outcome = last.outcome
    assert isinstance(outcome, Stopped)
    assert outcome.reason == "doute sur une réponse"
    assert any("conges" in passage.document for passage in outcome.passages)
    assert outcome.contacts
    assert outcome.procedure


def test_with_the_ai_off_no_door_of_the_house_leads_to_a_model(
    furnished: Path, tmp_path: Path, parts: Parts
) -> None:
    watched = WatchedEmbedder(parts.embedder.get())
    home, notes = tmp_path / "home", tmp_path / "notes"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    notes.mkdir()
    (notes / "badge.md").write_text("Le badge est rendu le dernier jour.", encoding="utf-8")
    behind = replace(parts, embedder=Lazy(lambda: watched))
    with open_vigie(load(home, generator="extractive"), behind) as house:
        asker = employee(house)
        house.switch.tighten(Mode.OFF, "essai", "garde")

        house.warm_up()
        found = house.searching.look(Wanted("congés payés", Language.FRENCH), asker, 5).found
        marked = found.highlights([hit.chunk.text for hit in found.hits])
        house.desk.leave(QUESTION, asker, Language.FRENCH)
        list(house.answering.answer(asked_by(asker, QUESTION)))
        with pytest.raises(WritingRevokedError):
            house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)

        assert watched.read == 0
        assert found.hits
        assert any(marked)


def test_with_the_ai_off_a_rebuild_throws_nothing_away(
    furnished: Path, tmp_path: Path, parts: Parts
) -> None:
    home = tmp_path / "home"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    with open_vigie(load(home, generator="extractive"), parts) as house:
        house.switch.tighten(Mode.OFF, "essai", "garde")

        with pytest.raises(WritingRevokedError):
            house.rebuild_index()

    with open_vigie(load(home, generator="extractive"), parts) as house:
        asker = employee(house)
        assert house.searching.search("congés payés", asker, Language.FRENCH, 5)
        assert house.library.open("ressources-humaines", "conges-payes.md", asker)


def test_search_only_writes_nothing(demo_house: Vigie) -> None:
    answering = with_generator(demo_house.answering, ScriptedGenerator(_must_not_write))
    demo_house.switch.tighten(Mode.SEARCH_ONLY, "nuit", "garde")

    (last,) = answering.answer(asked_by(employee(demo_house), QUESTION))

    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Stopped)
    assert last.outcome.passages


def test_a_stop_works_with_the_databases_down(demo_house: Vigie) -> None:
    lease = demo_house.switch.require()
    home = demo_house.settings.home
    locks = [
        sqlite3.connect(home / name, isolation_level=None) for name in ("record.db", "store.db")
    ]
    for lock in locks:
        lock.execute("BEGIN EXCLUSIVE")

    move(demo_house.settings, Mode.OFF, "incident", None)

    assert demo_house.switch.state().mode is Mode.OFF
    assert demo_house.switch.state() != lease
    for lock in locks:
        lock.execute("ROLLBACK")
        lock.close()


def test_what_cannot_be_read_answers_nothing(demo_house: Vigie) -> None:
    (demo_house.settings.home / "switch.json").write_text("{")

    (last,) = demo_house.answering.answer(asked_by(employee(demo_house), QUESTION))

    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Stopped)


def test_suspending_a_user_ends_their_running_answer(demo_house: Vigie) -> None:
    answering = with_generator(demo_house.answering, ScriptedGenerator(quoting))
    asker = employee(demo_house)
    answer = answering.answer(Asking(QUESTION, asker, Language.FRENCH))
    next(answer)

    demo_house.accounts.suspend(asker.name, "admin")
    rest = list(answer)

    assert [type(sealed) for sealed in rest] == [SealedOutcome]
    assert demo_house.accounts.is_suspended(asker)


def test_a_stop_works_with_the_secret_damaged(demo_house: Vigie) -> None:
    (demo_house.settings.home / "secret.key").write_text("court")

    move(demo_house.settings, Mode.OFF, "incident", None)

    assert demo_house.switch.state().mode is Mode.OFF


def _must_not_write(prompt: Prompt) -> Iterable[str]:
    raise AssertionError(f"a model was asked to write: {prompt.question}")


def test_the_stop_file_needs_no_python(tmp_path: Path, demo_house: Vigie) -> None:
    (demo_house.settings.home / "STOP").write_text("")

    assert demo_house.switch.state().mode is Mode.OFF
