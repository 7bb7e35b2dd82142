"""Which slots go through the model together, so that the pass over its weights is cheap.

llama.cpp takes only slots that follow each other in one pass, and multiplies their rows by fours:
three of them cost more than four. A token for a slot that is idle, then, can cost less than it
saves.
"""

from __future__ import annotations

from functools import lru_cache

_PASS, _ROW, _FOUR = 1, 4, 10  # what a pass, an odd row and four rows cost, as measured


@lru_cache(maxsize=256)
def companions(fed: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The idle slots, of `count` in all, that are fed along with these, given in order."""
    cheapest: list[tuple[int, tuple[range, ...]]] = [(0, ())]  # for the first n of them
    for end in range(1, len(fed) + 1):
        choices = []
        for start in range(end):
            cost, spans = cheapest[start]
            span = _span(fed, start, end, count)
            choices.append((cost + _cost(len(span)), (*spans, span)))
        cheapest.append(min(choices, key=lambda choice: choice[0]))
    together = {slot for span in cheapest[-1][1] for slot in span}
    return tuple(sorted(together - set(fed)))


def _span(fed: tuple[int, ...], start: int, end: int, count: int) -> range:
    """From one fed slot to another; a row short of fours takes an idle neighbour."""
    first, last = fed[start], fed[end - 1]
    if (last + 2 - first) % 4 == 0:
        if last + 1 < (fed[end] if end < len(fed) else count):
            last += 1
        elif first - 1 > (fed[start - 1] if start else -1):
            first -= 1
    return range(first, last + 1)


def _cost(rows: int) -> int:
    return _PASS + rows // 4 * _FOUR + rows % 4 * _ROW
