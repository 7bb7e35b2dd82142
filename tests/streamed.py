"""A text that comes to a redactor in pieces, as a model writes it."""

from __future__ import annotations

from random import Random

from guardrails.stream import StreamRedactor


def streamed(redactor: StreamRedactor, text: str, random: Random, longest: int = 9) -> str:
    """All that is let out of a text given in pieces of 1 to `longest` characters."""
    shown, position = "", 0
    while position < len(text):
        size = random.randint(1, longest)
        shown += redactor.feed(text[position : position + size])
        position += size
    return shown + redactor.close()
