"""Commands of an employee: ask and search."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from guardrails.verdicts import Violation
from ingest.corrections import Correction
from ingest.index import Hit
from models.ports import Language
from models.quoting import Highlights
from models.words import guess_language
from server.asking import Asking
from server.audit.content import outcome_name
from server.audit.events import Json
from server.audit.log import SealedOutcome
from server.commands import Caller, Given
from server.outcomes import Abstained, Answered, Citation, Failed, Outcome, Refused, Stopped
from server.retrieval import Found, Wanted
from server.wiring import Vigie


class AskGiven(Given):
    question: str
    language: Language | None = None


class SearchGiven(Given):
    question: str
    limit: int = Field(10, ge=1, le=100)
    language: Language | None = None
    exact: bool = False


def ask(vigie: Vigie, caller: Caller, given: AskGiven) -> Json:
    language = given.language or guess_language(given.question)
    _, last = vigie.answering.answer_whole(Asking(given.question, caller.person, language))
    return answer_json(last, language)


def answer_json(sealed: SealedOutcome, language: Language) -> dict[str, Json]:
    """An outcome in the form of the command line and the API."""
    outcome = sealed.outcome
    energy = sealed.facts["energy"]
    return {
        "outcome": outcome_name(outcome),
        "answer": outcome.text if isinstance(outcome, Answered) else "",
        "citations": [citation_json(citation) for citation in _citations(outcome)],
        "record": sealed.record,
        "timings_ms": sealed.facts["timings_ms"],
        "energy_wh": energy["wh"] if isinstance(energy, dict) else None,
        "energy_method": energy["method"] if isinstance(energy, dict) else "unknown",
        **_details(outcome, language),
    }


def citation_json(citation: Citation) -> Json:
    return {
        "n": citation.n,
        "collection": citation.collection,
        "document": citation.document,
        "title": citation.title,
        "section": citation.section,
        "page": citation.page,
        "last_page": citation.last_page,
        "quote": citation.quote,
        "highlights": _spans_json(citation.highlights),
        "start": citation.start,
        "end": citation.end,
        "url": citation.url,
        "owner": citation.owner,
        "review_due": citation.review_due.isoformat() if citation.review_due else None,
        "state": citation.state.value,
        "confirmed": citation.confirmed.isoformat() if citation.confirmed else None,
        "age_days": citation.age_days,
        "trust": citation.trust.value,
        "replaced_by": citation.replaced_by or None,
        "replaces": list(citation.replaces),
    }


def search(vigie: Vigie, caller: Caller, given: SearchGiven) -> Json:
    language = given.language or guess_language(given.question)
    wanted = Wanted(given.question, language, exact=given.exact)
    looked = vigie.searching.look(wanted, caller.person, given.limit)
    found = looked.found
    return {
        "hits": hits_json(found),
        "correction": correction_json(found.correction),
        "relevant": found.relevant,
        "redacted": dict(looked.redacted),
    }


def hits_json(found: Found) -> list[Json]:
    """The passages in the form of the command line and the API."""
    marked = found.highlights([hit.chunk.text for hit in found.hits])
    return [_hit_json(hit, spans) for hit, spans in zip(found.hits, marked, strict=True)]


def correction_json(correction: Correction) -> dict[str, Json]:
    """What was looked for instead of what was typed; empty where that is the same."""
    if not correction:
        return {}
    return {"mended": dict(correction.mended), "acronyms": dict(correction.acronyms)}


def _hit_json(hit: Hit, highlights: Highlights) -> Json:
    chunk = hit.chunk
    return {
        "collection": chunk.collection,
        "document": chunk.document,
        "chunk": chunk.id,
        "title": chunk.title,
        "section": chunk.section,
        "score": round(hit.score, 6),
        "text": chunk.text,
        "highlights": _spans_json(highlights),
        "page": chunk.page,
        "last_page": chunk.last_page,
        "start": chunk.start,
        "end": chunk.end,
        "url": chunk.url,
    }


def _spans_json(highlights: Highlights) -> list[Json]:
    return [{"start": start, "end": end} for start, end in highlights]


def _citations(outcome: Outcome) -> tuple[Citation, ...]:
    match outcome:
        case Answered(citations=citations):
            return citations
        case Abstained(passages=passages) | Stopped(passages=passages):
            return passages
        case Refused() | Failed():
            return ()


def _details(outcome: Outcome, language: Language) -> dict[str, Json]:
    match outcome:
        case Answered(generator=generator):
            return {"generator": generator, **_beside(outcome, language)}
        case Abstained(relevant=relevant, partial=partial):
            return {"relevant": relevant, "partial": partial, **_beside(outcome, language)}
        case Refused(violations=violations):
            return {"violations": _violations(violations, language)}
        case Stopped():
            return {
                "mode": outcome.mode.value,
                "reason": outcome.reason,
                "procedure": outcome.procedure,
                "contacts": list(outcome.contacts),
                **_taken_for(outcome.understood),
            }
        case Failed(cause=cause):
            return {"cause": cause.value}


def _beside(outcome: Answered | Abstained, language: Language) -> dict[str, Json]:
    """What the charter says beside it, and what the question was taken for, where there is any."""
    remarks = _violations(outcome.remarks, language)
    return {**({"remarks": remarks} if remarks else {}), **_taken_for(outcome.understood)}


def _taken_for(understood: Correction) -> dict[str, Json]:
    return {"correction": correction_json(understood)} if understood else {}


def _violations(violations: Sequence[Violation], language: Language) -> list[Json]:
    return [
        {
            "clause": one.clause,
            "rule": one.rule,
            "version": one.version,
            "stage": one.stage.value,
            "message": one.message.spoken(language),
        }
        for one in violations
    ]
