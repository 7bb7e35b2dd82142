"""Personal data passes no door of the house: what is typed anywhere is masked before it is used."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from adapters import WatchedEmbedder
from conftest import EXAMPLES, Opened
from sqlalchemy import text
from visitor import Visitor, person

from models.ports import Language
from server.access import Person, Role
from server.commands import Call, run
from server.errors import StoreUnavailableError
from server.lazy import Lazy
from server.retrieval import Wanted
from server.settings import load
from server.store import Store
from server.web.app import create_app
from server.wiring import Parts, Vigie, open_vigie

HUMAN_RESOURCES = EXAMPLES / "ressources-humaines"
NIR, IBAN = "1 85 05 78 006 084 91", "FR76 3000 6000 0112 3456 7890 189"
SECRETS = ("1850578006084", "FR7630006000011234567890189")


def told(text: str) -> list[str]:
    """Which of the secrets a text tells, however they are spaced."""
    packed = "".join(filter(str.isalnum, text))
    return [secret for secret in SECRETS if secret in packed]


class ReadingEmbedder(WatchedEmbedder):
    """Remembers what it was given to read."""

    def __init__(self, embedder: WatchedEmbedder) -> None:
        super().__init__(embedder)
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]):  # noqa: ANN201  # as the port says
        self.texts += texts
        return super().embed(texts)


def employee(house: Vigie, name: str = "camille") -> Person:
    person(house, name)
    return house.accounts.known(name)


def test_a_search_reaches_no_model_with_what_it_holds_of_a_person(
    tmp_path: Path, parts: Parts
) -> None:
    embedder = ReadingEmbedder(parts.embedder.get())
    watched = replace(parts, embedder=Lazy(lambda: embedder))
    with open_vigie(load(tmp_path / "home", generator="extractive"), watched) as house:
        house.library.ingest(HUMAN_RESOURCES, None, house.operator, lambda _done, _of: None)
        asker, embedder.texts = employee(house), []

        looked = house.searching.look(
            Wanted(f"arrêt maladie de {NIR} et {IBAN}", Language.FRENCH), asker, 5
        )

    assert embedder.texts
    assert told(" ".join(embedder.texts)) == []
    assert looked.found.hits
    assert looked.redacted == {"NIR": 1, "IBAN": 1}


def test_a_search_for_nothing_else_finds_nothing(demo_house: Vigie) -> None:
    looked = demo_house.searching.look(Wanted(NIR, Language.FRENCH), employee(demo_house), 5)

    assert looked.found.hits == []
    assert not looked.found.relevant


def test_the_page_shows_what_was_typed_and_says_what_was_not_looked_for(
    demo_house: Vigie,
) -> None:
    employee(demo_house)

    page = (
        Visitor(create_app(demo_house))
        .sign_in("camille")
        .web.get("/search", params={"q": f"arrêt maladie {NIR}"})
    )

    assert f'value="arrêt maladie {NIR}"' in page.text
    assert "numéro de sécurité sociale" in page.text


NAMED = "lettre-jean-dupont-1850578006084.md"  # the file of a letter about somebody
LETTER = """# RIB FR76 3000 6000 0112 3456 7890 189

