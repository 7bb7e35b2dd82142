"""The operator's models, by command: pulled, listed, verified and examined."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import adapted, catalog, memory, profiles
from models.doctor import diagnose
from models.errors import ModelsError, ModelUnavailableError
from models.gguf_header import read_header
from models.offers import offered, offers
from models.profiles import Profile
from server.errors import InvalidInputError
from server.settings import Settings, prepare_home
from server.wiring import choose_generator, how_to_run, make_embedder, open_hub

if TYPE_CHECKING:
    from models.pulling import Watch

DIAGNOSIS_S = 300.0
WEIGHTS = "weights"
"""Folder of the state folder, for what was pulled."""


def pulled(settings: Settings, name: str, watch: Watch) -> dict[str, Any]:
    """Bring a model of the catalogue: the only time that Vigie speaks to a hub.

    What is then to be pinned, by whoever holds the house.

    Raises ModelsError, SettingsError.
    """
    from models.pulling import pull

    offer = offered(name)
    prepare_home(settings)
    with contextlib.closing(open_hub(settings)) as hub:
        file = pull(offer, hub, settings.home / WEIGHTS, watch)
    return {"file": str(file.resolve()), "name": offer.name, "licence": offer.licence}


def models_json(settings: Settings) -> dict[str, Any]:
    listed = catalog.listed(settings.home)
    try:
        choice = choose_generator(settings)
    except ModelsError as error:
        answers, reason = "nobody", str(error)
    else:
        answers, reason = choice.engine.value, choice.reason.en if choice.reason else ""
    machine = memory.of_this_machine()
    return {
        "models": [{**model_json(one), **_run_json(one, settings, machine)} for one in listed],
        "machine_gb": round(machine, 1),
        "answers": answers,
        "reason": reason,
        "embedder": make_embedder(settings).identity.name,
        "adapted": [
            {"name": one.name, "digest": one.digest} for one in adapted.listed(settings.home)
        ],
    }


def _run_json(model: catalog.PinnedModel, settings: Settings, machine_gb: float) -> dict[str, Any]:
    """How a model would be run, and what memory that takes; null where its file does not say."""
    how = how_to_run(model, settings)
    said: dict[str, Any] = {"kv_cache": how.cache, "flash_attention": how.flash, "needed": None}
    try:
        header = read_header(model.path)
    except ModelUnavailableError:
        return {**said, "trained_tokens": None, "fits": None}
    size = model.size + sum(one.size for one in model.adapters)
    needed = memory.needed(header, size, how)
    if needed is not None:
        said["needed"] = {
            "total_gb": round(needed.total_gb, 1),
            "weights_gb": round(needed.weights_gb, 1),
            "caches_gb": round(needed.caches_gb, 1),
            "answers": needed.answers,
            "context_tokens": needed.context_tokens,
        }
    fits = memory.fits(needed.total_gb, machine_gb) if needed else None
    return {**said, "trained_tokens": header.context_tokens, "fits": fits}


def available_json() -> list[dict[str, Any]]:
    """What the catalogue offers, the smallest first."""
    machine = memory.of_this_machine()
    return [
        {**asdict(one), "fits": memory.fits(one.memory_gb_estimated, machine)} for one in offers()
    ]


def model_json(model: catalog.PinnedModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "path": str(model.path),
        "digest": model.digest,
        "size": model.size,
        "architecture": model.architecture,
        "licence": model.licence,
        "adapters": [
            {"name": one.name, "path": str(one.path), "digest": one.digest, "size": one.size}
            for one in model.adapters
        ],
    }


def verified(settings: Settings) -> dict[str, Any]:
    home = settings.home
    checks = [
        *((one.name, partial(catalog.verify, one)) for one in catalog.listed(home)),
        *((one.name, partial(adapted.verify, home, one)) for one in adapted.listed(home)),
    ]
    results = [{"name": name, "problem": _problem(check)} for name, check in checks]
    return {"ok": not any(one["problem"] for one in results), "models": results}


def diagnosed(settings: Settings, file: Path | None) -> dict[str, Any]:
    """Prove a model and keep its profile, which the server loads it by."""
    model = _to_examine(settings, file)
    busy = os.getloadavg()[0] > len(os.sched_getaffinity(0)) / 2
    diagnosis = diagnose(model.path, DIAGNOSIS_S, options=("--tune", *with_adapters(model)))
    tuning = diagnosis.facts.tuning if diagnosis.facts else None
    if diagnosis.ok or diagnosis.crashed:
        crashed = diagnosis.signal if diagnosis.crashed else None
        prepare_home(settings)
        digest = model.identity.digest
        profiles.keep(settings.home, Profile(digest, profiles.this_cpu(), crashed, tuning))
    return {
        "ok": diagnosis.ok,
        "file": str(model.path),
        "sentence": diagnosis.sentence.en,
        "tuning": asdict(tuning) if tuning else None,
        "busy": busy,
    }


def _to_examine(settings: Settings, file: Path | None) -> catalog.PinnedModel:
    """The pinned model, or a file that may be pinned later: its digest is what a profile is of."""
    listed = catalog.listed(settings.home)
    if file is None:
        if not listed:
            raise InvalidInputError("No model is pinned: name a GGUF file.")
        return listed[-1]
    path = file.expanduser().resolve()
    found = next((one for one in listed if one.path == path), None)
    return found or catalog.described(path)


def with_adapters(model: catalog.PinnedModel) -> Iterator[str]:
    """The doctor's options for a model's adapters."""
    for one in model.adapters:
        yield from ("--adapter", str(one.path))


def _problem(check: Callable[[], None]) -> str:
    try:
        check()
    except ModelsError as error:
        return str(error)
    return ""
