"""Owners speak for their documents alone, and see what it cost, never what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from keeping import Keeping, keeping

from ingest.freshness import Verdict
from ingest.likeness import Kind
from server.access import Person, Role
from server.audit.events import Event, EventKind
from server.errors import AccessDeniedError, InvalidInputError, NotFoundError
from server.outcomes import Answered
from server.stewardship import Judgement

OWNED = """
owner = "paul"
deputy = "lea"
[documents."grille.md"]
owner = "ines"
readers = ["paie"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Keeping]:
    with keeping(tmp_path) as made:
        folder = tmp_path / "rh"
        folder.mkdir()
        for name in ("note", "copie", "grille"):
            text = " ".join(f"Le {name if n > 90 else 'mot'} {n}." for n in range(100))
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        (folder / "collection.toml").write_text(OWNED, encoding="utf-8")
        made.ingest(folder)
        yield made


@pytest.fixture
def paul(house: Keeping) -> Person:
    return house.person("paul", Role.OWNER)


def answer(house: Keeping, *documents: str, cited: tuple[int, ...] = (1,)) -> str:
    """An answer that found these documents and cites some of them."""
    opening = Event(EventKind.ANSWER_OPENED, "", "asker", {}, {"question": "Secret ?"}, "asker")
    recording = house.record.open_answer(opening)
    recording.release("Une phrase.", cited)
    passages = [{"collection": "rh", "document": document} for document in documents]
    recording.close(Answered("Une phrase.", (), "test"), {"passages": passages})
    return recording.record


def withdraw(document: str, collection: str = "rh", since: date | None = None) -> Judgement:
    return Judgement(collection, Verdict.WITHDRAWN, document, since=since)


def test_the_owner_the_deputy_and_an_admin_may_speak(house: Keeping, paul: Person) -> None:
    lea, adele = house.person("lea", Role.OWNER), house.person("adele", Role.ADMIN)

    for person in (paul, lea, adele, house.operator):
        assert house.stewardship.judge(Judgement("rh", Verdict.STILL_VALID), person) >= 2


@pytest.mark.parametrize(
    ("name", "role"),
    [("camille", Role.EMPLOYEE), ("odile", Role.OWNER), ("aude", Role.AUDITOR)],
)
def test_nobody_else_may(house: Keeping, name: str, role: Role) -> None:
    person = house.person(name, role)

    with pytest.raises(AccessDeniedError):
        house.stewardship.judge(withdraw("note.md"), person)
    for look in (house.stewardship.due, house.stewardship.damage, house.stewardship.likenesses):
        with pytest.raises(AccessDeniedError):
            look("rh", person)


def test_which_collections_exist_is_not_told_to_those_who_keep_none(house: Keeping) -> None:
    odile = house.person("odile", Role.OWNER)
    said: set[str] = set()
    for name in ("rh", "rien"):
        with pytest.raises(AccessDeniedError) as refused:
            house.stewardship.due(name, odile)
        said.add(str(refused.value).replace(name, ""))

    assert len(said) == 1


def test_the_owner_of_one_document_speaks_for_that_one_alone(house: Keeping) -> None:
    ines = house.person("ines", Role.OWNER)

    assert house.stewardship.documents("rh", ines) == ["grille.md"]
    assert house.stewardship.judge(Judgement("rh", Verdict.STILL_VALID), ines) == 1
    with pytest.raises(NotFoundError):
        house.stewardship.judge(withdraw("note.md"), ines)
    assert house.stewardship.likenesses("rh", ines) == []
    assert [one.name for one in house.stewardship.collections(ines)] == ["rh"]


def test_an_owner_sees_pairs_of_their_own_documents_alone(house: Keeping, paul: Person) -> None:
    pairs = house.stewardship.likenesses("rh", paul)

    assert [(one.document, one.other, one.kind) for one in pairs] == [
        ("note.md", "copie.md", Kind.DUPLICATE)
    ]
    assert len(house.stewardship.likenesses("rh", house.operator)) == 3
    assert house.stewardship.likenesses("rh", paul, anew=True) == pairs


