"""What its owner withdrew, nobody finds: not once the command returned, whatever comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from adapters import ScriptedGenerator
from demo import asked_by, employee

from ingest.collections import EVERYONE, Override
from ingest.freshness import Verdict
from ingest.index import Audience, Query
from models.ports import Language, Prompt
from server.access import Person
from server.audit.recording import SealedOutcome, SealedSentence
from server.commands.asking import answer_json
from server.errors import NotFoundError
from server.lazy import Lazy
from server.outcomes import Answered, Failed, FailureCause
from server.settings import load
from server.stewardship import Judgement
from server.store.lives import Word
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow

RULE = "Le badge provisoire est rendu au poste de garde avant dix-huit heures."
QUESTION = "À quelle heure rendre le badge provisoire ?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "badges"
    folder.mkdir()
    (folder / "badge.md").write_text(f"# Badge\n\n{RULE}\n", encoding="utf-8")
    (folder / "cantine.md").write_text("# Cantine\n\nElle ouvre à midi.\n", encoding="utf-8")
    return folder


@pytest.fixture
def asker(house: Vigie, folder: Path) -> Person:
    ingest(house, folder)
    return employee(house)


def ingest(house: Vigie, folder: Path) -> None:
    house.library.ingest(folder, "badges", house.operator, lambda _done, _of: None)


def judge(house: Vigie, verdict: Verdict, document: str = "badge.md") -> None:
    house.stewardship.judge(Judgement("badges", verdict, document), house.operator)


def found(house: Vigie, asker: Person) -> set[str]:
    hits = house.searching.search(QUESTION, asker, Language.FRENCH, 10)
    return {hit.chunk.document for hit in hits}


def in_the_index(house: Vigie) -> set[str]:
    """What the engine itself gives to everyone, before anything is filtered or weighed."""
    query = Query(QUESTION, None, Language.FRENCH)
    index = house.answering.retrieval.index.get()
    hits = index.search(query, Audience(frozenset({EVERYONE})), 10)
    return {hit.chunk.document for hit in hits}


def cannot_be_opened(house: Vigie, asker: Person, document: str = "badge.md") -> bool:
    try:
        house.library.open("badges", document, asker)
    except NotFoundError:
        return True
    return False


def test_it_is_gone_everywhere_when_the_command_returns(house: Vigie, asker: Person) -> None:
    assert "badge.md" in found(house, asker)

    judge(house, Verdict.WITHDRAWN)

    assert "badge.md" not in found(house, asker)
    assert "badge.md" not in in_the_index(house)
    assert cannot_be_opened(house, asker)
    *_, last = house.answering.answer(asked_by(asker, QUESTION))
    assert isinstance(last, SealedOutcome)
    assert "badge.md" not in str(answer_json(last, Language.FRENCH))


def test_the_store_alone_is_enough_to_hide_it(house: Vigie, asker: Person) -> None:
    kept = house.stewardship.standings.lives.in_collection("badges")["badge.md"]

    # As if the process had died before the index was told.
    house.stewardship.standings.lives.say(kept, Word(Verdict.WITHDRAWN))

    assert "badge.md" in in_the_index(house)
    assert "badge.md" not in found(house, asker)
    assert cannot_be_opened(house, asker)


def test_it_stays_away_when_the_same_file_is_ingested_again(
    house: Vigie, asker: Person, folder: Path
) -> None:
    judge(house, Verdict.WITHDRAWN)

    ingest(house, folder)
    shutil.rmtree(folder)
    folder.mkdir()
    ingest(house, folder)
    (folder / "badge.md").write_text(f"# Badge\n\n{RULE}\n", encoding="utf-8")
    ingest(house, folder)

    assert "badge.md" not in found(house, asker) | in_the_index(house)
    assert cannot_be_opened(house, asker)


def test_another_name_does_not_bring_it_back(house: Vigie, asker: Person, folder: Path) -> None:
    judge(house, Verdict.WITHDRAWN)

    (folder / "badge.md").rename(folder / "badge-bis.md")
    ingest(house, folder)

    assert "badge-bis.md" not in found(house, asker) | in_the_index(house)
    assert cannot_be_opened(house, asker, "badge-bis.md")


def test_it_stays_away_when_the_collection_changes_its_readers(house: Vigie, asker: Person) -> None:
    judge(house, Verdict.WITHDRAWN)

    collection = house.library.collection("badges")
    for readers in (frozenset({"paie"}), frozenset({EVERYONE})):
        house.library.describe(
            type(collection).undescribed("badges", collection.owner, readers), house.operator
        )

    assert "badge.md" not in found(house, asker) | in_the_index(house)


def test_it_stays_away_when_the_index_is_built_anew(
    house: Vigie, asker: Person, parts: Parts
) -> None:
    judge(house, Verdict.WITHDRAWN)
    home = house.settings.home.parent / "copy"
    shutil.copytree(house.settings.home, home)

    with open_vigie(load(home, generator="extractive"), parts) as again:
        again.rebuild_index()

        assert "badge.md" not in found(again, asker) | in_the_index(again)


def test_a_text_that_changed_is_another_one(house: Vigie, asker: Person, folder: Path) -> None:
    judge(house, Verdict.WITHDRAWN)

    (folder / "badge.md").write_text(f"# Badge\n\n{RULE} Ou à l’accueil.\n", encoding="utf-8")
    ingest(house, folder)
    changed = found(house, asker)
    (folder / "badge.md").write_text(f"# Badge\n\n{RULE}\n", encoding="utf-8")
    ingest(house, folder)

    assert "badge.md" in changed
    assert "badge.md" not in found(house, asker) | in_the_index(house)


def test_only_a_persons_word_takes_it_back(house: Vigie, asker: Person) -> None:
    judge(house, Verdict.WITHDRAWN)
    house.stewardship.judge(Judgement("badges", Verdict.STILL_VALID), house.operator)
    assert "badge.md" not in found(house, asker)

    judge(house, Verdict.STILL_VALID)

    assert "badge.md" in found(house, asker) & in_the_index(house)
    assert not cannot_be_opened(house, asker)


def answered(
    house: Vigie, asker: Person, during: Callable[[], object], *, before: int
) -> tuple[list[str], SealedOutcome]:
    """What is shown of an answer of two sentences, when something happens before one of them."""

    def script(prompt: Prompt) -> Iterable[str]:
        (badge,) = (source for source in prompt.sources if "badge" in source.text)
        (canteen,) = (source for source in prompt.sources if "midi" in source.text)
        said = [f"Elle ouvre à midi [{canteen.n}].\n", f"{RULE} [{badge.n}]\n", ""]
        for n, sentence in enumerate(said):
            if n == before:
                during()
            yield sentence

    engines = replace(house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(script)))
    answering = replace(house.answering, engines=engines)
    question = f"{QUESTION} Et quand ouvre la cantine ?"
    *sentences, last = answering.answer(asked_by(asker, question))
    assert isinstance(last, SealedOutcome)
    return [one.text for one in sentences if isinstance(one, SealedSentence)], last


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize("way", ["withdrawn", "closed", "deleted"])
def test_an_answer_that_is_being_written_does_not_cite_it_any_more(
    house: Vigie, asker: Person, folder: Path, way: str, before: int
) -> None:
    def lose() -> None:
        collection = house.library.collection("badges")
        match way:
            case "withdrawn":
                judge(house, Verdict.WITHDRAWN)
            case "closed":
                closed = (Override("badge.md", readers=frozenset({"paie"})),)
                house.library.describe(replace(collection, documents=closed), house.operator)
            case _:
                (folder / "badge.md").unlink()
                ingest(house, folder)

    shown, last = answered(house, asker, lose, before=before)

    assert last.outcome == Failed(FailureCause.WITHDRAWN)
    assert "badge.md" not in str(answer_json(last, Language.FRENCH))
    if before == 1:
        assert not any("badge" in sentence for sentence in shown)


def test_an_answer_goes_on_when_what_was_withdrawn_is_none_of_its_sources(
    house: Vigie, asker: Person, folder: Path
) -> None:
    (folder / "parking.md").write_text("# Parking\n\nIl ferme à vingt heures.\n", encoding="utf-8")
    ingest(house, folder)

    shown, last = answered(
        house, asker, lambda: judge(house, Verdict.WITHDRAWN, "parking.md"), before=1
    )

    assert isinstance(last.outcome, Answered)
    assert len(shown) == 2
    assert "parking.md" not in str(answer_json(last, Language.FRENCH))
