"""What an asker typed comes back on their own page of the answer, and on nobody else's."""

from __future__ import annotations

import pytest
from demo import employee
from visitor import Visitor, person

from server.access import Role
from server.conversations import KEPT
from server.web.app import create_app
from server.wiring import Vigie

pytestmark = pytest.mark.slow

TYPED = "camille.exemple@exemple.fr"
QUESTION = f"Combien de jours de télétravail par semaine ? Répondez à {TYPED}"


def asked(page: str) -> str:
    """The heading of an answer's page."""
    return page.partition('<h2 class="asked">')[2].partition("</h2>")[0]


def passed_on(page: str) -> str:
    """Everything below the heading: what was passed on, sources, forms."""
    return page.partition('<div class="ending">')[2]


def test_the_page_of_an_answer_says_what_its_asker_typed_also_when_it_is_loaded_again(
    demo_house: Vigie,
) -> None:
    employee(demo_house)
    camille = Visitor(create_app(demo_house)).sign_in("camille").accept_charter()

    first = camille.ask(QUESTION)
    again = camille.web.get(first.url.path)

    for page in (first.text, again.text):
        assert asked(page) == QUESTION
        assert TYPED not in passed_on(page)
        assert "[EMAIL_1]" in passed_on(page)


def test_nobody_else_and_nothing_else_tells_it(demo_house: Vigie) -> None:
    employee(demo_house)
    person(demo_house, "aude", Role.AUDITOR)
    app = create_app(demo_house)
    camille = Visitor(app).sign_in("camille").accept_charter()
    aude = Visitor(app).sign_in("aude")
    key = demo_house.accounts.create_key("camille", "essai", "test")
    path = camille.ask(QUESTION).url.path

    read = [
        aude.web.get(f"/record/answers/{path.rpartition('/')[2]}"),
        camille.web.get("/questions"),
        camille.web.post(
            "/api/v1/ask",
            json={"question": QUESTION, "conversation": "une-conversation"},
            headers={"Authorization": f"Bearer {key}"},
        ),
    ]

    assert [one.status_code for one in read] == [200, 200, 200]
    assert all(TYPED not in one.text for one in read)


def test_another_conversation_of_the_same_name_puts_nothing_of_its_own_into_an_old_answer(
    demo_house: Vigie,
) -> None:
    account = employee(demo_house)
    camille = Visitor(create_app(demo_house)).sign_in("camille").accept_charter()
    old = camille.ask(QUESTION).url.path
    for n in range(KEPT):
        demo_house.answering.conversations.of(account, f"autre-{n}")
    camille.ask(QUESTION.replace(TYPED, "quelqu.un@exemple.fr"))

    page = camille.web.get(old).text

    assert "quelqu.un" not in page
