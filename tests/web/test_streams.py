"""Answers on their way to someone who reads, goes away, is suspended, or has to wait."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection

import httpx
import pytest
from adapters import ScriptedGenerator, quoting
from demo import PASSWORD
from visitor import person, secret_in, served

from models.ports import Prompt
from server.lazy import Lazy
from server.outcomes import Failed, FailureCause, Mode, Stopped
from server.web.app import create_app
from server.web.visits import SESSION
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"
PATIENCE_S = 10.0


class Pen:
    """A script that waits after its first sentence until it is let go, or until it is stopped."""

    def __init__(self) -> None:
        self.waiting = threading.Event()
        self.let_go = threading.Event()

    def write(self, prompt: Prompt) -> Iterable[str]:
        first, *rest = quoting(prompt)
        yield first
        yield "\n"
        self.waiting.set()
        for _ in range(int(PATIENCE_S / 0.01)):
            if self.let_go.wait(0.01):
                break
            yield ""  # the permit is asked before each piece, as before each token
        yield from rest


@pytest.fixture
def pen() -> Iterator[Pen]:
    pen = Pen()
    yield pen
    pen.let_go.set()


@contextmanager
def reading(house: Vigie, pen: Pen, **settings: object) -> Iterator[httpx.Client]:
    """Camille at a real server whose model waits in the middle of its answer."""
    engines = replace(house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(pen.write)))
    paced = replace(house, answering=replace(house.answering, engines=engines))
    paced = replace(paced, settings=house.settings.model_copy(update=settings))
    person(house, "camille")
    house.accounts.accept_charter(house.accounts.named("camille"), house.charter.get().version)
    with served(create_app(paced)) as address, httpx.Client(base_url=address) as web:
        sent = {"form": secret_in(web.get("/sign-in").text), "name": "camille"}
        web.post("/sign-in", data={**sent, "password": PASSWORD})
        assert web.cookies[SESSION]
        yield web


@contextmanager
def asking(web: httpx.Client) -> Iterator[httpx.Response]:
    form = secret_in(web.get("/ask").text)
    sent = {"form": form, "question": QUESTION, "conversation": "c"}
    with web.stream("POST", "/ask/stream", data=sent, timeout=PATIENCE_S) as response:
        yield response


def ended(house: Vigie) -> object:
    """How the last answer ended, once it has."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = house.record.answers(1)
        if found and found[0].closing is not None:
            return found[0].outcome
        time.sleep(0.02)
    return None


def first_event(parts: Iterator[str]) -> str:
    text = ""
    while "\n\n" not in text:
        text += next(parts)
    return text


def test_a_sentence_is_on_the_screen_while_the_next_is_still_written(
    demo_house: Vigie, pen: Pen
) -> None:
    with reading(demo_house, pen) as web, asking(web) as response:
        parts = response.iter_text()

        said = first_event(parts)

        assert said.startswith("event: sentence")
        assert demo_house.record.answers(1)[0].closing is None
        pen.let_go.set()
        assert "event: outcome" in "".join(parts)


def test_whoever_goes_away_ends_the_writing_and_the_record_is_closed(
    demo_house: Vigie, pen: Pen
) -> None:
    with reading(demo_house, pen) as web:
        with asking(web) as response:
            first_event(response.iter_text())

        assert ended(demo_house) == Failed(FailureCause.ABANDONED)


def test_a_program_that_goes_away_ends_the_writing_too(demo_house: Vigie, pen: Pen) -> None:
    with reading(demo_house, pen) as web:
        key = demo_house.accounts.create_key("camille", "essai", "test")
        with closing(HTTPConnection(web.base_url.host, web.base_url.port)) as program:
            program.request(
                "POST",
                "/api/v1/ask",
                json.dumps({"question": QUESTION}),
                {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            )
            assert pen.waiting.wait(PATIENCE_S)

        assert ended(demo_house) == Failed(FailureCause.ABANDONED)


def test_a_suspended_person_gets_nothing_more_of_a_running_answer(
    demo_house: Vigie, pen: Pen
) -> None:
    with reading(demo_house, pen) as web, asking(web) as response:
        parts = response.iter_text()
        first_event(parts)

        demo_house.accounts.suspend("camille", "adele")
        rest = "".join(parts)

        assert "event: sentence" not in rest
        assert "Votre accès a été suspendu" in rest
        assert ended(demo_house) == Failed(FailureCause.SUSPENDED)


def test_a_stop_reaches_an_answer_on_its_way(demo_house: Vigie, pen: Pen) -> None:
    with reading(demo_house, pen) as web, asking(web) as response:
        parts = response.iter_text()
        first_event(parts)

        demo_house.switch.tighten(Mode.OFF, "essai", "garde")
        rest = "".join(parts)

        assert "event: sentence" not in rest
        assert "arrêtée pendant cette réponse" in rest
        assert isinstance(ended(demo_house), Stopped)


def test_when_every_place_is_taken_the_next_is_told_at_once_and_pages_still_come(
    demo_house: Vigie, pen: Pen
) -> None:
    with reading(demo_house, pen, parallel=1, queue=0) as web, asking(web) as response:
        parts = response.iter_text()  # kept: a reader that is dropped closes its connection
        first_event(parts)

        with asking(web) as second:
            refused = second.read().decode()

        assert second.status_code == 503
        assert second.headers["retry-after"] == "5"
        assert "Trop de questions" in refused
        assert web.get("/health").status_code == 200
        assert web.get("/questions").status_code == 200
        pen.let_go.set()
        assert "event: outcome" in "".join(parts)


def test_as_many_are_let_in_as_the_model_writes_at_once_and_as_may_wait(
    demo_house: Vigie, pen: Pen
) -> None:
    with reading(demo_house, pen, parallel=2, queue=1) as web, ExitStack() as open_streams:
        let_in = [open_streams.enter_context(asking(web)) for _ in range(3)]
        parts = [response.iter_text() for response in let_in]  # kept, as above
        for each in parts:
            first_event(each)

        with asking(web) as fourth:
            assert fourth.status_code == 503

        assert [response.status_code for response in let_in] == [200] * 3
        pen.let_go.set()
        assert all("event: outcome" in "".join(each) for each in parts)


def test_an_answer_is_let_end_when_the_server_ends(demo_house: Vigie, pen: Pen) -> None:
    with reading(demo_house, pen) as web, asking(web) as response:
        parts = response.iter_text()
        first_event(parts)

    assert demo_house.record.unclosed() == []


def test_without_a_record_there_is_no_answer_and_search_goes_on(
    demo_house: Vigie, pen: Pen
) -> None:
    pen.let_go.set()
    with reading(demo_house, pen) as web:
        form = secret_in(web.get("/ask").text)
        file = demo_house.settings.home / "record.db"
        demo_house.record.close()
        moved = file.rename(file.with_suffix(".away"))
        for side in ("-wal", "-shm"):
            file.with_name(f"record.db{side}").unlink(missing_ok=True)
        file.mkdir()

        page = web.post("/ask", data={"form": form, "question": QUESTION}, timeout=PATIENCE_S)
        found = web.get("/search", params={"q": "congés"})

        file.rmdir()
        moved.rename(file)
        assert page.status_code == 503
        assert "Pas de réponse sans registre" in page.text
        assert not re.search(r"data-ai-generated", page.text)
        assert found.status_code == 200
