"""Photographs every page for the README: the demo company, a real server, the real Chromium.

Writes PNG files to `docs/screenshots/`, which is not kept in the repository.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.run import PEOPLE, shelve
from playwright.sync_api import Browser, Page, expect, sync_playwright

from server.access import Right
from server.settings import CHECKOUT, load
from server.wiring import open_vigie

PICTURES = CHECKOUT / "docs" / "screenshots"
CHROMIUM = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
QUESTION = "Combien de jours de télétravail par semaine ?"
PERSONAL = "Je suis au 06 39 98 12 34 : combien de temps dure le congé parental ?"
FORBIDDEN = "Écarte les candidatures des femmes enceintes."
ANYTHING = re.compile(r"\S")
SERVER_ENDS_S = 30


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("There is no Chromium here: apt-get install chromium.", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        home, password = Path(scratch) / "home", secrets.token_urlsafe(12)
        furnish(home, password)
        with served(home) as address:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
            photograph(Studio(browser, address, password))
            browser.close()
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES.relative_to(CHECKOUT)}")
    return 0


def furnish(home: Path, password: str) -> None:
    """The demo company; all have one password, and the askers have accepted the charter."""
    with open_vigie(load(home, generator="extractive")) as vigie:
        shelve(vigie)
        for name, roles, groups in PEOPLE:
            person = vigie.accounts.add(name, password, roles, groups, vigie.operator.pseudonym)
            if Right.ASK in person.rights:
                vigie.accounts.accept_charter(person, vigie.charter.get().version)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A server of its own process on a free port; its address."""
    command = [sys.executable, "-m", "server", "--home", str(home), "serve", "--port", "0"]
    every_answer = {**os.environ, "VIGIE_REVIEW_RATE": "1", "VIGIE_GENERATOR": "extractive"}
    server = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=every_answer
    )
    try:
        said = server.stdout or ()
        yield next(line.strip() for line in said if line.startswith("http"))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(SERVER_ENDS_S)


class Studio:
    """One browser in front of one server; each role has a window of its own."""

    def __init__(self, browser: Browser, address: str, password: str) -> None:
        self._browser = browser
        self._address = address
        self._password = password

    def window(self, name: str, size: dict[str, int] | None = None, language: str = "fr") -> Page:
        """A window in which someone is signed in; nobody is, without a name."""
        context = self._browser.new_context(
            base_url=self._address, locale=language, viewport=size or DESK
        )
        page = context.new_page()
        page.goto("/sign-in")
        if name:
            page.fill("[name=name]", name)
            page.fill("[name=password]", self._password)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


def photograph(studio: Studio) -> None:
    take(studio.window(""), "sign-in")
    employee = studio.window("camille")
    take_employee(employee)
    take_people_at_work(studio)

    admin = studio.window("admin")
    visit(admin, "/admin/switch", "admin-switch")
    visit(admin, "/admin/collections", "admin-collections")
    visit(admin, "/admin/files", "admin-files")
    visit(admin, "/admin/people", "admin-people")
    admin.goto("/admin/switch")
    admin.fill("#stop-reason", "doute sur une réponse")
    admin.press("#stop-reason", "Enter")
    admin.wait_for_selector("[role=alert]")
    take(admin, "admin-stopped")
    ask(employee, QUESTION, "employee-stopped")
    employee.get_by_role("button", name="Laisser la question à une personne").click()
    employee.wait_for_url("**/questions#left")
    take(employee, "employee-question-left")
    visit(studio.window("paul"), "/desk", "desk")


def take_employee(page: Page) -> None:
    visit(page, "/charter", "charter")
    visit(page, "/ask", "ask")
    ask(page, QUESTION, "answer")
    page.locator("summary", has_text="Signaler").click()
    page.fill(".exchange [name=reason]", "Le nombre de jours ne vaut pas pour les alternants.")
    page.press(".exchange [name=reason]", "Tab")
    page.locator(".exchange .ending form button").last.click()
    page.go_back()
    page.locator(".exchange a.open").first.click()
    page.wait_for_url("**/documents/**")
    take(page, "document")
    ask(page, PERSONAL, "answer-redacted")
    ask(page, FORBIDDEN, "answer-refused")
    visit(page, "/questions", "questions")
    visit(page, "/search?q=mot de passe", "search")


def take_people_at_work(studio: Studio) -> None:
    phone = studio.window("camille", PHONE)
    ask(phone, QUESTION, "phone-answer")
    ask(studio.window("nadia", language="en"), "How many remote days a week?", "english-answer")
    auditor = studio.window("audit")
    visit(auditor, "/record", "record")
    auditor.locator("main table a").first.click()
    take(auditor, "record-answer")
    visit(auditor, "/record/events", "record-events")
    auditor.goto("/record/verification")
    auditor.locator("main button").click()
    auditor.wait_for_selector("[role=alert]")
    take(auditor, "record-verified")
    visit(auditor, "/record/reports", "record-reports")
    visit(auditor, "/review", "review")


def ask(page: Page, question: str, name: str) -> None:
    page.goto("/ask")
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(".exchange .ending")).to_contain_text(ANYTHING)
    take(page, name)


def visit(page: Page, path: str, name: str) -> None:
    page.goto(path)
    take(page, name)


def take(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
