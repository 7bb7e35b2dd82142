"""The real Chromium on the real server; skipped, and said so, where there is no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo import PASSWORD
from playwright.sync_api import Browser, Page, expect, sync_playwright
from visitor import person, served

from server.access import Role
from server.settings import load
from server.web.app import create_app
from server.wiring import Parts, Vigie, open_vigie

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium, or let CI run the browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_company(
    furnished: Path, tmp_path_factory: pytest.TempPathFactory, parts: Parts
) -> Iterator[Vigie]:
    """The demo company with one person per role."""
    home = tmp_path_factory.mktemp("browsed") / "home"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    with open_vigie(load(home, generator="extractive", review_rate=1.0), parts) as vigie:
        person(vigie, "camille")
        person(vigie, "adele", Role.ADMIN)
        person(vigie, "anatole", Role.ADMIN)
        person(vigie, "aude", Role.AUDITOR)
        yield vigie


@pytest.fixture(scope="session")
def address(chromium: Browser, open_company: Vigie) -> Iterator[str]:
    """Asks for the browser first: without one, nothing is served."""
    assert chromium.is_connected()
    with served(create_app(open_company)) as address:
        yield address


@pytest.fixture
def page_of(chromium: Browser, address: str) -> Iterator[OpenPage]:
    """Opens a page of its own for someone, signed in by keyboard when they have a name."""
    contexts = []
    troubles: list[str] = []

    def opened(name: str = "", **context: object) -> Page:
        contexts.append(chromium.new_context(base_url=address, locale="fr-FR", **context))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else 0)
        page.goto("/sign-in")
        if name:
            expect(page.locator("[name=name]")).to_be_focused()  # nobody has to reach for it
            page.keyboard.type(name)
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
