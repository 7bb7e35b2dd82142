"""Reranking: the best of what was found, read again beside the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.identifiers import identifiers
from ingest.index import Hit
from ingest.words import embedded_text
from models.errors import WritingRevokedError
from models.ports import Reranker

READ_AGAIN = 20
"""How many of the best are read again: each costs what a short text costs to embed, or more."""


def reranked(reranker: Reranker, question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The first READ_AGAIN in the reranker's order, then the others; with the AI off, as they were.

    The scores stay where they stand, and passages move: what a score is worth beside another, and
    how near a passage is, are the index's to say. Where an identifier is asked for, nothing moves:
    the passages that hold it are first, and a model does not know one code from the next.
    """
    if identifiers(question):
        return list(hits)
    first, rest = hits[:READ_AGAIN], hits[READ_AGAIN:]
    try:
        scores = reranker.scores(question, [embedded_text(hit.chunk) for hit in first])
    except WritingRevokedError:
        return list(hits)
    order = sorted(range(len(first)), key=lambda n: (-scores[n], n))
    moved = [replace(first[n], score=hit.score) for n, hit in zip(order, first, strict=True)]
    return [*moved, *rest]
