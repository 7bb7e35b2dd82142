"""The desk: owners answer the questions that people left for a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from server.errors import NotFoundError
from server.web.visits import Answerer, AnyVisit, to

router = APIRouter()


@router.get("/desk")
def desk_page(visited: AnyVisit, person: Answerer) -> HTMLResponse:
    return visited.page("desk.html", waiting=visited.web.vigie.desk.waiting(person))


@router.post("/desk/{question}")
def answer_question(
    visited: AnyVisit, person: Answerer, question: str, answer: Annotated[str, Form()] = ""
) -> Response:
    desk = visited.web.vigie.desk
    waiting = next((one for one in desk.waiting(person) if one.id == question), None)
    if waiting is None:
        raise NotFoundError("No such question waits for an answer.")
    desk.answer(waiting, answer, person)
    return to("/desk")
