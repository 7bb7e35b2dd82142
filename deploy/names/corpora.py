"""Texts whose persons' names are marked, read from sets whose licences allow to train on them."""

from __future__ import annotations

import csv
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Span = tuple[int, int]
Draw = Callable[[str, str], str]
"""Something for a slot of this kind that said this."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the characters [start, end) of each person's name in it."""

    set: str
    id: str
    text: str
    names: tuple[Span, ...]

    @property
    def held_apart(self) -> bool:
        """One document in five is for measuring alone."""
        return zlib.crc32(self.id.encode()) % 5 == 0


def everything(data: Path) -> Iterator[Text]:
    """Every set of the folder, but the templates, which need names first."""
    folder = data / "pii"
    yield from europeana(folder / "europeana.fr.bio")
    yield from newseye(folder / "newseye-dev.fr.tsv")
    yield from newseye(folder / "newseye-dev2.fr.tsv")
    yield from inline(folder / "inline-names.fr.csv")
    yield from presidio_research(folder / "presidio-research-synth-v2.en.json")


_BLOCK = 1_500  # tokens that are taken for one document, where the set has no documents


def europeana(file: Path) -> Iterator[Text]:
    """Old newspapers with the errors of their recognition; CC0."""
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    words = [(row[0], row[-1] == "I-PER", "") for row in rows if len(row) == 2]
    for start in range(0, len(words), _BLOCK):
        yield _joined("europeana", f"europeana-{start}", words[start : start + _BLOCK])


def newseye(file: Path) -> Iterator[Text]:
    """Old newspapers, corrected; CC BY 4.0."""
    words: list[tuple[str, bool, str]] = []
    name = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# hipe2022:document_id"):
            if words:
                yield _joined("newseye", name, words)
            name, words = line.partition("= ")[2], []
        elif line and not line.startswith(("#", "TOKEN")):
            row = line.split("\t")
            words.append((row[0], row[1].endswith("PER"), row[-1]))
    yield _joined("newseye", name, words)


_TIGHT_BEFORE, _TIGHT_BEHIND = re.compile(r"[,.)\]»…]"), re.compile(r".*['’(\[«]")


def _joined(of: str, name: str, words: Iterable[tuple[str, bool, str]]) -> Text:
    """Words with a space between them where the set says or the page had one."""
    text, names, last, glued, cut = "", list[Span](), False, True, False
    for word, named, said in words:
        written = word.removesuffix("¬")
        if glued and text[-1:].isalpha() and written[:1].isalpha() and not cut:
            glued = False  # the set forgets most ends of lines
        if not glued and not (of == "europeana" and _TIGHT_BEFORE.fullmatch(word)):
            text += " "
        start = len(text)
        text += written
        if named and last and names:
            names[-1] = (names[-1][0], len(text))
        elif named:
            names.append((start, len(text)))
        last = named
        cut = word.endswith("¬")
        tight = of == "europeana" and _TIGHT_BEHIND.fullmatch(word) is not None
        glued = ("NoSpaceAfter" in said and (cut or "EndOfLine" not in said)) or tight
    return Text(of, name, text, tuple(names))


_MARKED = re.compile(r"([\w'’.-]+)<(?:first|last)_name>")


def inline(file: Path) -> Iterator[Text]:
    """French prose that a model wrote, with first and last names marked; MIT."""
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            one = _unmarked(f"inline-{number}", row["text"])
            yield Text("inline", one.id, one.text, _everywhere(one))


def _everywhere(one: Text) -> tuple[Span, ...]:
    """A name marked once is a name each time: the set forgets many, of the same person."""
    words = {
        word
        for start, end in one.names
        for word in re.split(r"[ '’]", one.text[start:end])
        if word[:1].isupper() and len(word) > 2
    }
    if not words:
        return one.names
    again = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b")
    return tuple(sorted({*one.names, *(found.span() for found in again.finditer(one.text))}))


def _unmarked(name: str, marked: str) -> Text:
    text, names, position = "", list[Span](), 0
    for one in _MARKED.finditer(marked):
        text += marked[position : one.start()]
        start = len(text)
        text += one[1]
        if names and text[names[-1][1] : start] == " ":
            names[-1] = (names[-1][0], len(text))
        else:
            names.append((start, len(text)))
        position = one.end()
    return Text("inline", name, text + marked[position:], tuple(names))


def presidio_research(file: Path) -> Iterator[Text]:
    """English sentences made from templates, apart by template; MIT."""
    for row in json.loads(file.read_text(encoding="utf-8")):
        names = sorted(
            (span["start_position"], span["end_position"])
            for span in row["spans"]
            if span["entity_type"] == "PERSON"
        )
        yield Text("presidio", f"presidio-{row['template_id']}", row["full_text"], tuple(names))


_SLOT = re.compile(r"\[([^\]]*)\]\((\w+)\)")


def hospital(file: Path, draw: Draw) -> Iterator[Text]:
    """Notes of no real hospital, with each slot drawn again; EDS-Pseudo's templates, BSD-3."""
    lines = file.read_text(encoding="utf-8").split("\n\n")
    for number, line in enumerate(lines):
        if line.strip():
            yield filled(f"hospital-{number}", line.strip(), draw)


def filled(name: str, line: str, draw: Draw) -> Text:
    """A line with slots like `[Dupont](NOM)`."""
    text, names, position = "", list[Span](), 0
    for slot in _SLOT.finditer(line):
        text += line[position : slot.start()]
        start, position = len(text), slot.end()
        text += draw(slot[2], slot[1])
        if slot[2] in ("NOM", "PRENOM", "PERSON"):
            if names and text[names[-1][1] : start] in (" ", ""):
                names[-1] = (names[-1][0], len(text))
            else:
                names.append((start, len(text)))
    return Text(name.rpartition("-")[0], name, text + line[position:], tuple(names))
