"""Identifiers that follow a form: one pass over the shadow of a text, each checked by its rule."""

from __future__ import annotations

from collections.abc import Iterator

from guardrails.pii import (
    births,
    emails,
    machines,
    mentions,
    numbers,
    papers,
    places,
    unfinished,
)
from guardrails.pii.context import WORD
from guardrails.pii.ports import Detector, Words
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_WORDS: Words = {**places.WORDS, **papers.WORDS, **births.WORDS, **mentions.WORDS}


class Structured(Detector):
    """Every kind of `Kind`, in French and English: an identifier has no language."""

    def find(self, shadow: Shadow) -> Iterator[Finding]:
        low = shadow.low
        for word in WORD.finditer(low):
            if look := _WORDS.get(word.group()):
                yield from look(shadow, word)
        yield from emails.find(shadow)
        yield from papers.find(shadow)
        if any(one in low for one in "0123456789"):
            yield from numbers.find(shadow)
            yield from places.find(shadow)
            yield from machines.find(shadow)
        elif "::" in low:
            yield from machines.find(shadow)

    def open_from(self, shadow: Shadow) -> int:
        return unfinished.open_from(shadow)
