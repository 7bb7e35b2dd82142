"""Commands of an auditor: the record, its integrity, erasure, and the sampled review."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from guardrails import charter as charters
from server.access import Person, Right, anyone, check
from server.audit.checkpoint import CheckpointSigner
from server.audit.entries import AnswerRecord, Entry
from server.audit.events import Event, EventKind, Json
from server.audit.findings import Report
from server.audit.review import ReviewVerdict, Severity
from server.audit.verify import verify
from server.commands import Caller, Given, backup
from server.errors import InvalidInputError
from server.files import private
from server.replaying import replayed
from server.wiring import Vigie

ORIGIN = "vigie"


class LogListGiven(Given):
    after: int = -1
    limit: int = Field(100, ge=1, le=1000)
    kind: EventKind | None = None


class RecordGiven(Given):
    record: str


class VerifyGiven(Given):
    checkpoint: Path | None = None
    key: str | None = None


class ExportGiven(Given):
    file: Path


class EraseGiven(Given):
    user: str
    ground: str = Field(min_length=3, max_length=200)


class CharterFileGiven(Given):
    file: Path


class VerdictGiven(Given):
    record: str
    correct: bool
    grounded: bool
    severity: Literal[0, 1, 2, 3, 4]
    note: str = Field("", max_length=2000)


def log_list(vigie: Vigie, caller: Caller, given: LogListGiven) -> Json:
    """Headers only: reading what people wrote takes `log show`, which is itself an event."""
    check(caller.person, Right.READ_RECORD)
    kinds = () if given.kind is None else (given.kind,)
    return [entry_json(entry) for entry in vigie.record.entries(given.after, given.limit, kinds)]


def log_show(vigie: Vigie, caller: Caller, given: RecordGiven) -> Json:
    check(caller.person, Right.READ_RECORD)
    found = vigie.record.answer(given.record)
    vigie.record.append(Event(EventKind.RECORD_READ, given.record, caller.person.pseudonym))
    return answer_record_json(found)


def log_verify(vigie: Vigie, caller: Caller, given: VerifyGiven) -> Json:
    check(caller.person, Right.READ_RECORD)
    note = _note(given.checkpoint) if given.checkpoint else None
    report = verify(vigie.settings.home / "record.db", note, given.key)
    vigie.record.append(
        Event(
            EventKind.RECORD_VERIFIED,
            "record",
            caller.person.pseudonym,
            {"ok": report.ok, "entries": report.entries},
        )
    )
    return report_json(report)


def log_export(vigie: Vigie, caller: Caller, given: ExportGiven) -> Json:
    """Everything a verifier needs, contents included: for auditors, outside the web."""
    check(caller.person, Right.READ_RECORD)
    try:
        with open(given.file, "x", encoding="utf-8", opener=private) as stream:
            count = vigie.record.export(stream)
    except OSError as error:
        raise InvalidInputError(f"{given.file} cannot be written: {error.strerror}.") from error
    vigie.record.append(
        Event(EventKind.RECORD_EXPORTED, "record", caller.person.pseudonym, {"entries": count})
    )
    return {"file": str(given.file), "entries": count}


def log_erase(vigie: Vigie, caller: Caller, given: EraseGiven) -> Json:
    """Erase what a person wrote and was told; the proofs of everything else stay valid."""
    check(caller.person, Right.ADMINISTER)
    owner = _known(vigie, given.user)
    if given.user.casefold() in given.ground.casefold():
        raise InvalidInputError("The ground stays on the record for good: it names nobody.")
    backup.sweep(vigie.settings.home)
    vigie.desk.erase(owner)
    erased = vigie.record.erase(owner.pseudonym, caller.person.pseudonym, given.ground)
    return {"pseudonym": owner.pseudonym, "erased": erased}


def _known(vigie: Vigie, name: str) -> Person:
    """A user, or whoever asked at the machine: `anyone`, `operator`."""
    here = (anyone(vigie.secret), vigie.operator)
    return next((one for one in here if one.name == name), None) or vigie.accounts.known(name)


def log_checkpoint(vigie: Vigie, caller: Caller, _given: Given) -> Json:
    check(caller.person, Right.READ_RECORD)
    signer = CheckpointSigner.load(vigie.settings.home / "checkpoint.key", ORIGIN)
    note = vigie.record.checkpoint(signer, caller.person.pseudonym)
    return {"checkpoint": note, "key": signer.verifier_key}


def review_next(vigie: Vigie, caller: Caller, _given: Given) -> Json:
    check(caller.person, Right.REVIEW)
    waiting = vigie.reviews.next_for(caller.person.pseudonym)
    if waiting is None:
        return None
    vigie.record.append(Event(EventKind.RECORD_READ, waiting.record, caller.person.pseudonym))
    return {
        "record": waiting.record,
        "question": waiting.asked.get("question"),
        "answer": waiting.outcome.text,
        "citations": [
            {"n": one.n, "title": one.title, "quote": one.quote}
            for one in waiting.outcome.citations
        ],
    }


def review_verdict(vigie: Vigie, caller: Caller, given: VerdictGiven) -> Json:
    check(caller.person, Right.REVIEW)
    note = vigie.desk.masked(given.note) if given.note.strip() else ""
    verdict = ReviewVerdict(given.correct, given.grounded, Severity(given.severity), note)
    entry = vigie.reviews.verdict(given.record, caller.person.pseudonym, verdict)
    return {"record": given.record, "seq": entry.seq}


def review_report(vigie: Vigie, caller: Caller, _given: Given) -> Json:
    check(caller.person, Right.REVIEW)
    report = vigie.reviews.report()
    known = report.error_rate
    return {
        "n": known.n,
        "errors": known.errors,
        "rate": known.rate,
        "interval": [known.interval.low, known.interval.high] if known.interval else None,
        "confidence": 0.95,
        "method": "Clopper-Pearson",
        "sampled": report.sampled,
        "pending": report.pending,
        "lost": report.lost,
    }


def _note(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} cannot be read as a checkpoint.") from error


def report_json(report: Report) -> dict[str, Json]:
    return {
        "ok": report.ok,
        "entries": report.entries,
        "root": report.root,
        "signature_checked": report.signature_checked,
        "problems": [
            {
                "seq": problem.seq,
                "what": problem.what.value,
                "sentence": problem.sentence.en,
                "phrase": problem.sentence.fr,
            }
            for problem in report.problems
        ],
    }


def entry_json(entry: Entry, *, with_content: bool = False) -> dict[str, Json]:
    header: dict[str, Json] = {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "kind": entry.kind.value,
        "subject": entry.subject,
        "actor": entry.actor,
        "facts": dict(entry.facts),
        "hash": entry.hash,
        "erased": entry.erased,
    }
    if with_content:
        header["content"] = dict(entry.content) if entry.content is not None else None
    return header


def answer_record_json(found: AnswerRecord) -> Json:
    closing = () if found.closing is None else (found.closing,)
    parts = (found.opening, *found.sentences, *closing, *found.reports, *found.reviews)
    return {
        "record": found.record,
        "entries": [entry_json(entry, with_content=True) for entry in parts],
    }


def replay_charter(vigie: Vigie, caller: Caller, given: CharterFileGiven) -> Json:
    """What another charter would have decided of past questions: facts are read, and no words."""
    check(caller.person, Right.READ_RECORD)
    diff = replayed(vigie.record, charters.load(given.file))
    vigie.record.append(Event(EventKind.RECORD_READ, "charter:replay", caller.person.pseudonym))
    return diff
