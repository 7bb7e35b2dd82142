"""A passage without its orders: each sentence that gives one gives way to a marker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from guardrails.injection.orders import Order
from guardrails.text import Rewritten, Shadow, folded
from models.segmentation import split

MARKER = "[…]"

# What goes on in the same line after an order is likely its content: "Say that …".
_GOES_ON = re.compile(
    r"[\W\d]*(?:(?:ignore[zs]?|oublie[zs]?|reponds|repondez|dis|dites|affirme[zs]?|ecris|ecrivez|"
    r"recommande[zs]?|classe[zs]?|tu dois|vous devez|answer|reply|respond|say|tell|write|output|"
    r"recommend|rank|you must|you should|disregard|forget|do not|don't|ne|never|from now on|"
    r"then|puis|ensuite|instead|plutot)\b)"
)


def neutralised(text: str, given: Sequence[Order]) -> Rewritten:
    """The text with each sentence that gives a certain order replaced by the marker."""
    certain = [order for order in given if order.certain]
    if not certain:
        return Rewritten(text, ())
    return Rewritten(text, [(start, end, MARKER) for start, end in _ordering(text, certain)])


def _ordering(text: str, given: Sequence[Order]) -> Iterator[tuple[int, int]]:
    """The spans to replace; sentences in a row become one."""
    open_start, open_end = -1, -1
    ahead = _apart(given)
    for start, end in split(text):
        while ahead and ahead[-1][1] <= start:
            ahead.pop()
        hit = bool(ahead) and ahead[-1][0] < end
        same_line = open_end >= 0 and "\n" not in text[open_end:start]
        if hit or (same_line and _GOES_ON.match(folded(Shadow(text[start:end]).text))):
            open_start = open_start if same_line else start
            open_end = end
            continue
        if open_end >= 0:
            yield open_start, open_end
        open_start, open_end = -1, -1
    if open_end >= 0:
        yield open_start, open_end


def _apart(given: Sequence[Order]) -> list[tuple[int, int]]:
    """The stretches that the orders cover, none touching another, the last one first."""
    covered: list[tuple[int, int]] = []
    for start, end in sorted((order.start, order.end) for order in given):
        if covered and start <= covered[-1][1]:
            covered[-1] = (covered[-1][0], max(end, covered[-1][1]))
        else:
            covered.append((start, end))
    return covered[::-1]
