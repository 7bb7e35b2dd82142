"""Commands of those who answer for collections: what is due, what they say of it, what it cost."""

from __future__ import annotations

from datetime import date

from ingest.freshness import Verdict
from ingest.likeness import Likeness
from server.audit.events import Json
from server.commands import Caller, Given
from server.standings import Standing
from server.stewardship import Damage, Due, Judgement
from server.wiring import Vigie


class JudgementGiven(Given):
    name: str
    verdict: Verdict
    document: str | None = None
    by_document: str = ""
    since: date | None = None


class KeptGiven(Given):
    name: str


class LikenessGiven(Given):
    name: str
    anew: bool = False


def confirm(vigie: Vigie, caller: Caller, given: JudgementGiven) -> Json:
    said = Judgement(given.name, given.verdict, given.document, given.by_document, given.since)
    judged = vigie.stewardship.judge(said, caller.person)
    return {"name": given.name, "verdict": given.verdict.value, "documents": judged}


def due(vigie: Vigie, caller: Caller, given: KeptGiven) -> Json:
    found = vigie.stewardship.due(given.name, caller.person)
    return [_due_json(one) for one in found.documents]


def damage(vigie: Vigie, caller: Caller, given: KeptGiven) -> Json:
    return [_damage_json(one) for one in vigie.stewardship.damage(given.name, caller.person)]


def duplicates(vigie: Vigie, caller: Caller, given: LikenessGiven) -> Json:
    found = vigie.stewardship.likenesses(given.name, caller.person, anew=given.anew)
    return [_likeness_json(one) for one in found]


def _due_json(one: Due) -> dict[str, Json]:
    return {
        "document": one.document,
        "title": one.title,
        **_standing_json(one.standing),
        "answers": len(one.damage.records) if one.damage else 0,
    }


def _standing_json(standing: Standing) -> dict[str, Json]:
    confirmed = standing.life.confirmed
    return {
        "state": standing.state.value,
        "due": standing.due.isoformat() if standing.due else None,
        "confirmed": confirmed.isoformat() if confirmed else None,
        "owner": standing.owner,
        "verdict": standing.verdict.value if standing.verdict else None,
    }


def _damage_json(one: Damage) -> dict[str, Json]:
    return {
        "document": one.document,
        "since": one.since.isoformat(),
        "days": one.days,
        "answers": len(one.records),
        "damage": one.total,
        "records": list(one.records),
    }


def _likeness_json(one: Likeness) -> dict[str, Json]:
    return {
        "document": one.document,
        "other": one.other,
        "similarity": round(one.similarity, 3),
        "kind": one.kind.value,
    }
