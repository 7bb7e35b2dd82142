"""Who writes the answers: the choice of a generator, and its making."""

from __future__ import annotations

from dataclasses import dataclass

from models import catalog
from models.errors import ModelUnavailableError
from models.extractive import ExtractiveGenerator
from models.ports import Generator
from models.stub import StubGenerator
from models.wording import Wording
from server.settings import Settings
from server.wiring import model_servers


@dataclass(frozen=True, slots=True)
class Made:
    """The generator that was made; `reason` says why `auto` did without a model."""

    generator: Generator
    reason: Wording | None


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
        return Made(_generator(choice, settings), choice.reason)
    except ModelUnavailableError:
        if settings.generator != "auto" or choice.model is None:
            raise
        choice = catalog.without(choice.model)
        return Made(_generator(choice, settings), choice.reason)


def _generator(choice: catalog.Choice, settings: Settings) -> Generator:
    if choice.model is not None:
        return _llama(choice.model, settings)
    match choice.engine:
        case catalog.Engine.STUB:
            return StubGenerator()
        case catalog.Engine.OPENAI_HTTP:
            return model_servers.served(settings)
        case catalog.Engine.EXTRACTIVE | catalog.Engine.LLAMA:
            return ExtractiveGenerator()


def _llama(model: catalog.PinnedModel, settings: Settings) -> Generator:
    from models.llama import LlamaGenerator, LlamaSettings

    return LlamaGenerator(
        model.path,
        model.identity,
        LlamaSettings(
            context_tokens=settings.context_tokens,
            answer_tokens=settings.answer_tokens,
            threads=settings.threads,
            waiting=settings.queue,
            parallel=settings.parallel,
            cache_mb=settings.cache_mb,
        ),
    )
