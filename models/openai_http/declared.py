"""What a model server says of the models that it serves. Nothing of it can be proved from here."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from models.errors import ModelUnavailableError

PATH = "/v1/models"
_LONGEST = 200  # characters of what a server says of itself


@dataclass(frozen=True, slots=True)
class Declared:
    """`about` is what else was said, for the record; `context` in tokens where it was told."""

    endpoint: str
    name: str
    about: str
    context: int | None = None


def declared(endpoint: str, body: bytes) -> tuple[Declared, ...]:
    """The models of a list in OpenAI's form. Raises ModelUnavailableError."""
    try:
        listed = _List.model_validate_json(body).data
    except ValidationError:
        raise ModelUnavailableError(
            f"The model server {endpoint} does not list its models as others do."
        ) from None
    return tuple(
        Declared(endpoint, _printable(one.id), _printable(_about(one)), one.max_model_len)
        for one in listed
    )


class _Meta(BaseModel):
    """What llama-server knows of its weights."""

    n_params: int | None = None
    size: int | None = None


class _Model(BaseModel):
    """`root` and `max_model_len` are vLLM's."""

    id: str = Field(min_length=1)
    owned_by: str | None = None
    root: str | None = None
    max_model_len: int | None = Field(None, gt=0)
    meta: _Meta | None = None


class _List(BaseModel):
    data: list[_Model]


def _about(one: _Model) -> str:
    said = {"owned_by": one.owned_by, "root": one.root, "max_model_len": one.max_model_len}
    if one.meta is not None:
        said |= {"n_params": one.meta.n_params, "size": one.meta.size}
    told = [f"{name}={value}" for name, value in said.items() if value is not None]
    return ", ".join(told) or "nothing more"


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:_LONGEST]
