"""A change of embedder: words alone until the rebuild, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from adapters import WatchedEmbedder
from passages import WordsEmbedder

from models.errors import WritingRevokedError
from models.ports import Embedder, Language
from server.lazy import Lazy
from server.outcomes import Mode
from server.settings import load
from server.wiring import Parts, Vigie, open_vigie

pytestmark = pytest.mark.slow


@contextmanager
def house_of(home: Path, embedder: Embedder, parts: Parts) -> Iterator[Vigie]:
    with open_vigie(
        load(home, generator="extractive"), replace(parts, embedder=Lazy(lambda: embedder))
    ) as house:
        yield house


@pytest.fixture
def home(tmp_path: Path, parts: Parts) -> Path:
    """A home whose one document was indexed by an embedder named old."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "badge.md").write_text("Le badge est rendu à l’accueil.", encoding="utf-8")
    with house_of(tmp_path / "home", WordsEmbedder("old"), parts) as house:
        house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
    return tmp_path / "home"


def found(house: Vigie, text: str) -> set[str]:
    hits = house.searching.search(text, house.operator, Language.FRENCH, 9)
    return {hit.chunk.document for hit in hits}


def test_until_the_rebuild_documents_are_found_by_words_and_it_is_said(
    home: Path, parts: Parts
) -> None:
    with house_of(home, WordsEmbedder("new"), parts) as house:
        house.check_parts()

        assert found(house, "rendre son badge") == {"badge.md"}
        assert found(house, "autre chose") == set()
        (remark,) = house.remarks()
        assert "vectors of old" in remark
        assert "vigie index rebuild" in remark

        assert house.rebuild_index() == (1, 1)
        assert found(house, "autre chose") == {"badge.md"}
        assert list(house.remarks()) == []


def test_another_embedder_takes_its_place_with_the_index_it_filled(
    home: Path, parts: Parts, tmp_path: Path
) -> None:
    new = WatchedEmbedder(WordsEmbedder("new"))
    with house_of(home, WordsEmbedder("old"), parts) as house:
        assert house.rebuild_index(new) == (1, 1)
        read = new.read

        assert found(house, "autre chose") == {"badge.md"}
        assert new.read == read + 1
        assert list(house.remarks()) == []
        notes = tmp_path / "notes"
        again = house.library.ingest(notes, "notes", house.operator, lambda _done, _of: None)
        assert again.unchanged == 1


def test_another_embedder_stays_behind_the_switch(home: Path, parts: Parts) -> None:
    new = WatchedEmbedder(WordsEmbedder("new"))
    with house_of(home, WordsEmbedder("old"), parts) as house:
        house.rebuild_index(new)
        read = new.read
        house.switch.tighten(Mode.OFF, "essai", "garde")

        with pytest.raises(WritingRevokedError):
            house.rebuild_index(new)
        assert found(house, "rendre son badge") == {"badge.md"}
        assert new.read == read


def test_an_index_that_was_lost_is_said_and_built_anew(home: Path, parts: Parts) -> None:
    (home / "index" / "identity.json").unlink()
    with house_of(home, WordsEmbedder("old"), parts) as house:
        assert house.rebuild_index() == (1, 1)

        assert found(house, "rendre son badge") == {"badge.md"}
    assert len(list((home / "index").glob("shard*"))) == 1


def test_a_removal_during_a_rebuild_is_not_undone_by_it(home: Path, parts: Parts) -> None:
    with house_of(home, WordsEmbedder("old"), parts) as house:

        class Removing(WordsEmbedder):
            """Reads the texts of a rebuild while someone withdraws them."""

            def embed(self, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
                if any("badge" in text for text in texts) and house.library.shelves():
                    house.library.remove("notes", house.operator)
                return super().embed(texts)

        house.rebuild_index(Removing("new"))

        assert found(house, "rendre son badge") == set()
        assert house.library.unindexed() == 0
