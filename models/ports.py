"""What a model must be able to do: read a text as a vector, write an answer from sources."""

from __future__ import annotations

from collections.abc import Generator as PythonGenerator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


class Language(StrEnum):
    """The languages Vigie speaks; the value is the ISO 639-1 code."""

    FRENCH = "fr"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which weights these are: a name for people, a SHA-256 (hex) for proofs."""

    name: str
    digest: str


class Embedder(Protocol):
    """Reads texts as vectors."""

    @property
    def identity(self) -> ModelIdentity: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), dimensions), float32, unit rows, in the order given."""
        ...


class Reranker(Protocol):
    """Reads a question and a passage together: slower than comparing vectors, and better."""

    @property
    def identity(self) -> ModelIdentity: ...

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers, in the order given; comparable within one call."""
        ...


class Entailment(Protocol):
    """Reads two texts together: whether the first says the second."""

    @property
    def identity(self) -> ModelIdentity: ...

    def entails(self, premises: Sequence[str], hypothesis: str) -> list[float]:
        """How likely each premise entails the hypothesis, in [0, 1], in the order given."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A passage under the number by which an answer cites it, counted from 1."""

    n: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a generator may read. `system` holds the charter and is never trimmed.

    `asker` is no text to read: whoever asks under the same name shares one turn in a queue.
    """

    system: str
    sources: tuple[Source, ...]  # best first; trimmed from the end when the context is full
    question: str
    language: Language
    mark: str = ""  # of this request alone: fences the sources and begins each of their lines
    asker: str = ""


class Permit(Protocol):
    """What a generator asks before each token."""

    def check(self) -> None:
        """Return while writing may go on; raise WritingRevokedError otherwise."""
        ...


@runtime_checkable
class Charged(Protocol):
    """A permit that hears what its text costs, as the work is done."""

    def charge(self, cpu_s: float) -> None:
        """More CPU seconds. Called by the thread that works: return at once."""
        ...


class Finish(StrEnum):
    """How a text ended when nobody stopped it."""

    END = "end"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Usage:
    """What one text cost. `sources_read` counts the sources that fitted, from the first.

    Tokens are None where whoever wrote does not tell them; so is `work_s`, the text's share of
    the CPU seconds that the model's passes took.
    """

    prompt_tokens: int | None
    completion_tokens: int | None
    sources_read: int
    finish: Finish
    work_s: float | None = field(default=None, compare=False)  # no two measurements are equal


Writing = PythonGenerator[str, None, Usage]
"""Pieces of text as they are written; the usage is the generator's return value."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a generator that serves many at once is doing now, and the memory that it takes.

    `memory_mb` is what the answers of all have read, `weights_mb` the model itself.
    `kv_cache` is the type of the numbers that it keeps of what it read.
    """

    waiting: int
    reading: int
    writing: int
    free: int
    memory_mb: int
    weights_mb: int
    kv_cache: str
    flash_attention: bool


@runtime_checkable
class Shared(Protocol):
    """A generator that can say how busy it is; None while no model is in memory."""

    @property
    def load(self) -> Load | None: ...


@runtime_checkable
class Unloadable(Shared, Protocol):
    """A generator that can give back the memory of its model; the next answer loads it again."""

    def unload(self) -> Load | None:
        """What was given back; None where nothing was loaded.

        Waits until nobody writes, and raises ModelBusyError, keeping the model, if someone goes on.
        """
        ...


class Generator(Protocol):
    """Writes an answer from sources, citing them as [1], [2], …"""

    @property
    def identity(self) -> ModelIdentity: ...

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        """Pieces of any size, in order; nothing at all is an abstention.

        Checks the permit before each piece. Closing the generator frees the model.
        Raises ModelBusyError, ModelUnavailableError, WritingRevokedError.
        """
        ...
