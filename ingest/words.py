"""Which words of a text are looked for: what French leaves out before a vowel is no word."""

from __future__ import annotations

import re

from ingest.documents import Chunk

_ELISION = re.compile(
    r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=\w)", re.IGNORECASE
)


def without_elisions(text: str) -> str:
    """ "l'employé d’aujourd'hui" is found by "employé" and "aujourd'hui", in any language."""
    return _ELISION.sub(" ", text)


def indexed_text(chunk: Chunk) -> str:
    """What a passage is found by: the words of its title, its section and itself."""
    return without_elisions("\n".join((chunk.title, chunk.section, chunk.text)))
