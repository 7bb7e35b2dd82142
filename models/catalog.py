"""The operator's models: files with the digest that was pinned when a person trusted them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from models.digests import file_digest
from models.durable import replace_durably
from models.errors import ModelDigestError, ModelUnavailableError
from models.gguf_header import read_header
from models.ports import ModelIdentity
from models.wording import Wording

Setting = Literal["auto", "extractive", "llama", "openai_http", "stub"]


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A GGUF on this machine. `digest` is the SHA-256 (hex) that was pinned, `size` in bytes."""

    name: str
    path: Path
    digest: str
    size: int
    architecture: str

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(self.name, self.digest)


class Engine(StrEnum):
    """Which generator is to be built."""

    EXTRACTIVE = "extractive"
    LLAMA = "llama"
    OPENAI_HTTP = "openai_http"
    STUB = "stub"


@dataclass(frozen=True, slots=True)
class Choice:
    """`model` is there for LLAMA; `reason` says why `auto` did not take a model."""

    engine: Engine
    model: PinnedModel | None = None
    reason: Wording | None = None


def add(home: Path, file: Path, name: str | None = None) -> PinnedModel:
    """Pin a GGUF where it lies; the same name or the same file replaces what was pinned.

    Raises ModelUnavailableError for a file that is no GGUF.
    """
    path = file.expanduser().resolve()
    header = read_header(path)
    model = PinnedModel(
        name=name or path.stem,
        path=path,
        digest=file_digest(path),
        size=path.stat().st_size,
        architecture=header.architecture,
    )
    kept = [one for one in listed(home) if one.path != path and one.name != model.name]
    _write(home, (*kept, model))
    return model


def listed(home: Path) -> tuple[PinnedModel, ...]:
    """Every pinned model, the newest last: that one is used. Raises ModelUnavailableError."""
    catalogue = home / "models.json"
    try:
        return _FORMAT.validate_json(catalogue.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise ModelUnavailableError(
            f"{catalogue} cannot be read. Remove it, then pin the model again: "
            "vigie models add FILE"
        ) from error


def verify(model: PinnedModel) -> None:
    """Raises ModelDigestError for a file that changed, ModelUnavailableError for one that left."""
    try:
        found = file_digest(model.path)
    except OSError as error:
        raise ModelUnavailableError(
            f"The model {model.name} cannot be read from {model.path} ({error.strerror})."
        ) from error
    if found != model.digest:
        raise ModelDigestError(
            f"{model.path} is not the file that was pinned: expected SHA-256 {model.digest}, "
            f"found {found}. If you trust the new file: vigie models add {model.path}"
        )


def choose(setting: Setting, pinned: PinnedModel | None) -> Choice:
    """Who answers. Only `auto` may do without the model; it then says why.

    Raises ModelDigestError and ModelUnavailableError when `llama` was asked for by name.
    """
    match setting:
        case "extractive":
            return Choice(Engine.EXTRACTIVE)
        case "stub":
            return Choice(Engine.STUB)
        case "openai_http":
            return Choice(Engine.OPENAI_HTTP)
        case "llama":
            if pinned is None:
                raise ModelUnavailableError("No model is pinned. Pin one: vigie models add FILE")
            verify(pinned)
            return Choice(Engine.LLAMA, pinned)
        case "auto":
            return _automatic(pinned)


def without(model: PinnedModel) -> Choice:
    """What `auto` takes when llama.cpp could not load a model whose digest is right."""
    return Choice(
        Engine.EXTRACTIVE,
        reason=Wording(
            fr=f"le modèle {model.name} ne peut pas être chargé (vigie models doctor)",
            en=f"the model {model.name} cannot be loaded (vigie models doctor)",
        ),
    )


def _automatic(pinned: PinnedModel | None) -> Choice:
    if pinned is None:
        return Choice(
            Engine.EXTRACTIVE, reason=Wording("aucun modèle n’est épinglé", "no model is pinned")
        )
    try:
        verify(pinned)
    except ModelDigestError:
        return Choice(Engine.EXTRACTIVE, reason=_changed(pinned))
    except ModelUnavailableError:
        return Choice(Engine.EXTRACTIVE, reason=_gone(pinned))
    return Choice(Engine.LLAMA, pinned)


def _changed(model: PinnedModel) -> Wording:
    return Wording(
        fr=f"le fichier du modèle {model.name} n’est plus celui qui a été épinglé",
        en=f"the file of the model {model.name} is no longer the one that was pinned",
    )


def _gone(model: PinnedModel) -> Wording:
    return Wording(
        fr=f"le fichier du modèle {model.name} ne peut pas être lu",
        en=f"the file of the model {model.name} cannot be read",
    )


_FORMAT: TypeAdapter[tuple[PinnedModel, ...]] = TypeAdapter(tuple[PinnedModel, ...])


def _write(home: Path, models: tuple[PinnedModel, ...]) -> None:
    replace_durably(home / "models.json", _FORMAT.dump_json(models, indent=2))
