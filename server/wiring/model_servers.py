"""The model servers of the settings: where they are, what opens them, whether they are well."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from models.errors import ModelUnavailableError
from models.openai_http import Endpoint, HttpGenerator, HttpSettings, probe
from models.ports import Generator
from server.errors import SettingsError
from server.onsite import Resolve, check_on_site, on_site, resolved
from server.settings import OTHERS, Settings


def endpoints(settings: Settings, resolve: Resolve = resolved) -> tuple[Endpoint, ...]:
    """The servers of VIGIE_LLM_URL; connects to nothing. Raises SettingsError."""
    urls = [one.strip() for one in settings.llm_url.split(",") if one.strip()]
    if not urls:
        raise SettingsError("VIGIE_LLM_URL names no model server: http://HOST:PORT.")
    key, locate = _key(settings.llm_key_file), partial(on_site, resolve=resolve)
    made = []
    for url in urls:
        try:
            made.append(Endpoint.at(url, locate, key))
        except ModelUnavailableError as error:
            raise SettingsError(f"VIGIE_LLM_URL: {error}") from error
        check_on_site(url, settings.on_site, "VIGIE_LLM_URL")
    return tuple(made)


def served(settings: Settings) -> Generator:
    """The generator that asks them. Raises SettingsError, ModelUnavailableError."""
    return HttpGenerator(endpoints(settings), _asked(settings))


def examined(endpoint: Endpoint, settings: Settings) -> str:
    """What a server serves, and how soon it said so.

    Raises ModelUnavailableError, ModelBusyError.
    """
    began = time.perf_counter()
    listed = [one.name for one in probe(endpoint, _asked(settings))]
    spent_ms = (time.perf_counter() - began) * 1000
    if settings.llm_model is not None and settings.llm_model not in listed:
        raise ModelUnavailableError(
            f"It does not serve {settings.llm_model} (VIGIE_LLM_MODEL), but "
            f"{', '.join(listed) or 'nothing'}."
        )
    return f"serves {', '.join(listed) or 'nothing'}, said in {spent_ms:.0f} ms"


def _asked(settings: Settings) -> HttpSettings:
    return HttpSettings(
        model=settings.llm_model,
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        parallel=settings.parallel,
        waiting=settings.queue,
        connect_s=settings.llm_connect_s,
        first_token_s=settings.llm_first_token_s,
        next_token_s=settings.llm_next_token_s,
    )


def _key(file: Path | None) -> str | None:
    """Raises SettingsError, which never repeats what the file holds."""
    if file is None:
        return None
    try:
        if file.stat().st_mode & OTHERS:
            raise SettingsError(f"{file} holds a key: let only its owner read it (chmod 600).")
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"VIGIE_LLM_KEY_FILE: {file} cannot be read.") from error
    if not key.isprintable() or not key or " " in key:
        raise SettingsError(f"VIGIE_LLM_KEY_FILE: {file} does not hold one key and nothing else.")
    return key
