"""What needs no house: screening and grounding a text, reading a charter, examining the parts."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.charter import rego
from guardrails.charter.mutants import survey
from guardrails.grounding import support
from guardrails.pii.placeholders import Placeholders
from guardrails.stream import StreamRedactor
from guardrails.verdicts import Stage
from models import catalog
from models.doctor import diagnose
from models.metering import POWERCAP, open_sharing
from models.ports import Language
from models.segmentation import split
from models.words import guess_language
from server import holding
from server.audit.events import Json
from server.errors import ServerError
from server.failures import EXPECTED
from server.pinning import DIAGNOSIS_S, verified, with_adapters
from server.rebuilding import foreign
from server.reranking import READ_AGAIN
from server.settings import Settings, prepare_home, secret_key
from server.store import Store
from server.store.shelves import Shelves
from server.wiring import (
    arithmetic,
    choose_generator,
    make_embedder,
    make_entailment,
    make_guards,
    make_personal_data,
    make_reranker,
    make_site,
    model_servers,
)

_PASSAGE = "Chaque salarié acquiert deux jours et demi de congés par mois de travail. " * 8
_PASSAGES = 16
LEAST_FREE_GB = 1.0


def guards_of(settings: Settings) -> Guards:
    return make_guards(charters.load(settings.charter_file()), settings)


def screened(
    guards: Guards, id_: str | int | None, text: str, stage: Stage, use: str | None = None
) -> dict[str, Json]:
    """`use` is a declared use of the charter: then what it does not allow is refused."""
    language = guess_language(text)
    if use is None:
        verdict = guards.screen(text, stage, language)
    else:
        verdict = guards.screen_use(text, use, language)
    return {
        "id": id_,
        "decision": verdict.decision.value,
        "text": verdict.text,
        "findings": [
            {"kind": one.kind, "start": one.start, "end": one.end, "score": round(one.score, 3)}
            for one in verdict.findings
        ],
        "violations": [
            {
                "clause": one.clause,
                "rule": one.rule,
                "stage": one.stage.value,
                "version": one.version,
                "facts": list(one.facts),
                "message": one.message.spoken(language),
            }
            for one in verdict.violations
        ],
    }


def stream_redactor(settings: Settings, key: bytes) -> StreamRedactor:
    settings.charter_file()
    return StreamRedactor(make_personal_data(settings), Placeholders(key), Language.FRENCH)


def grounded(id_: str | int | None, answer: str, passages: Sequence[str]) -> dict[str, Json]:
    language = guess_language(answer)
    sentences: list[Json] = []
    for start, end in split(answer):
        found = support(answer[start:end], passages, language)
        sentences.append(
            {
                "text": answer[start:end],
                "supported": found.supported,
                "score": round(found.score, 3),
                "missing": list(found.missing),
                "facts": [_fact(one) for one in found.missing],
            }
        )
    return {"id": id_, "sentences": sentences}


def _fact(missing: str) -> dict[str, Json]:
    """What no passage says: its kind, and how the sentence puts it where it is one expression."""
    kind, _, written = missing.partition(" ")
    return {"kind": kind, "said": written}


def charter_json(file: Path) -> dict[str, Json]:
    charter = charters.load(file)
    return {
        "id": charter.id,
        "version": charter.version,
        "digest": charter.digest,
        "clauses": [
            {
                "id": clause.id,
                "title": {"fr": clause.title.fr, "en": clause.title.en},
                "effect": clause.effect.value,
                "stages": [stage.value for stage in clause.stages],
                "owner": clause.owner,
                "basis": list(clause.basis),
                "on_error": clause.on_error.value,
                "review_by": clause.review_by.isoformat() if clause.review_by else None,
                "message": {"fr": clause.message.fr, "en": clause.message.en},
            }
            for clause in charter.clauses
        ],
        "use_cases": [
            {"id": use.id, "title": {"fr": use.title.fr, "en": use.title.en}, "owner": use.owner}
            for use in charter.use_cases
        ],
    }


def charter_problems(file: Path) -> tuple[str, ...]:
    return charters.check(charters.load(file, with_tests=True), _today())


def charter_results(file: Path, *, mutants: bool = False) -> dict[str, Any]:
    """`mutants` also breaks the charter part by part, and says which parts no test misses."""
    charter = charters.load(file, with_tests=True)
    results = charters.test(charter)
    failures = [
        {
            "clause": one.clause,
            "text": one.text,
            "expected": one.expected.value,
            "decided": one.decided.value,
            "kind": one.kind,
        }
        for one in results
        if not one.passed
    ]
    kinds = Counter(one.kind for one in results)
    result = {
        "passed": len(results) - len(failures),
        "failed": len(failures),
        "failures": failures,
        "kinds": dict(sorted(kinds.items())),
    }
    return {**result, "mutants": _mutants(charter)} if mutants else result


def _mutants(charter: charters.Charter) -> dict[str, Any]:
    found = survey(charter)
    return {
        "made": found.made,
        "killed": found.made - len(found.survived),
        "survived": [{"clause": one.clause, "change": one.change} for one in found.survived],
    }


def charter_rego(file: Path) -> str:
    return rego.export(charters.load(file))


def _today() -> date:
    return datetime.now(UTC).date()


def examined(settings: Settings) -> dict[str, Any]:
    """Each check with its own sentence; none stops the others."""
    checks = [
        _check("state folder", lambda: _home(settings)),
        _check("secret", lambda: _secret(settings)),
        _check("charter", lambda: _charter(settings)),
        _check("models", lambda: _models(settings)),
        *_model_servers(settings),
        _check("embedder", lambda: _embedder(settings)),
        _check("reranker", lambda: _reranker(settings)),
        _check("entailment", lambda: _entailment(settings)),
        _check("documents", lambda: _documents(settings)),
        _check("energy", lambda: _energy(settings)),
        _check("server", lambda: holding.holder(settings.home) or "no server runs"),
    ]
    return {"ok": all(one["ok"] for one in checks), "checks": checks}


def _check(name: str, look: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "sentence": look()}
    except EXPECTED as error:
        return {"name": name, "ok": False, "sentence": str(error)}


def _home(settings: Settings) -> str:
    prepare_home(settings)
    free_gb = shutil.disk_usage(settings.home).free / 1e9
    if free_gb < LEAST_FREE_GB:
        raise ServerError(f"{settings.home}: only {free_gb:.1f} GB of disk left.")
    return f"{settings.home} can be written, {free_gb:.0f} GB left"


def _secret(settings: Settings) -> str:
    secret_key(settings)
    return "random, and this installation's own"


def _charter(settings: Settings) -> str:
    charter = charters.load(settings.charter_file(), with_tests=True)
    problems = charters.check(charter, _today())
    if problems:
        raise ServerError(problems[0])
    return f"{charter.id} {charter.version}, {len(charter.clauses)} clauses"


def _models(settings: Settings) -> str:
    broken = [one for one in verified(settings)["models"] if one["problem"]]
    if broken:
        raise ServerError(str(broken[0]["problem"]))
    choice = choose_generator(settings)
    if choice.model is not None:
        diagnosis = diagnose(
            choice.model.path, DIAGNOSIS_S, options=tuple(with_adapters(choice.model))
        )
        if not diagnosis.ok:
            raise ServerError(diagnosis.sentence.en)
        return diagnosis.sentence.en
    return f"{choice.engine.value} answers{f' ({choice.reason.en})' if choice.reason else ''}"


def _model_servers(settings: Settings) -> Iterator[dict[str, Any]]:
    """A line for each; none where none is asked for."""
    if choose_generator(settings).engine is not catalog.Engine.OPENAI_HTTP:
        return
    try:
        endpoints = model_servers.endpoints(settings)
    except ServerError as error:
        yield {"name": "model servers", "ok": False, "sentence": str(error)}
        return
    for one in endpoints:
        yield _check(one.name, partial(model_servers.examined, one, settings))


def _energy(settings: Settings) -> str:
    """How that of an answer is known."""
    if choose_generator(settings).engine is catalog.Engine.OPENAI_HTTP:
        return "unknown: model servers write the answers"
    power = open_sharing(POWERCAP)
    if power is not None:
        return f"measured: {'+'.join(power.counters)}"
    return (
        f"estimated, {settings.watts_per_core:g} W a busy core (VIGIE_WATTS_PER_CORE): "
        f"no counter can be read in {POWERCAP}"
    )


def _reranker(settings: Settings) -> str:
    if settings.reranker is None:
        return "none: passages keep the order in which they were found (VIGIE_RERANKER)"
    reranker = make_reranker(settings)
    started = time.perf_counter()
    reranker.scores(_PASSAGE[:80], [_PASSAGE] * READ_AGAIN)
    spent = time.perf_counter() - started
    name, digest = reranker.identity.name, reranker.identity.digest
    return f"{name} ({digest[:12]}…) read {READ_AGAIN} passages in {spent:.2f} s, loading included"


def _entailment(settings: Settings) -> str:
    if settings.entailment is None:
        return "none: rules alone decide what the passages support (VIGIE_ENTAILMENT)"
    entailment = make_entailment(settings)
    started = time.perf_counter()
    entailment.entails([_PASSAGE], _PASSAGE[:80])
    spent = time.perf_counter() - started
    name, digest = entailment.identity.name, entailment.identity.digest
    return f"{name} ({digest[:12]}…) read a sentence in {spent:.2f} s, loading included"


def _documents(settings: Settings) -> str:
    file = settings.home / "store.db"
    if not file.is_file():
        return "none yet"
    with contextlib.closing(Store.open(file)) as store:
        shelves = Shelves(store)
        left, indexed = shelves.unindexed(), sum(shelves.counts().values())
    if left:
        raise ServerError(f"{left} documents are not indexed: vigie index rebuild.")
    if remark := foreign(make_site(settings), make_embedder(settings).identity):
        raise ServerError(remark)
    return f"{indexed}, all indexed"


def _embedder(settings: Settings) -> str:
    embedder = make_embedder(settings)
    dimensions = embedder.dimensions  # loads the weights: what follows is a question's own time
    started = time.perf_counter()
    embedder.embed(["Bonjour, le chiffre du jour est 42."])
    asked = time.perf_counter()
    embedder.embed([_PASSAGE] * _PASSAGES)
    read = _PASSAGES / (time.perf_counter() - asked)
    return (
        f"{embedder.identity.name}, {dimensions} dimensions, {(asked - started) * 1000:.0f} ms "
        f"a question, {read:.0f} passages a second in {arithmetic()}"
    )
