"""The texts that the model learns from, and those it is measured on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from names import corpora
from names.corpora import Draw, Text
from names.drawing import Drawer, Lists
from names.templates import (
    BEGINS,
    ENDS,
    ENGLISH,
    ENGLISH_BEGINS,
    ENGLISH_ENDS,
    FRENCH,
    NOBODY,
)

_TIMES = 40  # how often each template of our own is filled
_SENTENCES = 9_000  # begun and ended at random, in each language
_OF_NOBODY = 0.25
_SHOUTED = 0.04
_SMALL_WORD = re.compile(r"(?<![\w'’-])[a-zà-ÿ]{3,}(?![\w'’-])")


def lessons(data: Path, lists: Lists, seed: int, *, held_apart: bool) -> Iterator[Text]:
    """Half of what is for learning, or what is for measuring, of every set."""
    chance = random.Random(seed)
    draw = Drawer(lists, chance)
    sets = [one for one in corpora.everything(data) if one.held_apart == held_apart]
    yield from sets
    if not held_apart:
        yield from (shouted(one, chance) for one in sets)
    notes = corpora.hospital(data / "pii" / "eds-pseudo-templates.fr.txt", draw)
    yield from (one for one in notes if one.held_apart == held_apart)
    for of, templates in (("ours-fr", FRENCH), ("ours-en", ENGLISH)):
        for number, line in enumerate(templates.strip().split("\n")):
            for _ in range(_TIMES):
                one = corpora.filled(f"{of}-{number}", line.replace("\\n", "\n"), draw)
                if one.held_apart == held_apart:
                    yield one
    for of, begins, ends in (
        ("ours-fr", BEGINS, ENDS),
        ("ours-en", ENGLISH_BEGINS, ENGLISH_ENDS),
    ):
        if not held_apart:
            yield from (_sentence(of, chance, begins, ends, draw) for _ in range(_SENTENCES))


def _sentence(
    of: str, chance: random.Random, begins: Sequence[str], ends: Sequence[str], draw: Draw
) -> Text:
    nobody = chance.random() < _OF_NOBODY
    subject = chance.choice(NOBODY) if nobody else "[](PERSON)"
    line = f"{chance.choice(begins)}{subject}{chance.choice(ends)}"
    return corpora.filled(f"{of}-sentence", line, draw)


def shouted(one: Text, chance: random.Random) -> Text:
    """The text with some ordinary words in capitals, as headings and titles have them."""
    text, left, loud = list(one.text), 0, False
    for word in _SMALL_WORD.finditer(one.text):
        if not left and chance.random() < _SHOUTED:
            left, loud = chance.randint(1, 4), chance.random() < 0.3
        if left:
            left -= 1
            written = word.group()
            text[word.start() : word.end()] = written.upper() if loud else written.capitalize()
    return Text(f"{one.set}-shouted", f"{one.id}-shouted", "".join(text), one.names)
