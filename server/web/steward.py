"""The owner's page: what is due, three buttons, what it cost, and which documents are alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from ingest.collections import Collection
from ingest.freshness import Verdict
from ingest.likeness import Likeness
from server.access import Person
from server.stewardship import Dues, Judgement
from server.web.visits import AnyVisit, Steward, to
from server.wiring import Vigie

router = APIRouter()

SHOWN = 50
"""Documents and pairs on a page, the most harmful first; the command lists them all."""

OFFERED = 200
"""Names of documents to choose from."""


class JudgementForm(BaseModel):
    """What an owner says of a document; no document is every one of the collection."""

    collection: str
    verdict: Verdict
    document: str = ""
    by_document: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A collection as the one who answers for it sees it."""

    collection: Collection
    due: Dues
    alike: list[Likeness]
    documents: list[str]


@router.get("/stewardship")
def stewardship_page(visited: AnyVisit, person: Steward) -> HTMLResponse:
    vigie = visited.web.vigie
    duties = [_duty(vigie, one, person) for one in vigie.stewardship.collections(person)]
    return visited.page("stewardship.html", duties=duties, shown=SHOWN, verdicts=tuple(Verdict))


@router.post("/stewardship")
async def judge(
    visited: AnyVisit, person: Steward, said: Annotated[JudgementForm, Form()]
) -> Response:
    web = visited.web
    # Of the three buttons in one form, only “replaced” reads what replaces it.
    heir = said.by_document.strip() if said.verdict is Verdict.REPLACED else ""
    judgement = Judgement(said.collection, said.verdict, said.document or None, heir, said.since)
    await web.threads.run(
        web.threads.judging, lambda: web.vigie.stewardship.judge(judgement, person)
    )
    return to("/stewardship")


def _duty(vigie: Vigie, collection: Collection, person: Person) -> Duty:
    stewardship = vigie.stewardship
    return Duty(
        collection,
        stewardship.due(collection.name, person),
        stewardship.likenesses(collection.name, person),
        stewardship.documents(collection.name, person)[:OFFERED],
    )
