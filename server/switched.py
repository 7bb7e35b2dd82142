"""The embedder behind the switch: with the AI off, no text reaches it, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import Revocation, WritingRevokedError
from models.ports import Embedder, Matrix, ModelIdentity
from server.outcomes import Mode
from server.switch import Switch


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
        """Raises WritingRevokedError with the AI off."""
        if self.switch.state().mode is Mode.OFF:
            raise WritingRevokedError(Revocation.STOPPED)
        return self.embedder.embed(texts)
