"""The models that read, behind the switch: with the AI off, no text reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.ports import Embedder, Entailment, Matrix, ModelIdentity, Reranker
from server.outcomes import Mode
from server.switch import StoppedError, Switch


@dataclass(frozen=True, slots=True)
class SwitchedEmbedder(Embedder):
    """Reads texts as another embedder does, unless the switch is OFF."""

    embedder: Embedder
    switch: Switch

    @property
    def identity(self) -> ModelIdentity:
        return self.embedder.identity

    @property
    def dimensions(self) -> int:
        return self.embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Raises StoppedError with the AI off."""
        check_not_off(self.switch)
        return self.embedder.embed(texts)


@dataclass(frozen=True, slots=True)
class SwitchedReranker(Reranker):
    """Compares as another reranker does, unless the switch is OFF."""

    reranker: Reranker
    switch: Switch

    @property
    def identity(self) -> ModelIdentity:
        return self.reranker.identity

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Raises StoppedError with the AI off."""
        check_not_off(self.switch)
        return self.reranker.scores(question, passages)


@dataclass(frozen=True, slots=True)
class SwitchedEntailment(Entailment):
    """Tells entailment as another does, unless the switch is OFF."""

    entailment: Entailment
    switch: Switch

    @property
    def identity(self) -> ModelIdentity:
        return self.entailment.identity

    def entails(self, premises: Sequence[str], hypothesis: str) -> list[float]:
        """Raises StoppedError with the AI off."""
        check_not_off(self.switch)
        return self.entailment.entails(premises, hypothesis)


def check_not_off(switch: Switch) -> None:
    """Raises StoppedError with the AI off."""
    state = switch.state()
    if state.mode is Mode.OFF:
        raise StoppedError(state)
