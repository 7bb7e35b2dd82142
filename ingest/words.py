"""Which words stand for a passage when it is looked for, by words and by meaning."""

from __future__ import annotations

import re

from ingest.documents import Chunk
from ingest.identifiers import identifiers

_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=\w)", re.IGNORECASE)


def without_elisions(text: str) -> str:
    """The text without "l'", "d’", "qu'"…: "l'employé" is found by "employé" in any language."""
    return _ELISION.sub(" ", text)


def indexed_text(chunk: Chunk) -> str:
    """What a passage is found by: the words of its title, its section and itself."""
    return without_elisions(f"{chunk.title}\n{chunk.section}\n{chunk.text}")


def named_in(chunk: Chunk) -> frozenset[str]:
    """The identifiers by which a passage is found, those of its title and section among them."""
    return identifiers(f"{chunk.title}\n{chunk.section}\n{chunk.text}")


def embedded_text(chunk: Chunk) -> str:
    """What a passage means: its text under its title, without which a page says little."""
    return f"{chunk.title}\n{chunk.text}"
