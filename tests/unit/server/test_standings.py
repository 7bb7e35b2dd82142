"""What a document is worth today: its age, its owner and its heirs act on what is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from keeping import Keeping, keeping

from guardrails import verdicts
from ingest.freshness import Keeper, State, Verdict
from server.access import Person, Role, audience_of
from server.errors import NotFoundError
from server.outcomes import Citation
from server.standings import OVERDUE, keeper_of
from server.stewardship import Judgement

RULE = "Deux jours de télétravail par semaine sont permis."
QUESTION = "combien de jours de télétravail par semaine"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Keeping]:
    with keeping(tmp_path) as made:
        yield made


@pytest.fixture
def reader(house: Keeping) -> Person:
    return house.person("camille")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rh"
    folder.mkdir()
    return folder


def describe(folder: Path, *lines: str, owner: str = "paul") -> None:
    text = "\n".join([f'owner = "{owner}"', *lines])
    (folder / "collection.toml").write_text(text, encoding="utf-8")


def write(folder: Path, name: str, *paragraphs: str) -> None:
    (folder / name).write_text("\n\n".join(paragraphs), encoding="utf-8")


def cited(house: Keeping, reader: Person, question: str = QUESTION) -> dict[str, Citation]:
    hits = house.search(question, reader)
    said = {hit.chunk.collection: dict[str, verdicts.Verdict]() for hit in hits}
    for hit in hits:
        said[hit.chunk.collection] |= {text: _as_it_is(text) for text in _texts(hit)}
    found = house.retrieval.citations(hits, said, audience_of(reader))
    return {citation.document: citation for citation in found}


def _as_it_is(text: str) -> verdicts.Verdict:
    return verdicts.Verdict(verdicts.Decision.ALLOW, text)


def _texts(hit: object) -> tuple[str, ...]:
    chunk = hit.chunk  # type: ignore[attr-defined]  # a Hit
    return chunk.text, chunk.title, chunk.section


def judge(house: Keeping, verdict: Verdict, document: str | None, by: str = "") -> None:
    house.stewardship.judge(Judgement("rh", verdict, document, by), house.operator)


def test_a_citation_says_how_old_its_source_is_and_who_answers_for_it(
    house: Keeping, reader: Person, folder: Path
) -> None:
    house.person("paul", Role.OWNER)
    describe(folder, 'class = "procedure"')
    write(folder, "note.md", RULE)
    house.ingest(folder)

    def seen() -> tuple[State, int | None, str]:
        one = cited(house, reader)["note.md"]
        return one.state, one.age_days, one.owner

    assert seen() == (State.FRESH, 0, "paul")
    house.clock.pass_days(150)
    assert seen() == (State.WARN, 150, "paul")
    house.clock.pass_days(31)
    assert seen() == (State.STALE, 181, "paul")
    judge(house, Verdict.STILL_VALID, None)
    assert seen() == (State.FRESH, 0, "paul")
    assert cited(house, reader)["note.md"].confirmed == house.clock.today()


def test_a_passage_past_its_review_date_weighs_less_than_one_that_holds(
    house: Keeping, reader: Person, folder: Path
) -> None:
    write(folder, "ancienne.md", RULE)
    write(folder, "nouvelle.md", RULE)
    house.ingest(folder, "rh")
    before = {hit.chunk.document: hit.score for hit in house.search(QUESTION, reader)}
    describe(folder, '[documents."ancienne.md"]', f"review_due = {date(2020, 1, 1)}")
    house.ingest(folder)

    after = {hit.chunk.document: hit.score for hit in house.search(QUESTION, reader)}

    assert list(after) == ["nouvelle.md", "ancienne.md"]
    assert after["ancienne.md"] == pytest.approx(before["ancienne.md"] * OVERDUE)
    assert cited(house, reader)["ancienne.md"].review_due == date(2020, 1, 1)


def test_an_owner_without_an_account_leaves_an_orphan_that_is_still_found(
    house: Keeping, reader: Person, folder: Path
) -> None:
    describe(folder, "review_due = 2020-01-01", owner="Quelqu’un")
    write(folder, "note.md", RULE)
    house.ingest(folder)

    assert cited(house, reader)["note.md"].state is State.ORPHAN


def test_what_is_past_its_date_and_whose_owner_left_is_found_by_nobody(
    house: Keeping, reader: Person, folder: Path
) -> None:
    house.person("paul", Role.OWNER)
    describe(folder, "review_due = 2020-01-01")
    write(folder, "note.md", RULE)
    house.ingest(folder)
    assert cited(house, reader)["note.md"].state is State.STALE

    house.accounts.suspend("paul", "test")

    assert house.found(QUESTION, reader) == []
    with pytest.raises(NotFoundError):
        house.library.open("rh", "note.md", reader)
    house.library.enforce_all()
    assert house.index.search(_query(), audience_of(reader), 10) == []


def test_what_may_not_be_found_does_not_crowd_out_what_may(
    house: Keeping, reader: Person, folder: Path
) -> None:
    house.person("paul", Role.OWNER)
    describe(folder, *[f'[documents."{n}.md"]\nreview_due = 2020-01-01' for n in range(3)])
    for n in range(3):
        write(folder, f"{n}.md", f"{RULE} {RULE}")
    write(folder, "autre.md", "La semaine de travail a cinq jours.")
    house.ingest(folder)

    house.accounts.suspend("paul", "test")

    assert house.found(QUESTION, reader, limit=2) == ["autre.md"]


def test_a_deputy_is_enough(house: Keeping, reader: Person, folder: Path) -> None:
    house.person("lea", Role.OWNER)
    describe(folder, 'deputy = "lea"', owner="parti")
    write(folder, "note.md", RULE)
    house.ingest(folder)

    assert cited(house, reader)["note.md"].state is State.FRESH


def test_a_replaced_document_stands_below_what_replaces_it_and_says_so(
    house: Keeping, reader: Person, folder: Path
) -> None:
    write(folder, "ancienne.md", RULE)
    write(folder, "heritiere.md", "Le télétravail : trois jours.", "Et autre chose encore.")
    house.ingest(folder, "rh")
    assert house.found(QUESTION, reader)[0] == "ancienne.md"

    judge(house, Verdict.REPLACED, "ancienne.md", "heritiere.md")

    found = house.found(QUESTION, reader)
    assert found.index("heritiere.md") < found.index("ancienne.md")
    citations = cited(house, reader)
    assert citations["ancienne.md"].replaced_by == "heritiere.md"
    assert citations["heritiere.md"].replaces == ("ancienne.md",)


def test_an_heir_that_the_asker_may_not_read_is_not_named(
    house: Keeping, reader: Person, folder: Path
) -> None:
    describe(folder, '[documents."secrete.md"]', 'readers = ["direction"]')
    write(folder, "ancienne.md", RULE)
    write(folder, "secrete.md", RULE)
    house.ingest(folder)
    judge(house, Verdict.REPLACED, "ancienne.md", "secrete.md")
    insider = house.person("lea", groups=("direction",))

    assert cited(house, reader)["ancienne.md"].replaced_by == ""
    assert cited(house, insider)["ancienne.md"].replaced_by == "secrete.md"


LONG = [f"Article {n}. Le salarié note {'encore ' * n}ses jours de présence." for n in range(9)]


def test_between_versions_of_one_rule_the_later_wins_and_the_citation_says_so(
    house: Keeping, reader: Person, folder: Path
) -> None:
    write(folder, "teletravail-2023.md", RULE, RULE, *LONG)
    write(folder, "teletravail-2026.md", "Trois jours de télétravail sont permis.", *LONG)
    house.ingest(folder, "rh")

    found = house.found(QUESTION, reader)
    assert found.index("teletravail-2026.md") < found.index("teletravail-2023.md")
    assert cited(house, reader)["teletravail-2023.md"].replaced_by == "teletravail-2026.md"

    judge(house, Verdict.STILL_VALID, "teletravail-2023.md")
    assert cited(house, reader)["teletravail-2023.md"].replaced_by == ""

    judge(house, Verdict.REPLACED, "teletravail-2026.md", "teletravail-2023.md")
    assert cited(house, reader)["teletravail-2026.md"].replaced_by == "teletravail-2023.md"


def test_replacements_are_followed_to_the_last_one(
    house: Keeping, reader: Person, folder: Path
) -> None:
    for n in range(4):
        write(folder, f"{'abcd'[n]}.md", RULE + " Alinéa." * n)
    house.ingest(folder, "rh")
    for one, other in ("ab", "bc", "cd"):
        judge(house, Verdict.REPLACED, f"{one}.md", f"{other}.md")

    citations = cited(house, reader)

    assert [citations[f"{n}.md"].replaced_by for n in "abcd"] == ["d.md", "d.md", "d.md", ""]
    assert house.found(QUESTION, reader)[0] == "d.md"


def test_two_names_that_replace_each_other_end_nowhere(
    house: Keeping, reader: Person, folder: Path
) -> None:
    """A version by its name and its owner's contrary word: the word holds."""
    write(folder, "regle-2023.md", RULE, *LONG)
    write(folder, "regle-2024.md", RULE, *LONG)
    house.ingest(folder, "rh")

    judge(house, Verdict.REPLACED, "regle-2024.md", "regle-2023.md")

    citations = cited(house, reader)
    assert citations["regle-2024.md"].replaced_by == "regle-2023.md"
    assert citations["regle-2023.md"].replaced_by == ""
    assert house.found(QUESTION, reader)[0] == "regle-2023.md"


