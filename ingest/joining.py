"""Joining: neighbouring passages of one document become the one that they were before cutting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from ingest.chunking import SIZE, shared_section
from ingest.documents import Chunk
from ingest.index import Audience, Hit

LONGEST = 3 * SIZE
"""Characters of what is joined, at most: a passage is read whole, a chapter is not."""

_GAP = 40  # characters between two neighbours, at most: blanks are all that cutting leaves out


class Stretches(Protocol):
    """Where the text between two passages is."""

    def stretch(self, passage: Chunk, reach: range, audience: Audience) -> str | None:
        """These characters of the passage's document, in the passage's own version.

        None where this audience may not read it, or where it holds another version by now.
        """
        ...


def joined(hits: Iterable[Hit], texts: Stretches, audience: Audience, limit: int) -> list[Hit]:
    """The first `limit` passages, best first, each with its neighbours among what was found.

    A joined passage keeps the name, the score and the place of its best piece; its text is its
    document's, from the first character of its pieces to the last.
    """
    passages: list[Hit] = []
    for hit in hits:
        whole, others = _with_neighbours(hit, passages, texts, audience)
        if len(others) == limit:
            break
        passages = [*others[: whole[0]], whole[1], *others[whole[0] :]]
    return passages


def within(hits: Sequence[Hit], room: int) -> list[Hit]:
    """As many of the first passages as `room` characters hold; one at least."""
    kept: list[Hit] = []
    for hit in hits:
        room -= len(hit.chunk.text)
        if kept and room < 0:
            break
        kept.append(hit)
    return kept


def _with_neighbours(
    hit: Hit, passages: Sequence[Hit], texts: Stretches, audience: Audience
) -> tuple[tuple[int, Hit], list[Hit]]:
    """Where the hit stands with its neighbours joined to it, and the passages beside it."""
    place, others = len(passages), list[Hit]()
    for passage in passages:
        whole = _whole(passage, hit, texts, audience)
        if whole is None:
            others.append(passage)
            continue
        place, hit = min(place, len(others)), whole
    return (min(place, len(others)), hit), others


def _whole(better: Hit, worse: Hit, texts: Stretches, audience: Audience) -> Hit | None:
    """Both as one; None when they are not neighbours, or too long together."""
    first, last = sorted((better.chunk, worse.chunk), key=lambda chunk: (chunk.start, -chunk.end))
    reach = range(first.start, max(first.end, last.end))
    if not _same_text(first, last) or last.start > first.end + _GAP or len(reach) > LONGEST:
        return None
    text = texts.stretch(first, reach, audience)
    if text is None or not _made_of(text, first, last):
        return None
    best = better if better.score >= worse.score else worse
    end = last if last.end >= first.end else first
    last_page = end.last_page or end.page
    chunk = replace(
        best.chunk,
        section=shared_section(first.section, last.section),
        text=text,
        start=reach.start,
        end=reach.stop,
        page=first.page,
        last_page=last_page if last_page != first.page else None,
    )
    return replace(best, chunk=chunk)


def _same_text(one: Chunk, other: Chunk) -> bool:
    return (one.collection, one.document, one.version) == (
        other.collection,
        other.document,
        other.version,
    )


def _made_of(text: str, first: Chunk, last: Chunk) -> bool:
    """Whether the text is these two passages where they say they are, and blanks between them."""
    offset = last.start - first.start
    between = text[first.end - first.start : offset]
    return (
        text.startswith(first.text) and text.startswith(last.text, offset) and not between.strip()
    )
