"""What prompts share, from the disk into the slots at a start, and to the disk once it was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.llama.context import Context
from models.llama.prefixes import Prefix
from models.llama.slots import WORTH_A_COPY, Slots

Keep = Callable[[Prefix], object]


def _nowhere(_prefix: Prefix) -> None:
    """Keep nothing: what was read is forgotten with the process."""


class Beginnings:
    """Those of one engine. `keep` is called in its thread and must not hold it up."""

    def __init__(self, known: Sequence[Prefix] = (), keep: Keep = _nowhere) -> None:
        self._known = known
        self._keep = keep
        self._seen: set[tuple[int, ...]] = set()

    def restore(self, context: Context, slots: Slots) -> None:
        """Fill free slots with what is known, one each."""
        fitting = [one for one in self._known if len(one.tokens) < context.tokens]
        for slot, prefix in enumerate(fitting[: context.slots]):
            if context.restore(slot, prefix.state):
                slots.add(slot, prefix.tokens)
                self._seen.add(prefix.tokens)
        self._known = ()

    def read(self, context: Context, slot: int, tokens: tuple[int, ...]) -> None:
        """A slot holds exactly these tokens now."""
        if len(tokens) < WORTH_A_COPY or tokens in self._seen:
            return
        self._seen.add(tokens)
        self._keep(Prefix(tokens, context.state(slot)))
