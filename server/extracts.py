"""Extracts: what is shown of a long passage, around the sentences that answer best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.quoting import Highlights

LEAD = 80
"""Characters shown before the first marked sentence, for what it says to be understood."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an extract; `marked` where it answers best."""

    text: str
    marked: bool


def extract(text: str, highlights: Highlights, size: int) -> list[Part]:
    """About `size` characters of the text, cut between words, with "…" where it was cut."""
    start, end = _window(text, highlights, size)
    parts = [Part(part, marked) for part, marked in _parts(text, highlights, start, end)]
    before = [Part("… ", marked=False)] if start > 0 else []
    after = [Part(" …", marked=False)] if end < len(text) else []
    return before + parts + after


def _window(text: str, highlights: Highlights, size: int) -> tuple[int, int]:
    """Where the extract begins and ends: at the text's ends, or between two words."""
    if len(text) <= size:
        return 0, len(text)
    first = highlights[0][0] if highlights else 0
    start = max(min(first - LEAD, len(text) - size), 0)
    start = text.rfind(" ", 0, start) + 1 if start > 0 else 0
    end = text.rfind(" ", start, start + size) if start + size < len(text) else len(text)
    return start, end if end > start else min(start + size, len(text))


def _parts(text: str, highlights: Highlights, start: int, end: int) -> Iterator[tuple[str, bool]]:
    place = start
    for highlight in highlights:
        begin, stop = (min(max(one, place), end) for one in highlight)
        if begin > place:
            yield text[place:begin], False
        if stop > begin:
            yield text[begin:stop], True
        place = max(place, stop)
    if place < end:
        yield text[place:end], False
