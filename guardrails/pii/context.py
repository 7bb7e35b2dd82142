"""What stands before a number in its own sentence, which may say what the number is."""

from __future__ import annotations

import re

_EARLIER = re.compile(r".*(?:\n|[.!?;] )", re.DOTALL)
REACH = 32  # characters


def before(folded: str, position: int) -> str:
    """The characters before a position, never of an earlier line or sentence."""
    window = folded[max(0, position - REACH) : position]
    earlier = _EARLIER.match(window)
    return window[earlier.end() :] if earlier else window
