"""Commands that adapt the embedder to the house, and take it back."""

from __future__ import annotations

from pydantic import Field

from server.audit.events import Json
from server.commands import Caller, Given
from server.commands.running import Nothing
from server.wiring import Vigie


class AdaptGiven(Given):
    collections: list[str] = Field(default_factory=list)
    minutes: float = Field(10.0, gt=0, le=24 * 60)


def adapt(vigie: Vigie, caller: Caller, given: AdaptGiven) -> Json:
    for name in given.collections:
        vigie.library.collection(name)
    named = frozenset(given.collections) or None
    done = vigie.adapting.adapt(named, given.minutes, caller.person, caller.progress)
    training, verdict = done.training, done.verdict
    return {
        "kept": verdict.better,
        "embedder": done.embedder.name,
        "digest": done.embedder.digest,
        "steps": training.steps,
        "pairs": training.pairs,
        "seconds": round(training.seconds, 1),
        "questions": verdict.questions,
        "documents": verdict.documents,
        "mrr@10_before": round(verdict.before, 4),
        "mrr@10_after": round(verdict.after, 4),
        "gain_interval": [round(verdict.low, 4), round(verdict.high, 4)],
    }


def restore(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    embedder = vigie.adapting.undo(caller.person)
    return {"embedder": embedder.name, "digest": embedder.digest}
