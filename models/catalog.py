"""The operator's models: files with the digest that was pinned when a person trusted them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from models.digests import file_digest, joint_digest
from models.durable import replace_durably
from models.errors import ModelDigestError, ModelUnavailableError
from models.formats import HEAD, check_gguf
from models.gguf_header import Header, read_header
from models.ports import ModelIdentity
from models.wording import Wording

Setting = Literal["auto", "extractive", "llama", "openai_http", "stub"]


ADAPTER = "adapter"
"""What a GGUF calls itself that changes a model (LoRA: Hu et al. 2021) and is none."""


@dataclass(frozen=True, slots=True)
class PinnedAdapter:
    """A LoRA adapter on this machine, as pinned as the model that it changes."""

    name: str
    path: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A GGUF on this machine. `digest` is the SHA-256 (hex) that was pinned, `size` in bytes."""

    name: str
    path: Path
    digest: str
    size: int
    architecture: str
    adapters: tuple[PinnedAdapter, ...] = ()
    licence: str = ""  # empty: nobody said it

    @property
    def identity(self) -> ModelIdentity:
        """Of the model as it answers: with another adapter it is another model."""
        if not self.adapters:
            return ModelIdentity(self.name, self.digest)
        parts: tuple[PinnedModel | PinnedAdapter, ...] = (self, *self.adapters)
        return ModelIdentity(
            "+".join(one.name for one in parts), joint_digest([one.digest for one in parts])
        )


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


Note = Callable[[PinnedModel], None]
"""Told of a change when all was checked and nothing is changed yet; what it raises refuses it."""


def _untold(_model: PinnedModel) -> None:
    """Nobody needs to know."""


def add(
    home: Path, file: Path, name: str | None = None, licence: str = "", note: Note = _untold
) -> PinnedModel:
    """Pin a GGUF where it lies; the same name or the same file replaces what was pinned.

    Adapters stay on a file that did not change; without a licence, the file's own word counts.
    Raises ModelUnavailableError for what is no model.
    """
    model = described(file, name)
    model = replace(model, licence=licence or model.licence)
    path = model.path
    before = listed(home)
    known = [one for one in before if one.path == path and one.digest == model.digest]
    model = replace(model, adapters=tuple(a for one in known for a in one.adapters))
    kept = [one for one in before if one.path != path and one.name != model.name]
    note(model)
    _write(home, (*kept, model))
    return model


def use(home: Path, name: str, note: Note = _untold) -> PinnedModel:
    """Let a pinned model answer. Raises ModelUnavailableError, ModelDigestError."""
    models = listed(home)
    model = named(models, name)
    verify(model)
    note(model)
    _write(home, (*(one for one in models if one is not model), model))
    return model


def named(models: Sequence[PinnedModel], name: str) -> PinnedModel:
    """Raises ModelUnavailableError for an unknown name."""
    found = next((one for one in models if one.name == name), None)
    if found is None:
        raise ModelUnavailableError(f"No model named {name} is pinned: vigie models list")
    return found


def described(file: Path, name: str | None = None) -> PinnedModel:
    """A model as it would be pinned. Raises ModelUnavailableError for what is no model."""
    path = file.expanduser().resolve()
    header = _header(path)
    if header.kind == ADAPTER:
        raise ModelUnavailableError(
            f"{path} is an adapter, not a model: vigie models add {path} --for MODEL"
        )
    return PinnedModel(
        name=name or path.stem,
        path=path,
        digest=file_digest(path),
        size=path.stat().st_size,
        architecture=header.architecture,
        licence=header.licence,
    )


def attach(
    home: Path, file: Path, to: str, name: str | None = None, note: Note = _untold
) -> PinnedModel:
    """Pin a LoRA adapter to a pinned model; one of the same name or file is replaced.

    Raises ModelUnavailableError for what is no adapter, or is one of another architecture.
    """
    path = file.expanduser().resolve()
    header = _header(path)
    if header.kind != ADAPTER:
        raise ModelUnavailableError(f"{path} is no adapter: its general.type is {header.kind}.")
    adapter = PinnedAdapter(name or path.stem, path, file_digest(path), path.stat().st_size)

    def attached(model: PinnedModel) -> PinnedModel:
        if header.architecture != model.architecture:
            raise ModelUnavailableError(
                f"{path} was made for the architecture “{header.architecture}”; "
                f"{model.name} is “{model.architecture}”."
            )
        kept = [o for o in model.adapters if o.path != path and o.name != adapter.name]
        return replace(model, adapters=(*kept, adapter))

    return _change(home, to, attached, note)


def detach(home: Path, of: str, name: str, note: Note = _untold) -> PinnedModel:
    """Take an adapter off a model. Raises ModelUnavailableError where there is none such."""

    def detached(model: PinnedModel) -> PinnedModel:
        kept = tuple(one for one in model.adapters if one.name != name)
        if kept == model.adapters:
            raise ModelUnavailableError(f"{of} has no adapter {name}.")
        return replace(model, adapters=kept)

    return _change(home, of, detached, note)


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
    """The model and its adapters.

    Raises ModelDigestError for a file that changed, ModelUnavailableError for one that left.
    """
    _verify_file(model, "")
    for adapter in model.adapters:
        _verify_file(adapter, f" --for {model.name}")


def _verify_file(pinned: PinnedModel | PinnedAdapter, cure: str) -> None:
    path = pinned.path
    try:
        found = file_digest(path)
    except OSError as error:
        raise ModelUnavailableError(
            f"{pinned.name} cannot be read from {path} ({error.strerror})."
        ) from error
    if found != pinned.digest:
        raise ModelDigestError(
            f"{path} is not the file that was pinned: expected SHA-256 {pinned.digest}, "
            f"found {found}. If you trust the new file: vigie models add {path}{cure}"
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


def _header(path: Path) -> Header:
    """Raises ModelUnavailableError: a pickle is called by its name, for whoever meets one."""
    try:
        with path.open("rb") as file:
            check_gguf(file.read(HEAD), str(path))
    except OSError:
        pass  # whoever reads the header says it
    return read_header(path)


def _change(
    home: Path, name: str, change: Callable[[PinnedModel], PinnedModel], note: Note
) -> PinnedModel:
    """Replace a pinned model, in its place. Raises ModelUnavailableError for an unknown name."""
    models = listed(home)
    found = named(models, name)
    changed = change(found)
    note(changed)
    _write(home, tuple(changed if one is found else one for one in models))
    return changed


def _write(home: Path, models: tuple[PinnedModel, ...]) -> None:
    replace_durably(home / "models.json", _FORMAT.dump_json(models, indent=2))
