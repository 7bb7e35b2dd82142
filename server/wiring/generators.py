"""Who writes the answers: the choice of a generator, and its making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from models import catalog, profiles
from models.errors import ModelUnavailableError
from models.extractive import ExtractiveGenerator
from models.ports import Generator
from models.stub import StubGenerator
from models.wording import Wording
from server.settings import Settings
from server.wiring import model_servers

if TYPE_CHECKING:
    from models.apart import ApartGenerator
    from models.late import Holding
    from models.llama import LlamaSettings
    from models.llama.context import CacheType


@dataclass(frozen=True, slots=True)
class Made:
    """The generator that was made; `reason` says why `auto` did without a model.

    `close` frees its model, and ends what it started beside this process.
    """

    generator: Generator
    reason: Wording | None
    close: Callable[[], None] = lambda: None


def choose_generator(settings: Settings) -> catalog.Choice:
    """Who would answer with these settings, and why. Raises ModelsError."""
    listed = catalog.listed(settings.home)
    setting: catalog.Setting = "openai_http" if asks_servers(settings) else settings.generator
    return catalog.choose(setting, listed[-1] if listed else None)


def asks_servers(settings: Settings) -> bool:
    """Whether model servers of the settings write the answers."""
    return settings.generator == "openai_http" or bool(
        settings.generator == "auto" and settings.llm_url
    )


def make_generator(settings: Settings) -> Made:
    """The generator of the settings. Raises ModelsError when one asked for by name cannot be had.

    `auto` falls back to quoting when llama.cpp refuses a file whose digest is right.
    """
    choice = choose_generator(settings)
    try:
        return _made(choice, settings)
    except ModelUnavailableError:
        if settings.generator != "auto" or choice.model is None:
            raise
        return _made(catalog.without(choice.model), settings)


def _made(choice: catalog.Choice, settings: Settings) -> Made:
    if choice.model is not None:
        run = _apart if is_apart(settings) else _here
        return run(choice.model, settings)
    match choice.engine:
        case catalog.Engine.STUB:
            return Made(StubGenerator(), choice.reason)
        case catalog.Engine.OPENAI_HTTP:
            return Made(model_servers.served(settings), choice.reason)
        case catalog.Engine.EXTRACTIVE | catalog.Engine.LLAMA:
            return Made(ExtractiveGenerator(), choice.reason)


def is_apart(settings: Settings) -> bool:
    """Whether the model gets a process of its own: `auto` where one was seen to crash."""
    match settings.engine_isolation:
        case "process":
            return True
        case "none":
            return False
        case "auto":
            return profiles.has_crashed(settings.home, profiles.this_cpu())


def _here(model: catalog.PinnedModel, settings: Settings) -> Made:
    from models.llama import LlamaGenerator

    make = partial(LlamaGenerator, model.path, model.identity, how_to_run(model, settings))
    return _late(model, make, make() if settings.engine_loading == "eager" else None)


def _apart(model: catalog.PinnedModel, settings: Settings) -> Made:
    from models.apart import ApartGenerator, Patience

    how, patience = how_to_run(model, settings), Patience()
    make = partial(ApartGenerator, model.path, model.identity, how, patience)
    return _late(model, make, _started(make()) if settings.engine_loading == "eager" else None)


def _late(model: catalog.PinnedModel, make: Callable[[], Holding], held: Holding | None) -> Made:
    """However it was loaded first: what was unloaded is loaded again by the next answer."""
    from models.late import LateGenerator

    late = LateGenerator(model.identity, make, held)
    return Made(late, None, late.close)


def _started(apart: ApartGenerator) -> ApartGenerator:
    try:
        apart.start()
    except ModelUnavailableError:
        apart.close()
        raise
    return apart


def places(settings: Settings) -> int:
    """Answers that may be on their way: all that are written at once, and those that may wait."""
    servers = len(model_servers.endpoints(settings)) if asks_servers(settings) else 1
    return settings.parallel * servers + settings.queue


def read_speed(settings: Settings) -> float | None:
    """Tokens of a prompt a second, as the doctor measured for the model in force."""
    model = choose_generator(settings).model
    tuning = _tuning(model, settings) if model is not None else None
    return tuning.read_tokens_per_s if tuning else None


def _tuning(model: catalog.PinnedModel, settings: Settings) -> profiles.Tuning | None:
    return profiles.tuning_of(settings.home, model.identity.digest, profiles.this_cpu())


def attention(settings: Settings, measured: profiles.Attention | None) -> tuple[CacheType, bool]:
    """The cache, and whether attention is flash: what is `auto` is taken where it clearly pays."""
    wanted, cache = settings.flash_attention, settings.kv_cache
    flash = wanted == "on" or bool(wanted == "auto" and measured and measured.flash_pays)
    if cache == "auto":
        cache = "q8_0" if wanted != "off" and _pays_q8(measured, flash=flash) else "f16"
    return cache, flash or cache == "q8_0"


def _pays_q8(measured: profiles.Attention | None, *, flash: bool) -> bool:
    """Against what would be had otherwise."""
    if measured is None:
        return False
    otherwise = measured.flash if flash else measured.plain
    return otherwise is not None and measured.q8_pays(otherwise)


def how_to_run(model: catalog.PinnedModel, settings: Settings) -> LlamaSettings:
    """How a model is run: as the settings say, else as its profile found best."""
    from models.llama import LlamaSettings

    tuning = _tuning(model, settings)
    cache, flash = attention(settings, tuning.attention if tuning else None)
    usual = LlamaSettings()
    return LlamaSettings(
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        threads=settings.threads or (tuning.threads if tuning else usual.threads),
        waiting=settings.queue,
        parallel=settings.parallel,
        cache_mb=settings.cache_mb,
        batch_tokens=settings.batch_tokens
        or (tuning.batch_tokens if tuning else usual.batch_tokens),
        cache=cache,
        flash=flash,
        drafts=settings.drafts,
        prefixes=settings.home / "prefixes",
        adapters=tuple(one.path for one in model.adapters),
    )
