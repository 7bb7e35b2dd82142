"""The roles' stories in a real browser, by keyboard alone, and with axe's eye on every page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from server.outcomes import Mode
from server.wiring import Vigie

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUESTION = "Combien de jours de congés payés par an ?"
OpenPage = Callable[..., Page]


def accept_charter(page: Page) -> None:
    if "/charter" in page.url:
        page.get_by_role("button", name="J’ai lu la charte").press("Enter")
        page.wait_for_url("**/ask")


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def test_an_employee_asks_and_checks_the_source_by_keyboard_alone(page_of: OpenPage) -> None:
    page = page_of("camille")
    accept_charter(page)

    tab_to(page, "#question")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .sources")).to_be_visible()
    expect(page.locator("[data-ai-generated=true]")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()
    tab_to(page, ".exchange a.cite")
    page.keyboard.press("Enter")

    page.wait_for_url("**/documents/**")
    expect(page.locator("#passage")).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".exchange .sources")).to_be_visible()


def test_a_screen_reader_hears_the_beginning_and_the_end_and_no_word_between(
    page_of: OpenPage,
) -> None:
    page = page_of("camille")
    accept_charter(page)
    page.evaluate(
        """() => {
          window.heard = [];
          const status = document.getElementById("status");
          new MutationObserver(() => window.heard.push(status.textContent))
            .observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )

    page.fill("#question", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .sources")).to_be_visible()

    heard = page.evaluate("window.heard")
    assert heard == ["La réponse commence.", "La réponse est terminée."]
    assert page.locator("#exchanges [aria-live], #exchanges [role=log]").count() == 0


def test_without_javascript_the_answer_has_its_own_page(page_of: OpenPage) -> None:
    page = page_of("camille", java_script_enabled=False)
    accept_charter(page)

    page.fill("#question", QUESTION)
    page.get_by_role("button", name="Demander").click()

    page.wait_for_url("**/questions/**")
    page.locator("a.cite").first.click()
    expect(page.locator("#passage")).to_be_visible()


def test_an_admin_stops_and_the_employee_is_told_and_not_left_alone(
    page_of: OpenPage, open_company: Vigie
) -> None:
    admin, page = page_of("adele"), page_of("camille")
    accept_charter(page)

    tab_to(admin, "#stop-reason")
    admin.keyboard.type("doute sur une réponse")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("alert")).to_contain_text("L’IA est arrêtée")
    page.fill("#question", QUESTION)
    page.keyboard.press("Enter")

    ending = page.locator(".exchange .ending")
    expect(ending).to_contain_text("doute sur une réponse")
    expect(ending).to_contain_text("Congés payés")
    expect(ending).to_contain_text("rh@phares.example")
    expect(page.locator("[data-ai-generated=true]")).to_have_count(0)
    page.get_by_role("button", name="Laisser la question à une personne").press("Enter")
    page.wait_for_url("**/questions#left")
    expect(page.locator("main")).to_contain_text("En attente d’une réponse")
    for name in ("adele", "anatole"):
        open_company.switch.restart("fin de l’essai", name)
    assert open_company.switch.state().mode is Mode.ON


def test_an_auditor_verifies_the_record_by_keyboard_alone(page_of: OpenPage) -> None:
    page = page_of("aude")

    tab_to(page, 'a[href="/record/verification"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/verification")
    tab_to(page, "main button")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Le registre est intact")


PAGES = [
    ("", "/sign-in"),
    ("camille", "/charter"),
    ("camille", "/ask"),
    ("camille", "/questions"),
    ("camille", "/search?q=mot de passe"),
    ("camille", "/documents/ressources-humaines/conges-payes.md?start=0&end=200"),
    ("adele", "/admin/switch"),
    ("adele", "/admin/collections"),
    ("adele", "/admin/files"),
    ("adele", "/admin/people"),
    ("adele", "/stewardship"),
    ("aude", "/record"),
    ("aude", "/record/events"),
    ("aude", "/record/verification"),
    ("aude", "/record/reports"),
    ("aude", "/review"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["", "camille", "adele", "aude"])
def test_every_page_passes_axe_and_fits_a_phone(page_of: OpenPage, name: str, scheme: str) -> None:
    size = {"width": 390, "height": 844}
    page = page_of(name, color_scheme=scheme, viewport=size)
    accept_charter(page)

    for path in (path for who, path in PAGES if who == name):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_passes_axe(page_of: OpenPage, scheme: str) -> None:
    page = page_of("camille", color_scheme=scheme)
    accept_charter(page)
    page.fill("#question", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange .sources")).to_be_visible()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
