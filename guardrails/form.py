"""Whether a question is a question at all, before anything reads it."""

from __future__ import annotations

import unicodedata

from guardrails.text import Shadow

LONGEST_QUESTION = 4_000  # characters
_ALLOWED_CONTROLS = frozenset("\t\n\r")


def faults(text: str) -> tuple[str, ...]:
    """Facts against the form of a question; none if it may be read on."""
    if len(text) > LONGEST_QUESTION:
        return ("form.too_long",)
    if any(map(_is_binary, text)):
        return ("form.binary",)
    return () if Shadow(text).text.strip() else ("form.empty",)


def _is_binary(character: str) -> bool:
    """Control characters, halves of surrogate pairs, and the mark of failed decoding."""
    if character in _ALLOWED_CONTROLS:
        return False
    return unicodedata.category(character) in {"Cc", "Cs"} or character == "\ufffd"
