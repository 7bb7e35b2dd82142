"""The index on one machine: durable, held by one process, bound to its embedder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from adapters import ForbiddenEmbedder
from passages import DIMENSIONS, WordsEmbedder, document, embedded

from ingest.edge_folder import EdgeFolder
from ingest.errors import (
    IndexDamagedError,
    IndexInUseError,
    IndexMismatchError,
    IndexUnavailableError,
)
from ingest.identity import FORMAT
from ingest.index import Audience, Query, StoredIndex
from models.ports import Language, ModelIdentity

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
EVERYONE = Audience(frozenset({"everyone"}))
WORDS = WordsEmbedder().identity


def opened(path: Path, identity: ModelIdentity = WORDS) -> StoredIndex:
    return EdgeFolder(path).open(ForbiddenEmbedder(identity, DIMENSIONS)).index


def filled(path: Path, documents: int = 3) -> None:
    index = opened(path)
    for n in range(documents):
        index.replace(one := document(f"d{n}", f"bonjour numéro {n}"), embedded(one))
    index.close()


def found(index: StoredIndex, text: str = "bonjour") -> set[str]:
    hits = index.search(Query(text, None, Language.FRENCH), EVERYONE, 500)
    return {hit.chunk.document for hit in hits}


def test_what_was_indexed_is_there_after_closing(tmp_path: Path) -> None:
    filled(tmp_path / "index")

    index = opened(tmp_path / "index")

    assert found(index) == {"d0", "d1", "d2"}
    assert index.count() == 3
    index.close()


def test_the_empty_words_of_a_question_match_nothing_in_the_other_language(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    english = document("guide", "Quai de la Veille, head office.", language=Language.ENGLISH)
    french = document("rgpd", "La violation est notifiée à la CNIL.")
    for one in (english, french):
        index.replace(one, embedded(one))

    hits = found(index, "quand prévenir la CNIL")

    assert hits == {"rgpd"}
    index.close()


def test_the_index_of_another_embedder_opens_and_says_whose_it_is(tmp_path: Path) -> None:
    filled(tmp_path / "index")

    other = ForbiddenEmbedder(ModelIdentity("words", "f" * 64), DIMENSIONS)
    standing = EdgeFolder(tmp_path / "index").open(other)

    assert standing.identity.is_of(WORDS)
    standing.index.close()


def test_another_layout_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    filled(tmp_path / "index")
    file = tmp_path / "index" / "identity.json"
    file.write_text(
        file.read_text().replace(f'"format": {FORMAT}', '"format": 0'), encoding="utf-8"
    )

    with pytest.raises(IndexMismatchError, match="vigie index rebuild"):
        opened(tmp_path / "index")


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    first = opened(tmp_path / "index")

    with pytest.raises(IndexInUseError, match="in use"):
        opened(tmp_path / "index")
    first.close()

    opened(tmp_path / "index").close()


@pytest.mark.parametrize(
    "pattern", ["identity.json", "edge_config.json", "segment.json", "page_0.dat", "first-index"]
)
def test_a_damaged_folder_is_one_sentence(tmp_path: Path, pattern: str) -> None:
    filled(tmp_path / "index")
    for file in (tmp_path / "index").rglob(pattern):
        size = file.stat().st_size
        file.write_bytes(os.urandom(min(size, 4096)) + bytes(max(size - 4096, 0)))

    with pytest.raises(IndexDamagedError, match="damaged"):
        opened(tmp_path / "index")


def test_a_panic_of_the_engine_is_one_sentence(tmp_path: Path) -> None:
    filled(tmp_path / "index")
    for file in (tmp_path / "index").rglob("status.dat"):
        os.truncate(file, 0)

    with pytest.raises(IndexUnavailableError):
        found(opened(tmp_path / "index"))


def test_an_index_without_an_owner_is_not_taken_over(tmp_path: Path) -> None:
    filled(tmp_path / "index")
    (tmp_path / "index" / "identity.json").unlink()

    with pytest.raises(IndexDamagedError):
        opened(tmp_path / "index")


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(IndexUnavailableError, match="cannot be opened"):
        opened(tmp_path / "file" / "index")


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    index.close()

    with pytest.raises(IndexUnavailableError):
        found(index)


def test_optimizing_changes_nothing_that_is_found(tmp_path: Path) -> None:
    filled(tmp_path / "index")
    index = opened(tmp_path / "index")

    index.optimize()

    assert found(index) == {"d0", "d1", "d2"}
    index.close()


def test_how_rare_a_word_is_to_others_does_not_change_an_order(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    for one in (
        document("a", "badge accueil"),
        document("b", "badge parking"),
        document("c", "parking voiture"),
    ):
        index.replace(one, embedded(one))
    query = Query("accueil parking", None, Language.FRENCH)
    before = [hit.chunk.document for hit in index.search(query, EVERYONE, 9)]

    others = document("secret", *["accueil " * 60] * 50, readers=["paie"])
    index.replace(others, embedded(others))

    assert [hit.chunk.document for hit in index.search(query, EVERYONE, 9)] == before
    assert before[0] == "a"
    index.close()


def test_searches_beside_a_write_see_one_whole_version(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    versions = [document("note", f"bonjour version {n}") for n in range(40)]
    index.replace(versions[0], embedded(versions[0]))
    stopped = threading.Event()
    counts: list[int] = []

    def search() -> None:
        while not stopped.is_set():
            counts.append(len(found(index)))

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for searcher in searchers:
        searcher.start()
    for version in versions:
        index.replace(version, embedded(version))
    stopped.set()
    for searcher in searchers:
        searcher.join()

    assert counts
    assert set(counts) == {1}
    assert index.count() == 1
    index.close()


@pytest.mark.parametrize("acknowledged", [1, 7, 30])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, acknowledged: int) -> None:
    writer = """
import sys
from pathlib import Path
from passages import WordsEmbedder, document, embedded
from ingest.edge_folder import EdgeFolder

index = EdgeFolder(Path(sys.argv[1])).open(WordsEmbedder()).index
for n in range(1000):
    one = document(f"d{n}", f"bonjour numéro {n}")
    index.replace(one, embedded(one))
    print(n, flush=True)
"""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-c", writer, str(tmp_path / "index")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    ) as child:
        assert child.stdout is not None
        for _ in range(acknowledged):
            assert child.stdout.readline()
        child.kill()
        said = acknowledged + len(child.stdout.readlines())

    index = opened(tmp_path / "index")
    assert found(index) >= {f"d{n}" for n in range(said)}
    index.close()
