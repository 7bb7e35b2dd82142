"""A house computes a passage once, keeps no question, and forgets what it no longer holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from demo import employee
from passages import WordsEmbedder

from models.errors import WritingRevokedError
from models.ports import Language
from server.lazy import Lazy
from server.outcomes import Mode
from server.settings import load
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("badge", "cantine"):
        text = f"# {name}\n\nLe service {name} ouvre à huit heures."
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


class Home:
    """A state folder whose house may be opened again, and the model behind it."""

    def __init__(self, path: Path, parts: Parts) -> None:
        self.path = path
        self.model = WordsEmbedder()
        self._parts = replace(parts, embedder=Lazy(lambda: self.model))

    @contextmanager
    def opened(self) -> Iterator[Vigie]:
        with open_vigie(load(self.path, generator="extractive"), self._parts) as house:
            yield house

    def read_by(self, act: Callable[[Vigie], object]) -> int:
        """How many texts the model reads while this is done in a house opened for it."""
        before = self.model.read
        with self.opened() as house:
            act(house)
        return self.model.read - before

    def vectors(self) -> int:
        with closing(sqlite3.connect(self.path / "vectors.db")) as file:
            (count,) = file.execute("SELECT COUNT(*) FROM vectors").fetchone()
        return int(count)


@pytest.fixture
def home(tmp_path: Path, parts: Parts) -> Home:
    return Home(tmp_path / "home", parts)


def ingest(folder: Path, name: str = "notes") -> Callable[[Vigie], object]:
    return lambda house: house.library.ingest(folder, name, house.operator, lambda _n, _of: None)


def test_the_same_files_elsewhere_cost_nothing(home: Home, notes: Path) -> None:
    first = home.read_by(ingest(notes))

    elsewhere = home.read_by(ingest(notes, "copie"))

    assert (first, elsewhere) == (2, 0)


def test_a_renamed_file_costs_nothing(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))
    (notes / "badge.md").rename(notes / "accès.md")

    assert home.read_by(ingest(notes)) == 0


def test_a_rebuild_reads_nothing_but_its_trial(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))

    assert home.read_by(lambda house: house.rebuild_index()) == 1


def test_a_question_leaves_no_vector(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))
    before = home.vectors()

    asked = home.read_by(
        lambda house: house.searching.search("Je suis malade", employee(house), Language.FRENCH, 5)
    )

    assert asked == 1
    assert home.vectors() == before == 2


def test_a_file_that_is_gone_leaves_no_vector(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))
    (notes / "badge.md").unlink()

    home.read_by(ingest(notes))

    assert home.vectors() == 1


def test_a_withdrawn_collection_leaves_no_vector(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))

    home.read_by(lambda house: house.library.remove("notes", house.operator))

    assert home.vectors() == 0


def test_with_the_ai_off_even_known_passages_are_not_indexed(home: Home, notes: Path) -> None:
    home.read_by(ingest(notes))

    with home.opened() as house:
        house.switch.tighten(Mode.OFF, "essai", "garde")

        with pytest.raises(WritingRevokedError):
            ingest(notes, "copie")(house)
