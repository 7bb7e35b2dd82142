"""Which embedder an index belongs to, kept with it: vectors of two models never mix."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from ingest.errors import IndexMismatchError
from models.ports import ModelIdentity

FORMAT = 3
"""Changes whenever an index is laid out, or its texts are indexed, in another way."""


class Identity(BaseModel):
    """The digest is that of the weights: how long the vectors are follows from it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: int
    embedder: str
    digest: str

    @classmethod
    def of(cls, embedder: ModelIdentity) -> Identity:
        return cls(format=FORMAT, embedder=embedder.name, digest=embedder.digest)

    def is_of(self, embedder: ModelIdentity) -> bool:
        """Whether these weights read the vectors."""
        return self.digest == embedder.digest

    def check_format(self, place: str) -> None:
        """Raises IndexMismatchError where another version of Vigie laid the index out."""
        if self.format != FORMAT:
            raise IndexMismatchError(
                f"The index in {place} has format {self.format}, not {FORMAT}. "
                "`vigie index rebuild` builds it anew."
            )