def test_every_word_is_on_the_record(house: Keeping, paul: Person) -> None:
    house.stewardship.judge(withdraw("note.md"), paul)

    (entry,) = house.record.entries(kinds=[EventKind.DOCUMENTS_JUDGED])
    assert (entry.subject, entry.actor) == ("rh", paul.pseudonym)
    assert entry.facts["verdict"] == "withdrawn"
    assert entry.facts["document"] == "note.md"


@pytest.mark.parametrize(
    "said",
    [
        Judgement("rh", Verdict.WITHDRAWN),
        Judgement("rh", Verdict.REPLACED, "note.md"),
        Judgement("rh", Verdict.REPLACED, "note.md", "note.md"),
        Judgement("rh", Verdict.STILL_VALID, "note.md", "copie.md"),
        Judgement("rh", Verdict.STILL_VALID, "note.md", since=date(2020, 1, 1)),
        Judgement("rh", Verdict.WITHDRAWN, "note.md", since=date(2999, 1, 1)),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused(
    house: Keeping, paul: Person, said: Judgement
) -> None:
    with pytest.raises(InvalidInputError):
        house.stewardship.judge(said, paul)

    assert house.record.entries(kinds=[EventKind.DOCUMENTS_JUDGED]) == []


def test_a_document_does_not_come_to_replace_itself(house: Keeping, paul: Person) -> None:
    house.stewardship.judge(Judgement("rh", Verdict.REPLACED, "note.md", "copie.md"), paul)

    with pytest.raises(InvalidInputError):
        house.stewardship.judge(Judgement("rh", Verdict.REPLACED, "copie.md", "note.md"), paul)
    with pytest.raises(NotFoundError):
        house.stewardship.judge(Judgement("rh", Verdict.REPLACED, "copie.md", "rien.md"), paul)


def test_the_damage_is_answers_that_rest_on_it_times_days(house: Keeping, paul: Person) -> None:
    day = house.clock.today()
    early = answer(house, "note.md")
    house.clock.pass_days(5)
    late = [answer(house, "note.md", "copie.md", cited=(1,)), answer(house, "x", "note.md")]
    late.append(answer(house, "copie.md", "note.md", cited=(1, 2)))
    house.clock.pass_days(4)

    house.stewardship.judge(
        Judgement("rh", Verdict.REPLACED, "note.md", "copie.md", day + timedelta(days=5)), paul
    )

    (damage,) = house.stewardship.damage("rh", paul)
    assert damage.records == (late[0], late[2])  # found and not cited: no harm; before: neither
    assert early not in damage.records
    assert (damage.days, damage.total) == (5, 10)


def test_withdrawn_it_does_no_more_harm(house: Keeping, paul: Person) -> None:
    first = house.clock.today()
    answer(house, "note.md")
    house.clock.pass_days(2)
    answer(house, "note.md")
    house.stewardship.judge(withdraw("note.md", since=first), paul)
    before = house.stewardship.damage("rh", paul)[0].total

    house.clock.pass_days(300)

    assert house.stewardship.damage("rh", paul)[0].total == before == 2 * 3


def test_a_document_past_its_date_does_harm_from_the_next_day_on(
    house: Keeping, paul: Person
) -> None:
    house.clock.pass_days(730)
    answer(house, "note.md")
    house.clock.pass_days(1)
    record = answer(house, "note.md")

    damage = {one.document: one for one in house.stewardship.damage("rh", paul)}

    assert damage["note.md"].records == (record,)
    assert damage["copie.md"].records == ()
    assert house.stewardship.due("rh", paul).documents[0].document == "note.md"


def test_nobodys_words_are_in_what_an_owner_is_shown(house: Keeping, paul: Person) -> None:
    record = answer(house, "note.md")
    house.stewardship.judge(withdraw("note.md"), paul)

    shown = str(house.stewardship.damage("rh", paul)) + str(house.stewardship.due("rh", paul))

    assert record in shown
    assert "Secret" not in shown
    assert "Une phrase" not in shown


def test_an_erased_answer_still_counts(house: Keeping, paul: Person) -> None:
    answer(house, "note.md")
    house.stewardship.judge(withdraw("note.md"), paul)
    house.record.erase("asker", "test", "a request")

    assert len(house.stewardship.damage("rh", paul)[0].records) == 1
