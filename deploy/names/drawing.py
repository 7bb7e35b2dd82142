"""Names drawn from the official lists, in the forms that people write them in."""

from __future__ import annotations

import csv
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from names.templates import TRAPS


@dataclass(frozen=True, slots=True)
class Borne:
    """Names, and how many people bear them."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    cumulated: tuple[int, ...]

    @classmethod
    def of(cls, counted: Iterable[tuple[str, int]]) -> Borne:
        names, counts = zip(*counted, strict=True)
        return cls(names, counts, tuple(accumulate(counts)))

    def items(self) -> Iterator[tuple[str, int]]:
        return zip(self.names, self.counts, strict=True)

    def only(self, wanted: Callable[[str], bool]) -> Borne:
        return Borne.of((name, n) for name, n in self.items() if wanted(name))


@dataclass(frozen=True, slots=True)
class Lists:
    """Given names and surnames with how many people bear them, and communes."""

    given: Borne
    surnames: Borne
    communes: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path) -> Lists:
        return cls(
            _counted(folder / "prenoms.csv", "prenom"),
            _counted(folder / "noms.csv", "nom"),
            tuple((folder / "communes.txt").read_text(encoding="utf-8").split("\n")),
        )

    def only(self, wanted: Callable[[str], bool]) -> Lists:
        """One name in five is for measuring alone: no lesson contains it."""
        return Lists(self.given.only(wanted), self.surnames.only(wanted), self.communes)


def apart(name: str) -> bool:
    return zlib.crc32(name.casefold().encode()) % 5 == 0


def _counted(file: Path, column: str) -> Borne:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return Borne.of((row[column], int(row["count"])) for row in rows if row[column])


@dataclass(frozen=True, slots=True)
class Drawer:
    """Half of the names as often as people bear them, half each as often as another."""

    lists: Lists
    chance: random.Random

    def __call__(self, kind: str, said: str) -> str:
        """Something for a slot, in the case of what it said."""
        if kind in TRAPS:
            return self.chance.choice(TRAPS[kind])
        if kind == "VILLE":
            return self.chance.choice(self.lists.communes)
        if kind == "PERSON":
            return self.person()
        if kind not in ("NOM", "PRENOM"):
            return said
        name = self.last() if kind == "NOM" else self.first()
        if said.endswith("."):
            return f"{name[0]}."
        return name.upper() if said.isupper() else name

    def first(self) -> str:
        name = written(self._one(self.lists.given))
        if "-" not in name and self.chance.random() < 0.06:
            return f"{name}-{written(self._one(self.lists.given))}"
        return name

    def last(self) -> str:
        name = self._one(self.lists.surnames)
        form = self.chance.random()
        if form < 0.05:
            name = f"{name}-{self._one(self.lists.surnames)}"
        elif form < 0.09:
            return f"{self.chance.choice(_PARTICLES)} {written(name)}"
        return name if self.chance.random() < 0.25 else written(name)

    def person(self) -> str:
        form = self.chance.choices(list(_FORMS), list(_FORMS.values()))[0]
        title, letter = self.chance.choice(TRAPS["CIV"]), self.chance.choice("ABCDEGJLMPRST")
        first, last = self.first(), self.last()
        return form.format(
            first=first, last=last, LAST=last.upper(), title=title, initial=first[0], letter=letter
        )

    def _one(self, names: Borne) -> str:
        if self.chance.random() < 0.5:
            return self.chance.choice(names.names)
        return self.chance.choices(names.names, cum_weights=names.cumulated)[0]


_PARTICLES = ("de", "de", "de La", "du", "van", "von", "Ben", "El")
_FORMS = {
    "{first} {last}": 55,
    "{first} {LAST}": 10,
    "{LAST} {first}": 7,
    "{initial}. {last}": 6,
    "{title} {last}": 4,
    "{title} {first} {last}": 4,
    "{last} {first}": 3,
    "{first} {letter}. {last}": 2,
    "{first}": 5,
    "{last}": 4,
}


def written(name: str) -> str:
    """A name of the lists, which are in capitals, as people write it."""
    return "-".join(
        " ".join(word.capitalize() for word in part.split(" ")) for part in name.split("-")
    )
