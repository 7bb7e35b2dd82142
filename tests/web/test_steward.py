"""An owner's story: what is due, three buttons, and nothing of what people asked."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from visitor import Visitor

from server.wiring import Vigie

pytestmark = pytest.mark.slow

DESCRIPTION = """
owner = "odile"
review_due = 2020-01-01
[documents."cantine.md"]
review_due = 2999-01-01
"""


@pytest.fixture(scope="module")
def house(app: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Vigie:
    vigie = app.state.web.vigie
    assert isinstance(vigie, Vigie)
    folder = tmp_path_factory.mktemp("sources") / "badges"
    write(folder)
    vigie.library.ingest(folder, None, vigie.operator, lambda _done, _of: None)
    return vigie


def write(folder: Path) -> None:
    folder.mkdir()
    (folder / "collection.toml").write_text(DESCRIPTION, encoding="utf-8")
    for name, text in (
        ("badge-2023.md", "Le badge se rend au poste de garde le dernier jour avant midi."),
        ("badge-2025.md", "Le badge se rend au poste de garde le dernier jour avant 18 heures."),
        ("parking.md", "Le parking ouvre à sept heures pour tous les salariés."),
        ("cantine.md", "La cantine ouvre à midi."),
    ):
        (folder / name).write_text(f"# {name}\n\n{text}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def odile(app: FastAPI, house: Vigie) -> Visitor:
    assert house
    return Visitor(app).sign_in("odile").accept_charter()


def page_of(visitor: Visitor) -> str:
    return unescape(visitor.web.get("/stewardship").text)


def test_an_owner_sees_what_is_due_and_what_is_alike(odile: Visitor) -> None:
    page = page_of(odile)

    assert "Périmé" in page
    assert "À revoir depuis le 1 janvier 2020" in page
    assert page.count('name="verdict" value="withdrawn"') == 4  # three are due, and any other one
    assert "est remplacé par la version" in page


def test_what_was_answered_from_it_is_counted(odile: Visitor) -> None:
    odile.ask("Le parking ouvre à sept heures pour qui, demande Tournesol ?")

    page = page_of(odile)

    assert "1 réponse donnée" in page
    assert "Réponses × jours" in page
    assert "Tournesol" not in page


def test_a_word_of_an_owner_is_one_click(odile: Visitor, house: Vigie) -> None:
    done = odile.send(
        "/stewardship", collection="badges", document="badge-2025.md", verdict="still-valid"
    )

    assert done.status_code == 200
    collection = house.library.collection("badges")
    assert house.stewardship.standings.one(collection, "badge-2025.md").state.value == "fresh"


def test_a_replaced_document_is_said_to_be_in_the_answer(odile: Visitor) -> None:
    sent = {"collection": "badges", "document": "badge-2023.md", "verdict": "replaced"}
    assert odile.send("/stewardship", **sent).status_code == 400  # by what?

    odile.send("/stewardship", **sent, by_document="badge-2025.md")

    answer = unescape(odile.ask("Où rendre son badge le dernier jour ?").text)
    assert "remplace badge-2023.md" in answer
    assert "avant 18 heures" in answer


def test_what_is_withdrawn_is_gone_from_search_and_from_its_page(odile: Visitor) -> None:
    address = "/documents/badges/parking.md"
    assert odile.web.get(address).status_code == 200

    odile.send("/stewardship", collection="badges", document="parking.md", verdict="withdrawn")

    assert odile.web.get(address).status_code == 404
    assert "sept heures" not in odile.web.get("/search?q=parking").text


def test_an_admin_may_do_it_and_still_reads_nothing_of_what_was_asked(
    app: FastAPI, house: Vigie
) -> None:
    adele = Visitor(app).sign_in("adele")

    page = page_of(adele)

    assert "Tournesol" not in page
    assert house.record.answers(1)[0].record
    assert "1 réponse donnée" in page  # from what has been withdrawn since


def test_others_are_shown_nothing(app: FastAPI, house: Vigie) -> None:
    camille = Visitor(app).sign_in("camille")

    assert house
    assert camille.web.get("/stewardship").status_code == 403
    sent = camille.send(
        "/stewardship", collection="badges", document="cantine.md", verdict="withdrawn"
    )
    assert sent.status_code == 403
