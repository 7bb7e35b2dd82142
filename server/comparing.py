"""Comparing: documents of a collection that say nearly the same, for owners and for search."""

from __future__ import annotations

from ingest.likeness import Likeness, alike, signature
from server.store.likenesses import Likenesses


def compare(likenesses: Likenesses, collection: str) -> list[Likeness]:
    """Compare a collection's documents anew; a text is read once a version."""
    while unsigned := likenesses.unsigned(collection):
        signed = {id_: (version, signature(text)) for id_, (version, text) in unsigned.items()}
        likenesses.sign(collection, signed)
    found = alike(likenesses.sketches(collection))
    likenesses.replace(collection, found)
    return found