Le plafond des repas en déplacement est de 21 euros par jour.
"""
TYPED = ("2 79 12 35 238 004 63", "FR14 2004 1010 0505 0001 3M02 606")
QUESTION = "Quel est le plafond des repas en déplacement ?"


@pytest.fixture
def lettered(open_house: Opened, tmp_path: Path) -> Vigie:
    """A house whose one document has somebody's name and number in its file's name."""
    folder = tmp_path / "courrier"
    folder.mkdir()
    (folder / NAMED).write_text(LETTER, encoding="utf-8")
    (folder / "rib-jean-dupont.pdf").write_bytes(b"no PDF")
    house = open_house(generator="extractive", review_rate=1.0)
    house.library.ingest(folder, "courrier", house.operator, lambda _done, _of: None)
    for name, role in (("camille", Role.EMPLOYEE), ("aude", Role.AUDITOR), ("adele", Role.ADMIN)):
        person(house, name, role)
    return house


def visitors(house: Vigie) -> tuple[Visitor, Visitor, Visitor]:
    """An employee, an auditor, an administrator."""
    app = create_app(house)
    employee, auditor, admin = (Visitor(app).sign_in(one) for one in ("camille", "aude", "adele"))
    return employee.accept_charter(), auditor, admin


def named(text: str) -> bool:
    return bool(told(text)) or "dupont" in text.casefold()


def test_the_name_of_a_file_names_nobody_to_those_who_may_not_open_it(lettered: Vigie) -> None:
    employee, auditor, admin = visitors(lettered)

    answered = employee.ask(QUESTION)
    record = answered.url.path.rpartition("/")[2]
    pages = {
        "the answer": answered.text,
        "the search": employee.web.get("/search", params={"q": QUESTION}).text,
        "the record": auditor.web.get(f"/record/answers/{record}").text,
        "the review": auditor.web.get("/review").text,
        "the files": admin.web.get("/admin/files").text,
        "the command": called(lettered, "files.list"),
        "the other command": called(lettered, "ask", question=QUESTION),
    }

    assert "21 euros" in answered.text
    assert "rib-[PERSON_1].pdf" in pages["the files"]
    assert {place for place, text in pages.items() if "dupont" in text.casefold()} == set()
    assert {place for place, text in pages.items() if told(text)} <= {"the search"}


def test_its_citation_opens_it_all_the_same(lettered: Vigie) -> None:
    employee, _, _ = visitors(lettered)

    (link,) = set(re.findall(r'class="open" href="([^"]+)"', employee.ask(QUESTION).text))

    assert not named(link)
    assert "<mark" in employee.web.get(unescape(link)).text


def test_a_file_that_failed_is_tried_again_by_the_name_it_is_listed_under(
    lettered: Vigie, tmp_path: Path
) -> None:
    _, _, admin = visitors(lettered)
    (listed,) = re.findall(r'name="file" value="([^"]+)"', admin.web.get("/admin/files").text)
    (tmp_path / "courrier" / "rib-jean-dupont.pdf").unlink()

    admin.send("/admin/files/retry", collection="courrier", file=unescape(listed))

    assert not lettered.library.files("courrier")


def test_what_is_typed_stays_out_of_the_logs_the_record_the_store_and_the_exports(
    lettered: Vigie, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    employee, auditor, admin = visitors(lettered)
    said = (
        f"{QUESTION} Mon numéro est 2 79 12 35 238 004 63, RIB FR14 2004 1010 0505 0001 3M02 606."
    )
    key = lettered.accounts.create_key("camille", "essai", "test")
    bearer = {"Authorization": f"Bearer {key}"}
    web = employee.web

    asked = employee.ask(said)
    record = asked.url.path.rpartition("/")[2]
    streamed = employee.send("/ask/stream", question=said, conversation="autre")
    own = [
        web.get(f"/questions/{record}"),
        employee.send(f"/questions/{record}/report", reason=said),
    ]
    shown = [
        web.get("/questions"),
        employee.send("/questions/leave", question=said),
        web.post("/api/v1/ask", json={"question": said}, headers=bearer),
        web.post("/api/v1/ask", json={"question": said, "conversation": said}, headers=bearer),
        web.post("/api/v1/search", json={"question": said}, headers=bearer),
        web.post(
            "/v1/chat/completions",
            json={"model": "vigie", "messages": [{"role": "user", "content": said}]},
            headers=bearer,
        ),
        auditor.send(f"/review/{record}", correct="yes", grounded="yes", severity="0", note=said),
        auditor.web.get("/record"),
        auditor.web.get(f"/record/answers/{record}"),
        auditor.web.get("/record/reports"),
        web.get("/documents/courrier/" + said),
        admin.send("/admin/switch", mode="search-only", reason=said),
        admin.web.get("/admin/switch"),
    ]
    printed = [
        called(lettered, "ask", question=said),
        called(lettered, "search", question=said),
        called(lettered, "log.export", file=str(tmp_path / "record.jsonl")),
    ]

    assert streamed.status_code == 200
    for page in own:  # their own words stand in its heading, for themselves to read
        below = page.text.partition('<div class="ending">')[2]
        assert below
        assert leak(below) == []
    assert [leak(one.text) for one in shown] == [[]] * len(shown)
    assert leak(" ".join(printed)) == []
    assert leak((tmp_path / "record.jsonl").read_text()) == []
    ours = (one for one in caplog.records if not one.name.startswith("httpx"))  # the visitor's
    assert leak(" ".join(one.getMessage() for one in ours)) == []
    kept = (path for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert {path.name: leak(path.read_bytes().decode("latin-1")) for path in kept} == {
        path.name: [] for path in (tmp_path / "home").rglob("*") if path.is_file()
    }


def leak(text: str) -> list[str]:
    """Which of what was typed a text holds, as it was typed or packed together."""
    return [one for one in TYPED if one in text or one.replace(" ", "") in text]


def called(house: Vigie, command: str, **arguments: object) -> str:
    """What a command prints with --json."""
    return json.dumps(run(house, Call(command=command, arguments=arguments), silent))


def silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def test_a_failure_of_the_store_quotes_nobody(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db")

    with pytest.raises(StoreUnavailableError) as failure, store.transaction() as connection:
        connection.execute(text("insert into nothing values (:said)"), {"said": NIR})

    store.close()
    assert told(f"{failure.value} {failure.value.__cause__}") == []
