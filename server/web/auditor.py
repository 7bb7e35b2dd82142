"""The auditor's pages: the record, its integrity, reported errors, and the sampled review."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from server.access import Person
from server.audit.events import Event, EventKind
from server.audit.findings import Report
from server.audit.review import ReviewVerdict, Severity
from server.audit.verify import verify
from server.web.visits import After, AnyVisit, Auditor, Position, Reviewer, Web, to

router = APIRouter()

ANSWERS = 50
EVENTS = 100


class VerdictForm(BaseModel):
    """A reviewer's verdict as the form sends it."""

    correct: Literal["yes", "no"]
    grounded: Literal["yes", "no"]
    severity: int = Field(ge=min(Severity), le=max(Severity))
    note: str = Field("", max_length=2000)


@router.get("/record")
def answers_page(visited: AnyVisit, person: Auditor, before: Position = None) -> HTMLResponse:
    """Who, when and how it ended; what was said takes opening one, which is itself an event."""
    assert person == visited.person
    found = visited.web.vigie.record.answers(ANSWERS, before)
    more = found[-1].opening.seq if len(found) == ANSWERS else None
    return visited.page("record.html", answers=found, more=more)


@router.get("/record/events")
def events_page(
    visited: AnyVisit, person: Auditor, after: After = -1, kind: str = ""
) -> HTMLResponse:
    assert person == visited.person
    kinds = (EventKind(kind),) if kind in tuple(EventKind) else ()
    found = visited.web.vigie.record.entries(after, EVENTS, kinds)
    more = found[-1].seq if len(found) == EVENTS else None
    return visited.page("events.html", entries=found, kind=kind, kinds=tuple(EventKind), more=more)


@router.get("/record/answers/{record}")
def answer_page(visited: AnyVisit, person: Auditor, record: str) -> HTMLResponse:
    log = visited.web.vigie.record
    found = log.answer(record)
    log.append(Event(EventKind.RECORD_READ, record, person.pseudonym))
    closing = () if found.closing is None else (found.closing,)
    entries = (found.opening, *found.sentences, *closing, *found.reports, *found.reviews)
    return visited.page("record_answer.html", record=record, entries=entries)


@router.get("/record/reports")
def reports_page(visited: AnyVisit, person: Auditor, after: After = -1) -> HTMLResponse:
    log = visited.web.vigie.record
    found = log.entries(after, EVENTS, (EventKind.ANSWER_REPORTED,))
    log.append(Event(EventKind.RECORD_READ, "reports", person.pseudonym))
    more = found[-1].seq if len(found) == EVENTS else None
    return visited.page("reports.html", reports=found, more=more)


@router.get("/record/verification")
def verification_page(visited: AnyVisit, person: Auditor) -> HTMLResponse:
    assert person == visited.person
    return visited.page("verification.html", report=None)


@router.post("/record/verification")
async def verify_record(visited: AnyVisit, person: Auditor) -> HTMLResponse:
    web = visited.web
    report = await web.threads.run(web.threads.slow, lambda: _verified(web, person))
    return visited.page("verification.html", report=report)


@router.get("/review")
def review_page(visited: AnyVisit, person: Reviewer) -> HTMLResponse:
    vigie = visited.web.vigie
    waiting = vigie.reviews.next_for(person.pseudonym)
    if waiting is not None:
        vigie.record.append(Event(EventKind.RECORD_READ, waiting.record, person.pseudonym))
    return visited.page(
        "review.html", waiting=waiting, report=vigie.reviews.report(), severities=tuple(Severity)
    )


@router.post("/review/{record}")
def give_verdict(
    visited: AnyVisit, person: Reviewer, record: str, given: Annotated[VerdictForm, Form()]
) -> Response:
    vigie = visited.web.vigie
    note = given.note.strip()
    verdict = ReviewVerdict(
        given.correct == "yes",
        given.grounded == "yes",
        Severity(given.severity),
        vigie.desk.masked(note) if note else "",
    )
    vigie.reviews.verdict(record, person.pseudonym, verdict)
    return to("/review")


def _verified(web: Web, person: Person) -> Report:
    vigie = web.vigie
    report = verify(vigie.settings.home / "record.db")
    facts = {"ok": report.ok, "entries": report.entries}
    vigie.record.append(Event(EventKind.RECORD_VERIFIED, "record", person.pseudonym, {**facts}))
    return report
