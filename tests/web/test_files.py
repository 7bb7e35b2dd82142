"""An admin's story of files: what failed and why, another try, and removals that ask first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from passages import WordsEmbedder
from visitor import Visitor, person

from ingest.report import IngestionReport
from models.ports import Embedder, Matrix
from server.access import Role
from server.lazy import Lazy
from server.settings import load
from server.web.app import create_app
from server.wiring import Parts, Vigie, open_vigie

WAIT_S = 60


class GatedEmbedder(WordsEmbedder):
    """Reads nothing while its gate is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()

    def embed(self, texts: Sequence[str]) -> Matrix:
        assert self.gate.wait(WAIT_S)
        return super().embed(texts)


@pytest.fixture
def embedder() -> GatedEmbedder:
    return GatedEmbedder()


@pytest.fixture
def house(tmp_path: Path, embedder: GatedEmbedder, parts: Parts) -> Iterator[Vigie]:
    gated = replace(parts, embedder=Lazy[Embedder](lambda: embedder))
    with open_vigie(load(tmp_path / "home", generator="extractive"), gated) as vigie:
        person(vigie, "adele", Role.ADMIN)
        person(vigie, "camille")
        yield vigie


@pytest.fixture
def app(house: Vigie) -> FastAPI:
    return create_app(house)


@pytest.fixture
def adele(app: FastAPI) -> Visitor:
    return Visitor(app).sign_in("adele")


@pytest.fixture
def folder(house: Vigie) -> Path:
    folder = house.settings.home / "documents" / "notes"
    folder.mkdir(parents=True)
    (folder / "badge.md").write_text("Le badge se demande à l’accueil.", encoding="utf-8")
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7 nothing")
    return folder


def ingested(house: Vigie, folder: Path) -> IngestionReport:
    return house.library.ingest(folder, "notes", house.operator, lambda _done, _of: None)


def ended(house: Vigie) -> None:
    """Waits until nothing is being ingested."""
    while any(run.under_way for run in house.library.runs()):
        time.sleep(0.01)


def page(visitor: Visitor, path: str = "/admin/files") -> str:
    return unescape(visitor.web.get(path).text)


def test_a_quarantined_file_is_listed_and_tried_again_on_demand(
    house: Vigie, adele: Visitor, folder: Path
) -> None:
    for _ in range(3):
        ingested(house, folder)
    listed = page(adele)
    (note,) = (one.note for one in house.library.files("notes"))

    adele.send("/admin/files/retry", collection="notes", file="plan.pdf")
    ended(house)

    assert "notes/plan.pdf" in listed
    assert "en quarantaine" in listed
    assert "Le fichier est endommagé ou incomplet." in listed
    (again,) = (one.note for one in house.library.files("notes"))
    assert (note.attempts, again.attempts) == (3, 1)
    assert again.tried is not None
    assert note.tried is not None
    assert again.tried > note.tried
    assert "en échec" in page(adele)


def test_reasons_are_told_in_the_language_of_the_reader(
    house: Vigie, app: FastAPI, folder: Path
) -> None:
    ingested(house, folder)

    english = page(Visitor(app, "en").sign_in("adele"))

    assert "The file is damaged or incomplete." in english
    assert "1 file could not be read." in english


def test_what_is_gone_by_far_is_removed_once_it_is_confirmed(
    house: Vigie, adele: Visitor, folder: Path
) -> None:
    for n in range(20):
        (folder / f"page-{n}.md").write_text(f"La page {n}.", encoding="utf-8")
    ingested(house, folder)
    for gone in folder.glob("page-*.md"):
        gone.unlink()

    adele.send("/admin/collections/ingest", folder=str(folder))
    ended(house)
    asked = page(adele)
    before = house.library.shelves()[0].documents
    adele.send("/admin/files/again", collection="notes", allow_removals="true")
    ended(house)

    assert "20 documents ne sont plus dans la source" in asked
    assert "Retirer 20 documents" in asked
    assert before == 21
    assert house.library.shelves()[0].documents == 1


def test_a_long_run_shows_its_progress_and_then_its_end(
    house: Vigie, adele: Visitor, embedder: GatedEmbedder, folder: Path
) -> None:
    ingested(house, folder)
    (folder / "neuf.md").write_text("Un texte neuf.", encoding="utf-8")
    embedder.gate.clear()

    with adele.web:  # one loop for all requests, as in a server
        shown = unescape(adele.send("/admin/collections/ingest", folder=str(folder)).text)
        fragment = page(adele, "/admin/files/runs")
        embedder.gate.set()
        ended(house)
        last = page(adele, "/admin/files/runs")

    assert '<progress max="3"' in shown
    assert '<progress max="3"' in fragment
    assert "Ajoutés\u00a0: 1." in last


def test_a_run_that_broke_off_says_why(house: Vigie, adele: Visitor, folder: Path) -> None:
    ingested(house, folder)
    (folder / "collection.toml").write_text("owner = ")

    refused = adele.send("/admin/files/again", collection="notes")

    assert refused.status_code == 400
    assert "not a TOML file" in refused.text


def test_nobody_else_sees_files_or_tries_them_again(app: FastAPI, adele: Visitor) -> None:
    camille = Visitor(app).sign_in("camille")

    assert camille.web.get("/admin/files").status_code == 403
    assert camille.web.get("/admin/files/runs").status_code == 403
    assert camille.send("/admin/files/retry", collection="notes").status_code == 403
    assert adele.send("/admin/files/retry", collection="inconnue").status_code == 404
