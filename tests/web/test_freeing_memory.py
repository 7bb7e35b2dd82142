"""A stop that frees the model's memory, as whoever is on duty demands and sees it."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
import tiny_gguf
from conftest import Opened
from fastapi import FastAPI
from patience import within
from starlette.testclient import TestClient
from visitor import HERE, Visitor, person
from writings import Granted

from models import catalog
from models.ports import Generator, Language, Prompt, Source
from server.access import Role
from server.audit.events import EventKind
from server.outcomes import Mode
from server.web.app import create_app
from server.wiring import Vigie

pytestmark = pytest.mark.slow

PATIENCE_S = 20.0
PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


@pytest.fixture(params=["none", "process"])
def modelled(request: pytest.FixtureRequest, tmp_path: Path, open_house: Opened) -> Vigie:
    """A house whose answers a tiny model writes, here or in a process of its own."""
    home = tmp_path / "home"
    home.mkdir()
    catalog.add(home, tiny_gguf.build(tmp_path / "tiny.gguf"))
    house = open_house(
        home,
        generator="llama",
        context_tokens=512,
        answer_tokens=16,
        threads=1,
        engine_isolation=request.param,
    )
    for name in ("adele", "anatole"):
        person(house, name, Role.ADMIN)
    writer(house)
    return house


@pytest.fixture
def app(modelled: Vigie) -> FastAPI:
    return create_app(modelled)


def test_a_ticked_box_frees_the_memory_and_the_page_says_so(modelled: Vigie, app: FastAPI) -> None:
    admin = Visitor(app).sign_in("adele")
    before = unescape(admin.web.get("/admin/switch").text)

    admin.send("/admin/switch", mode="off", reason="essai", unload="true")

    assert 'name="unload"' in before
    assert "en mémoire (au moins" in before
    assert within(PATIENCE_S, lambda: "pas en mémoire" in admin.web.get("/admin/switch").text)
    assert said_on_the_record(modelled) == {"mode": "off", "unload": True}


def test_a_box_that_nobody_ticked_frees_nothing(modelled: Vigie, app: FastAPI) -> None:
    admin = Visitor(app).sign_in("adele")

    admin.send("/admin/switch", mode="search-only", reason="nuit")

    assert not modelled.switch.state().unload
    assert not within(1.0, lambda: not admin.web.get("/health").json()["loaded"])
    assert said_on_the_record(modelled) == {"mode": "search-only"}


def test_after_a_stop_that_left_the_model_its_memory_can_still_be_freed(
    modelled: Vigie, app: FastAPI
) -> None:
    admin = Visitor(app).sign_in("adele")
    stopped = admin.send("/admin/switch", mode="off", reason="essai")

    admin.send("/admin/switch", mode="off", reason="machine chargée", unload="true")

    assert 'id="unload-title"' in stopped.text
    assert within(PATIENCE_S, lambda: "pas en mémoire" in admin.web.get("/admin/switch").text)
    assert 'id="unload-title"' not in admin.web.get("/admin/switch").text


def test_a_program_frees_the_memory_and_a_restart_brings_the_answer_back(
    modelled: Vigie, app: FastAPI
) -> None:
    first, second = (program(modelled, app, name) for name in ("adele", "anatole"))
    text = written(modelled)
    on = {"mode": "on", "reason": "vérifié"}

    stopped = first.post(
        "/api/v1/switch", json={"mode": "search-only", "reason": "nuit", "unload": True}
    )

    assert stopped.json()["unload"] is True
    assert within(
        PATIENCE_S, lambda: first.get("/api/v1/switch").json()["model"]["loaded"] is False
    )
    health = first.get("/health").json()
    assert (health["loaded"], health["load"]) == (False, None)
    first.post("/api/v1/switch", json=on)
    assert second.post("/api/v1/switch", json=on).json()["unload"] is False
    assert modelled.switch.state().mode is Mode.ON
    assert written(modelled) == text
    health = first.get("/health").json()
    assert health["loaded"] is True
    assert {"waiting", "memory_mb", "weights_mb"} <= set(health["load"])


def test_a_restart_unloads_nothing(modelled: Vigie, app: FastAPI) -> None:
    body = {"mode": "on", "reason": "vérifié", "unload": True}

    refused = program(modelled, app, "adele").post("/api/v1/switch", json=body)

    assert refused.status_code == 400
    assert "unload" in refused.text


def writer(house: Vigie) -> Generator:
    return house.answering.engines.generator.get()


def written(house: Vigie) -> str:
    return "".join(writer(house).write(PROMPT, Granted()))


def program(house: Vigie, app: FastAPI, name: str) -> TestClient:
    key = house.accounts.create_key(name, "essai", "test")
    return TestClient(app, base_url=HERE, headers={"Authorization": f"Bearer {key}"})


def said_on_the_record(house: Vigie) -> object:
    return house.record.entries(kinds=(EventKind.SWITCHED,), limit=100)[-1].facts
