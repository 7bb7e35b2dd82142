"""What a model server says as it writes: server-sent events (WHATWG HTML, 9.2) in OpenAI's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

LONGEST = 65_536
"""Bytes of one event; a token is some hundreds."""

DONE = b"[DONE]"
_LINE_END = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)  # a lone \r at the end may be half of \r\n


class NoEventError(ValueError):
    """What came is no event of a model server; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One step: the text that it adds, why the text ends, what all of it cost."""

    text: str
    finish: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


def events(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each event. Raises NoEventError for one that is too long."""
    data: list[bytes] = []
    size = 0
    for line in _lines(pieces):
        if not line and data:
            yield b"\n".join(data)
            data, size = [], 0
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
            size += len(line)
            if size > LONGEST:
                raise NoEventError("sends an event without end")


def read(data: bytes) -> Said:
    """Raises NoEventError, which repeats nothing of the data."""
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError:
        raise NoEventError("sends what is no event of a model server") from None
    if chunk.error is not None:
        raise NoEventError("failed while it wrote")
    choice = chunk.choices[0] if chunk.choices else _Choice()
    usage = chunk.usage or _Usage()
    return Said(
        choice.delta.content or "",
        choice.finish_reason,
        usage.prompt_tokens,
        usage.completion_tokens,
    )


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        *whole, left = _LINE_END.split(left + piece)
        yield from whole
        if len(left) > LONGEST:
            raise NoEventError("sends a line without end")


class _Delta(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Delta = Field(default_factory=_Delta)
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = Field(default=None, ge=0)
    completion_tokens: int | None = Field(default=None, ge=0)


class _Chunk(BaseModel):
    choices: list[_Choice] = Field(default_factory=list)
    usage: _Usage | None = None
    error: object = None
