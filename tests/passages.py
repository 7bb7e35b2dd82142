"""Small documents for tests, and an embedder that knows words only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import numpy as np

from ingest import chunking
from ingest.documents import Block, BlockKind, Document, EmbeddedChunks, Reading
from ingest.words import embedded_text
from models.ports import Embedder, Language, Matrix, ModelIdentity

DIMENSIONS = 64


class WordsEmbedder(Embedder):
    """Texts with the same words are near; counts the texts it was given."""

    def __init__(self, name: str = "words") -> None:
        self._name = name
        self.read = 0

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(self._name, hashlib.sha256(self._name.encode()).hexdigest())

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.read += len(texts)
        rows = np.array([self._row(text) for text in texts], dtype=np.float32)
        return rows.reshape(len(texts), DIMENSIONS)

    @staticmethod
    def _row(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        row = np.full(DIMENSIONS, 0.01, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            row[hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1.0
        return row / np.linalg.norm(row)


def document(
    id_: str,
    *paragraphs: str,
    readers: Iterable[str] = ("everyone",),
    collection: str = "rh",
    language: Language = Language.FRENCH,
) -> Document:
    """A document of paragraphs, entitled as its id."""
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    text, spans = chunking.document_text(Reading(id_, blocks))
    return Document(
        collection=collection,
        id=id_,
        title=id_,
        text=text,
        language=language,
        readers=frozenset(readers),
        version=hashlib.sha256(text.encode()).hexdigest(),
        spans=spans,
    )


def embedded(of: Document, embedder: Embedder | None = None) -> EmbeddedChunks:
    cut = chunking.chunks(of)
    vectors = (reader := embedder or WordsEmbedder()).embed([embedded_text(one) for one in cut])
    return EmbeddedChunks(cut, vectors, reader.identity.digest)
