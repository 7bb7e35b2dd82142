"""The chat template of a model, rendered once into what stands around our texts.

A template is a Jinja programme out of the model's file: it runs in a sandbox, once, on two
markers. Texts are put between its parts afterwards, as tokens, so that nothing inside a
document can ever be read as one of the model's control tokens. The date that a template may
ask for is therefore that of the day it was rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]

_LONGEST = 200_000  # characters; a template writes a few thousand at most
_SYSTEM, _USER = "⟦vigie-system⟧", "⟦vigie-user⟧"


@dataclass(frozen=True, slots=True)
class Frame:
    """A chat prompt is head + system + middle + user + tail."""

    head: str
    middle: str
    tail: str


PLAIN = Frame(head="", middle="\n\n", tail="\n\nRéponse / Answer:\n")
"""For a model that brings no template, or one that cannot be used: three paragraphs."""


_FAILURES = (  # a foreign programme may fail in any of these ways
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,  # too many loops one in the other
    TypeError,
    ValueError,
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def frame_of(template: str | None, bos: str, eos: str, clock: Clock) -> Frame:
    """The frame of a model's template, PLAIN itself where it cannot be used.

    Models without a system role read the charter with the question.
    """
    if not template:
        return PLAIN
    apart = [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": _USER},
    ]
    together = [{"role": "user", "content": f"{_SYSTEM}\n\n{_USER}"}]
    for messages in (apart, together):
        frame = _cut(_rendered(template, messages, bos, eos, clock))
        if frame is not None:
            return frame
    return PLAIN


def _rendered(
    template: str, messages: list[dict[str, str]], bos: str, eos: str, clock: Clock
) -> str:
    """The prompt, or nothing at all where the template fails.

    Templates are given what Hugging Face's `apply_chat_template` gives them.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    def strftime_now(form: str) -> str:
        return clock().astimezone(UTC).strftime(form)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals.update(raise_exception=refuse, strftime_now=strftime_now)
    try:
        return _joined(
            environment.from_string(template).generate(
                messages=messages, bos_token=bos, eos_token=eos, add_generation_prompt=True
            )
        )
    except (TemplateError, *_FAILURES):
        return ""


def _joined(pieces: Iterable[str]) -> str:
    """The pieces together. Raises ValueError as soon as they are too long for any prompt."""
    joined, left = [], _LONGEST
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise ValueError("the template writes without end")
        joined.append(piece)
    return "".join(joined)


def _cut(prompt: str) -> Frame | None:
    if prompt.count(_SYSTEM) != 1 or prompt.count(_USER) != 1:
        return None
    head, rest = prompt.split(_SYSTEM)
    if _USER not in rest:
        return None
    middle, tail = rest.split(_USER)
    return Frame(head, middle, tail)
