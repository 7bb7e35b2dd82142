"""My questions: what I asked, what I was told, what I reported, what I left for a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from models.words import guess_language
from server.audit.events import Event, EventKind
from server.errors import InvalidInputError
from server.web.ask import MARK, answer_page, new_conversation
from server.web.exchanges import exchange, own_exchange
from server.web.visits import AnyVisit, Asker, Position, to

router = APIRouter()

ANSWERS = 30
LONGEST_REASON = 2_000


@router.get("/questions")
def questions_page(visited: AnyVisit, person: Asker, before: Position = None) -> HTMLResponse:
    vigie = visited.web.vigie
    found = vigie.record.answers(ANSWERS, before, person.pseudonym)
    return visited.page(
        "questions.html",
        exchanges=[exchange(one) for one in found],
        more=found[-1].opening.seq if len(found) == ANSWERS else None,
        left=vigie.desk.of(person),
    )


@router.post("/questions/leave")
def leave_question(
    visited: AnyVisit, person: Asker, question: Annotated[str, Form()] = ""
) -> Response:
    visited.web.vigie.desk.leave(question, person, guess_language(question))
    return to("/questions#left")


@router.get("/questions/{record}")
def question_page(
    visited: AnyVisit, person: Asker, record: str, conversation: str = ""
) -> HTMLResponse:
    found = own_exchange(visited.web.vigie.record, record, person)
    page = answer_page(visited, found, conversation[:64] or new_conversation())
    if found.by_ai:
        page.headers.update(MARK)
    return page


@router.post("/questions/{record}/report")
def report_error(
    visited: AnyVisit, person: Asker, record: str, reason: Annotated[str, Form()] = ""
) -> Response:
    vigie = visited.web.vigie
    own_exchange(vigie.record, record, person)
    if not reason.strip() or len(reason) > LONGEST_REASON or "\0" in reason:
        raise InvalidInputError(f"A reason has 1 to {LONGEST_REASON} characters.")
    masked = vigie.desk.masked(reason.strip())
    vigie.record.append(
        Event(
            EventKind.ANSWER_REPORTED,
            record,
            person.pseudonym,
            content={"reason": masked},
            owner=person.pseudonym,
        )
    )
    return to(f"/questions/{record}")
