"""What stands before a number in its own sentence, which may say what the number is."""

from __future__ import annotations

import re

_EARLIER = re.compile(r".*(?:\n|[.!?;] )", re.DOTALL)
NEAR = 40  # characters


def before(low: str, position: int, reach: int = NEAR) -> str:
    """The characters before a position, never of an earlier line or sentence.

    A label that ends its line speaks of the next one: "NIR :" and a new line.
    """
    window = low[max(0, position - reach) : position].rstrip("\n ")
    earlier = _EARLIER.match(window)
    return window[earlier.end() :] if earlier else window


WORD = re.compile(r"[a-z]{2,}")
"""A word of a folded shadow; words that announce something are looked for among these."""