@pytest.mark.parametrize(
    ("names", "active", "keeper"),
    [
        ((), {}, Keeper.GONE),
        (("a",), {}, Keeper.UNKNOWN),
        (("a",), {"a": True}, Keeper.PRESENT),
        (("a",), {"a": False}, Keeper.GONE),
        (("a", "b"), {"a": False}, Keeper.UNKNOWN),
        (("a", "b"), {"a": False, "b": False}, Keeper.GONE),
        (("a", "b"), {"a": False, "b": True}, Keeper.PRESENT),
        (("operator",), {}, Keeper.PRESENT),
    ],
)
def test_someone_answers_while_one_account_is_active(
    names: tuple[str, ...], active: dict[str, bool], keeper: Keeper
) -> None:
    assert keeper_of(names, active) is keeper


def test_a_sidecar_that_breaks_takes_its_document_from_everyone(
    house: Keeping, reader: Person, folder: Path
) -> None:
    describe(folder)
    write(folder, "note.md", RULE)
    sidecar = folder / "note.md.vigie.toml"
    sidecar.write_text('readers = ["everyone"]', encoding="utf-8")
    house.ingest(folder)
    assert house.found(QUESTION, reader) == ["note.md"]

    sidecar.write_text("readers = [", encoding="utf-8")
    house.ingest(folder)
    assert house.found(QUESTION, reader) == []

    sidecar.unlink()
    house.ingest(folder)
    assert house.found(QUESTION, reader) == ["note.md"]


def test_a_sidecar_holds_when_the_collection_is_described_anew(
    house: Keeping, reader: Person, folder: Path
) -> None:
    write(folder, "note.md", RULE)
    (folder / "note.md.vigie.toml").write_text('readers = ["paie"]', encoding="utf-8")
    house.ingest(folder, "rh")

    other = folder.parent / "autre.md"
    other.write_text(RULE, encoding="utf-8")
    house.ingest(other, "rh")
    narrowed = replace(house.library.collection("rh"), owner="paul")
    house.library.describe(narrowed, house.operator)

    assert house.found(QUESTION, reader) == ["autre.md"]


def _query() -> object:
    from ingest.index import Query
    from models.ports import Language

    return Query(QUESTION, None, Language.FRENCH)


def test_the_day_a_text_came_in_survives_a_new_ingestion(
    house: Keeping, reader: Person, folder: Path
) -> None:
    write(folder, "note.md", RULE)
    house.ingest(folder, "rh")
    house.clock.pass_days(100)
    describe(folder, 'language = "en"')  # indexed anew, the same text
    house.ingest(folder)

    assert cited(house, reader)["note.md"].age_days == 100
    assert house.clock.today() - timedelta(days=100) < house.clock.today()
