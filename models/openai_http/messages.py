"""From a prompt to the messages of a chat, which the server formats by the model's own template.

A server reads the names of control tokens wherever they stand in a text, so none may stand in
what others wrote: whatever looks like one is broken by a space, as `< |im_start|>`. How many
tokens a text makes is known there alone: it is estimated here from its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.errors import ModelUnavailableError
from models.fencing import asked, fenced, opening
from models.ports import Prompt, Source
from models.segmentation import split

# Every family of models writes its control tokens in one of these ways: <|im_start|>, </s>,
# <<SYS>>, <start_of_turn>, <｜User｜>, [INST], [/INST], [gMASK]. Masks as [PERSON_1] have a digit.
_CONTROL = re.compile(r"<(?=\S)|\[(?=/?[A-Za-z_]+\])")


@dataclass(frozen=True, slots=True)
class FittedMessages:
    """`sources_read` counts the sources that are in it, a shortened last one included."""

    system: str
    user: str
    sources_read: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How many tokens a text is taken to make, and how many there may be in all."""

    room: int
    bytes_per_token: float

    def of(self, text: str) -> int:
        return int(len(text.encode()) / self.bytes_per_token) + 1


def fit(prompt: Prompt, measure: Measure) -> FittedMessages:
    """The last sources go first, the charter never.

    Raises ModelUnavailableError when the charter and the question alone do not fit.
    """
    before, after = opening(prompt), harmless(asked(prompt))
    left = measure.room - sum(measure.of(text) for text in (prompt.system, before, after))
    if left < 0:
        raise ModelUnavailableError(
            f"context_tokens is too small: the charter and the question take about {-left} tokens "
            f"more than the {measure.room} that answer_tokens leaves them."
        )
    blocks = list(_fitting(prompt, left, measure))
    return FittedMessages(prompt.system, before + "".join(blocks) + after, len(blocks))


def harmless(text: str) -> str:
    """The text without anything that a server could read as a control token."""
    return _CONTROL.sub(lambda found: f"{found[0]} ", text)


def _fitting(prompt: Prompt, left: int, measure: Measure) -> Iterator[str]:
    for source in prompt.sources:
        block = _block(source, prompt.mark)
        if measure.of(block) > left:
            yield from _begun(source, prompt.mark, left, measure)
            return
        left -= measure.of(block)
        yield block


def _begun(source: Source, mark: str, left: int, measure: Measure) -> Iterator[str]:
    """As many first sentences as fit, where one does."""
    for _, end in reversed(split(source.text)):
        block = _block(replace(source, text=source.text[:end]), mark)
        if measure.of(block) <= left:
            yield block
            return


def _block(source: Source, mark: str) -> str:
    return fenced(replace(source, title=harmless(source.title), text=harmless(source.text)), mark)
