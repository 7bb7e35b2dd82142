"""The chat template of a model, rendered once into what stands around our texts.

A template is a Jinja programme out of the model's file: it runs in a sandbox, once, on two
markers. Texts are put between its parts afterwards, as tokens, so that nothing inside a
document can ever be read as one of the model's control tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

_SYSTEM, _USER = "⟦vigie-system⟧", "⟦vigie-user⟧"


@dataclass(frozen=True, slots=True)
class Frame:
    """A chat prompt is head + system + middle + user + tail."""

    head: str
    middle: str
    tail: str


PLAIN = Frame(head="", middle="\n\n", tail="\n\nRéponse / Answer:\n")
"""For a model that brings no template, or one that cannot be used: three paragraphs."""


def frame_of(template: str | None, bos: str, eos: str) -> Frame:
    """The frame of a model's template; models without a system role read it with the question."""
    if not template:
        return PLAIN
    apart = [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": _USER},
    ]
    together = [{"role": "user", "content": f"{_SYSTEM}\n\n{_USER}"}]
    for messages in (apart, together):
        frame = _cut(_rendered(template, messages, bos, eos))
        if frame is not None:
            return frame
    return PLAIN


def _rendered(template: str, messages: list[dict[str, str]], bos: str, eos: str) -> str:
    """The prompt, or nothing at all where the template fails."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    try:
        return environment.from_string(template).render(
            messages=messages, bos_token=bos, eos_token=eos, add_generation_prompt=True
        )
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
        return ""  # a foreign programme may fail in any of these ways


def _cut(prompt: str) -> Frame | None:
    if prompt.count(_SYSTEM) != 1 or prompt.count(_USER) != 1:
        return None
    head, rest = prompt.split(_SYSTEM)
    if _USER not in rest:
        return None
    middle, tail = rest.split(_USER)
    return Frame(head, middle, tail)
