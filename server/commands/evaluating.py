"""Commands that measure quality: how well search finds, how good whole answers are."""

from __future__ import annotations

from pathlib import Path

from models.ports import ModelIdentity
from server.access import audience_of
from server.appraisal import Appraisal, Appraised, Share, appraised
from server.audit.content import outcome_name
from server.audit.events import Event, EventKind, Json
from server.commands import Caller, Given
from server.evaluation import CUTS, evaluate_retrieval, read_questions
from server.wiring import Vigie


class RetrievalGiven(Given):
    questions: Path
    collection: str | None = None


class AnswersGiven(Given):
    questions: Path


def retrieval(vigie: Vigie, caller: Caller, given: RetrievalGiven) -> Json:
    """Reads as the caller reads; the operator's evaluation reads the collection's own readers."""
    questions = read_questions(given.questions)
    collections = None
    audience = audience_of(caller.person)
    if given.collection is not None:
        collection = vigie.library.collection(given.collection)
        collections = frozenset({collection.name})
    scores = evaluate_retrieval(vigie.answering.retrieval, questions, audience, collections)
    return {
        "n": scores.n,
        **{f"hit@{cut}": round(hit, 4) for cut, hit in zip(CUTS, scores.hit_at, strict=True)},
        "mrr@10": round(scores.mrr_at_10, 4),
        "p50_ms": round(scores.p50_ms, 2),
        "p95_ms": round(scores.p95_ms, 2),
        "kept": round(scores.kept, 4),
        "refused": None if scores.refused is None else round(scores.refused, 4),
        "least_for_95": round(scores.least_for_95, 4),
    }


def answers(vigie: Vigie, caller: Caller, given: AnswersGiven) -> Json:
    """Asks as the caller asks. The record keeps the figures, and none of the words."""
    questions = read_questions(given.questions)
    found = appraised(vigie.answering, questions, caller.person, caller.progress)
    scores = _appraisal_json(found, vigie.answering.engines.generator.get().identity)
    vigie.record.append(
        Event(EventKind.ANSWERS_APPRAISED, "", vigie.operator.pseudonym, facts=scores)
    )
    return {**scores, "questions": [_appraised_json(one) for one in found.questions]}


def _appraisal_json(found: Appraisal, model: ModelIdentity) -> dict[str, Json]:
    shares = ("answered", "sourced", "cited", "told", "abstained", "spoken", "withheld")
    words, first = found.words, found.first_sentence_ms
    return {
        "n": len(found.questions),
        "generator": model.name,
        "digest": model.digest,
        "outcomes": dict(found.outcomes),
        **{name: _share_json(getattr(found, name)) for name in shares},
        "words": {"median": words[0], "longest": words[1]} if words else None,
        "first_sentence_ms": None if first is None else round(first, 1),
        "total_ms": round(found.total_ms, 1),
    }


def _share_json(share: Share | None) -> Json:
    if share is None:
        return None
    low, high = round(share.interval.low, 4), round(share.interval.high, 4)
    rate = round(share.hits / share.of, 4)
    return {"hits": share.hits, "of": share.of, "share": rate, "interval": [low, high]}


def _appraised_json(one: Appraised) -> Json:
    return {
        "question": one.judged.question,
        "outcome": outcome_name(one.outcome),
        "sourced": any(one.cited),
        "missing": [
            fact if isinstance(fact, str) else fact[0]
            for fact, held in zip(one.judged.facts, one.told, strict=True)
            if not held
        ],
        "words": one.words,
        "withheld": one.withheld,
    }
