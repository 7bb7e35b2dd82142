"""Control tokens and turns of a dialogue: signs by which a text passes for the model's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKENS = re.compile(
    r"<\|[a-z_/ ]{2,24}\|>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|instructions?|human)>"
    r"|\[/?(?:system|assistant|admin|developer)\]|<[a-z ]{0,20} mode>|<start_of_turn>|<end_of_turn>"
    r"|^[ #*=-]{0,6}(?:system|systeme|instructions?|assistant|admin) ?"
    r"(?:prompt|message|note|override)? ?[:#*=-]{1,6} ?$"
    r"|^ {0,3}#{2,6} ?(?:system|instructions?|assistant) ?(?:prompt)? ?:",
    re.MULTILINE,
)
"""As they stand in a folded shadow."""

_LABEL = re.compile(
    r"\b(?:(?P<asks>q|question|frage|user|human|utilisateur|eingabe|input)"
    r"|(?P<tells>context|contexte|kontext|sources?)"
    r"|(?:a|r|answer|assistant|ai|ia|reponse|antwort|ausgabe|output)) ?[:{]"
)
_MADE_UP = re.compile("qaq|cq")  # a dialogue that never took place, a source that nobody has
_FLOOD = re.compile(r"(?<!\S)([^\s.|_-]{3,30})(?:[ ,]{1,2}\1(?!\S)){9,2000}")


def turns(folded: str) -> Iterator[tuple[int, int]]:
    """What only looks like the turns of a dialogue, or like the source before a question."""
    labels = list(_LABEL.finditer(folded))
    said = "".join("q" if one["asks"] else "c" if one["tells"] else "a" for one in labels)
    for turn in _MADE_UP.finditer(said):
        yield labels[turn.start()].start(), labels[turn.end() - 1].end()


def floods(folded: str) -> Iterator[tuple[int, int]]:
    """One word over and over."""
    for match in _FLOOD.finditer(folded):
        yield match.span()
