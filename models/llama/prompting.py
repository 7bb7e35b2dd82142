"""From a prompt to tokens that fit: the last sources go first, the charter never."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from models.errors import ModelUnavailableError
from models.fencing import asked, fenced, opening
from models.llama.framing import Frame
from models.ports import Prompt, Source
from models.segmentation import split

_WORD = re.compile(r"\S{1,40}")  # what is longer has no spaces and may be cut anywhere


class Tokens(Protocol):
    """Reads a text as tokens."""

    def __call__(self, text: str, *, control: bool) -> list[int]:
        """`control` reads names of control tokens as such; never given for others' texts."""
        ...


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """What the model reads, and how many sources are in it, a shortened last one included.

    The first `shared` tokens are of the template and the charter alone.
    """

    tokens: tuple[int, ...]
    sources_read: int
    shared: int


@dataclass(frozen=True, slots=True)
class Fitter:
    """Builds prompts of at most `room` tokens. `first` are the tokens before everything."""

    frame: Frame
    tokens: Tokens
    first: tuple[int, ...]
    room: int

    def fit(self, prompt: Prompt) -> FittedPrompt:
        """Raises ModelUnavailableError when the charter and the question alone do not fit."""
        shared = [
            *self.first,
            *self.tokens(self.frame.head, control=True),
            *self.tokens(prompt.system, control=False),
            *self.tokens(self.frame.middle, control=True),
        ]
        before = [*shared, *self.tokens(opening(prompt), control=False)]
        after = [
            *self.tokens(asked(prompt), control=False),
            *self.tokens(self.frame.tail, control=True),
        ]
        left = self.room - len(before) - len(after)
        if left < 0:
            raise ModelUnavailableError(
                f"context_tokens is too small: the charter and the question take {-left} tokens "
                f"more than the {self.room} that answer_tokens leaves them."
            )
        blocks = list(self._fitting(prompt.sources, prompt.mark, left))
        tokens = (*before, *(t for block in blocks for t in block), *after)
        return FittedPrompt(tokens, len(blocks), len(shared))

    def _fitting(self, sources: tuple[Source, ...], mark: str, left: int) -> Iterator[list[int]]:
        for source in sources:
            block = self._block(source, mark)
            if len(block) > left:
                shortened = self._shortened(source, mark, left)
                if shortened is not None:
                    yield shortened
                return
            left -= len(block)
            yield block

    def _shortened(self, source: Source, mark: str, left: int) -> list[int] | None:
        """As many first sentences as fit, or words when not one does; None when nothing does."""

        def begun(end: int) -> list[int]:
            return self._block(replace(source, text=source.text[:end]), mark)

        sentences = [end for _, end in split(source.text)]
        words = [word.end() for word in _WORD.finditer(source.text)]
        for ends in (sentences, words):
            fitting = bisect_right(ends, left, key=lambda end: len(begun(end)))
            if fitting:
                return begun(ends[fitting - 1])
        return None

    def _block(self, source: Source, mark: str) -> list[int]:
        return self.tokens(fenced(source, mark), control=False)
