"""The live index: rebuilt and optimized beside what people search, and swapped in one step."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passages import WordsEmbedder, document, embedded

from ingest.collections import Collection
from ingest.documents import Document
from ingest.edge_folder import EdgeFolder
from ingest.errors import IndexDamagedError, IndexUnavailableError
from ingest.index import Audience, Query
from ingest.indexing import rebuild
from ingest.ingestion import Ingestion
from ingest.live import LiveIndex, Site
from ingest.memory import MemoryCatalogue, MemorySite
from ingest.reading import InProcessReader
from models.errors import Revocation, WritingRevokedError
from models.ports import Embedder, Language, Matrix, ModelIdentity

ROOT = Path(__file__).parents[3]


class TurnedEmbedder(WordsEmbedder):
    """Vectors as good as the other's, and foreign to them."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.roll(super().embed(texts), 13, axis=1)


OLD, NEW = WordsEmbedder("old"), TurnedEmbedder("new")
EVERYONE = frozenset({"everyone"})
QUIET = contextlib.nullcontext()


@pytest.fixture(params=["memory", pytest.param("edge", marks=pytest.mark.slow)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return MemorySite() if request.param == "memory" else EdgeFolder(tmp_path / "index")


@pytest.fixture
def live(site: Site) -> Iterator[LiveIndex]:
    index = LiveIndex.open(site, OLD)
    yield index
    index.close()


class RevokedEmbedder(Embedder):
    """The embedder of a house whose AI is off."""

    @property
    def identity(self) -> ModelIdentity:
        return NEW.identity

    @property
    def dimensions(self) -> int:
        return NEW.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        del texts
        raise WritingRevokedError(Revocation.STOPPED)


def put(index: LiveIndex, one: Document, embedder: WordsEmbedder = OLD) -> None:
    index.replace(one, embedded(one, embedder))


def found(
    index: LiveIndex,
    text: str = "bonjour",
    groups: frozenset[str] = EVERYONE,
    embedder: WordsEmbedder | None = None,
) -> set[str]:
    vector = embedder.embed([text]) if embedder else None
    digest = embedder.identity.digest if embedder else ""
    query = Query(text, vector, Language.FRENCH, embedder=digest)
    return {hit.chunk.document for hit in index.search(query, Audience(groups), 100)}


def test_people_search_the_old_index_until_the_new_one_is_whole(live: LiveIndex) -> None:
    put(live, document("a", "bonjour"))
    put(live, document("b", "bonjour"))

    with live.successor(NEW, QUIET) as successor:
        successor.fill([(one := document("a", "bonjour"), embedded(one, NEW))])
        during = found(live)

    assert during == {"a", "b"}
    assert found(live) == {"a"}


def test_what_is_written_during_a_rebuild_is_in_the_new_index(live: LiveIndex) -> None:
    for name in ("kept", "gone", "closed", "changed"):
        put(live, document(name, "bonjour"))

    with live.successor(NEW, QUIET) as successor:
        put(live, document("new", "bonjour"))
        put(live, document("changed", "bonsoir"))
        live.remove("rh", ["gone"])
        live.grant("rh", ["closed"], frozenset({"paie"}))
        for name in ("kept", "gone", "closed", "changed"):  # as the store held them before
            successor.fill([(one := document(name, "bonjour"), embedded(one, NEW))])

    assert found(live) == {"kept", "new"}
    assert found(live, groups=frozenset({"paie"})) == {"closed"}
    assert found(live, "bonsoir", embedder=NEW) >= {"changed", "new"}


def _break_off(live: LiveIndex) -> None:
    with live.successor(NEW, QUIET) as successor:
        successor.fill([(one := document("ghost", "bonjour"), embedded(one, NEW))])
        raise ZeroDivisionError


def test_a_rebuild_that_fails_changes_nothing_and_the_next_one_starts_clean(
    live: LiveIndex,
) -> None:
    put(live, document("a", "bonjour"))

    with pytest.raises(ZeroDivisionError):
        _break_off(live)

    put(live, document("b", "bonjour"))
    assert found(live) == {"a", "b"}
    with live.successor(NEW, QUIET) as successor:
        successor.fill([(one := document("a", "bonjour"), embedded(one, NEW))])
    assert found(live) == {"a"}


def test_vectors_of_another_embedder_are_never_compared(live: LiveIndex) -> None:
    put(live, document("meant", "salut"))

    assert found(live, "salut", embedder=OLD) == {"meant"}
    assert found(live, "bonsoir", embedder=OLD) == {"meant"}  # near enough, by meaning
    assert found(live, "bonsoir", embedder=NEW) == set()
    assert found(live, "salut", embedder=NEW) == {"meant"}  # by words


def test_an_index_of_another_embedder_is_served_by_words_alone(site: Site) -> None:
    first = LiveIndex.open(site, OLD)
    put(first, document("before", "bonjour"))
    if isinstance(site, EdgeFolder):
        first.close()

    second = LiveIndex.open(site, NEW)
    put(second, document("after", "bonjour"), NEW)

    assert found(second, embedder=NEW) == {"before", "after"}
    assert found(second, "bonsoir", embedder=NEW) == set()
    identity = site.identity()
    assert identity is not None
    assert identity.is_of(OLD.identity)
    if isinstance(site, EdgeFolder):
        second.close()
    third = LiveIndex.open(site, OLD)  # whoever goes back finds no vector of the other there
    assert found(third, "autre chose", embedder=OLD) == {"before"}
    third.close()


def nearest(index: LiveIndex, text: str) -> str:
    """The document that the new embedder finds nearest; no word of the question is in any."""
    query = Query("?", NEW.embed([text]), Language.FRENCH, embedder=NEW.identity.digest)
    return index.search(query, Audience(EVERYONE), 9)[0].chunk.document


def test_vectors_of_the_old_embedder_are_read_anew_by_the_new_one(live: LiveIndex) -> None:
    texts = {"un": "badge accueil", "deux": "congé prime", "trois": "train cantine"}
    with live.successor(NEW, QUIET):
        put(live, document("un", texts["un"]), OLD)
    for name in ("deux", "trois"):
        put(live, document(name, texts[name]), OLD)

    assert {name: nearest(live, text) for name, text in texts.items()} == {
        name: name for name in texts
    }


def test_with_the_ai_off_nothing_is_begun(live: LiveIndex, site: Site) -> None:
    put(live, document("a", "bonjour"))

    with pytest.raises(WritingRevokedError):
        rebuild(MemoryCatalogue(), RevokedEmbedder(), live, QUIET)

    assert found(live, embedder=OLD) == {"a"}
    identity = site.identity()
    assert identity is not None
    assert identity.is_of(OLD.identity)


def test_a_rebuild_indexes_what_the_catalogue_keeps_and_reads_no_file(
    live: LiveIndex, tmp_path: Path
) -> None:
    catalogue = MemoryCatalogue()
    note = tmp_path / "notes" / "note.md"
    note.parent.mkdir()
    note.write_text("Bonjour.", encoding="utf-8")
    collection = Collection.undescribed("rh", "Camille", EVERYONE)

    def ingest(embedder: Embedder) -> int:
        ingestion = Ingestion(live, catalogue, embedder, InProcessReader())
        return ingestion.run(note.parent, collection, lambda _done, _of: None).unchanged

    ingest(OLD)
    done = rebuild(catalogue, NEW, live, QUIET)

    assert done == (1, 1)
    assert found(live, "tout autre chose", embedder=NEW) == {"note.md"}
    assert ingest(NEW) == 1


def test_searches_and_writes_go_on_through_ten_swaps(live: LiveIndex) -> None:
    put(live, document("a", "bonjour"))
    over = threading.Event()
    seen: list[set[str]] = []
    failures: list[BaseException] = []

    def search() -> None:
        try:
            while not over.is_set():
                seen.append(found(live))
        except IndexUnavailableError as error:
            failures.append(error)

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for searcher in searchers:
        searcher.start()
    for n in range(10):
        with live.successor((OLD, NEW)[n % 2], QUIET) as successor:
            put(live, document(f"n{n}", "bonjour"))
            names = ["a", *(f"n{before}" for before in range(n))]
            successor.fill([(one := document(name, "bonjour"), embedded(one)) for name in names])
    over.set()
    for searcher in searchers:
        searcher.join()

    assert failures == []
    assert all("a" in found_then for found_then in seen)
    assert found(live) == {"a", *(f"n{n}" for n in range(10))}


names = st.sampled_from(["a", "b", "c"])
groups = st.frozensets(st.sampled_from(["everyone", "paie"]))
writes = st.lists(
    st.one_of(
        st.tuples(st.just("replace"), names, groups),
        st.tuples(st.just("remove"), names, st.just(EVERYONE)),
        st.tuples(st.just("grant"), names, groups),
    ),
    max_size=6,
)


@settings(
    max_examples=int(os.environ.get("VIGIE_TEST_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=writes, early=writes, late=writes, audience=groups)
def test_whatever_is_written_and_whenever_the_new_index_holds_what_the_store_does(
    live: LiveIndex,
    before: list[tuple[str, str, frozenset[str]]],
    early: list[tuple[str, str, frozenset[str]]],
    late: list[tuple[str, str, frozenset[str]]],
    audience: frozenset[str],
) -> None:
    store: dict[str, frozenset[str]] = {}

    def apply(steps: list[tuple[str, str, frozenset[str]]]) -> None:
        for kind, name, readers in steps:
            if kind == "replace":
                put(live, document(name, "bonjour", readers=readers))
                store[name] = readers
            elif kind == "remove":
                live.remove("rh", [name])
                store.pop(name, None)
            else:
                live.grant("rh", [name], readers)
                if name in store:
                    store[name] = readers

    live.remove("rh", ["a", "b", "c"])
    apply(before)
    with live.successor(NEW, QUIET) as successor:
        snapshot = dict(store)
        apply(early)
        for name, readers in snapshot.items():
            one = document(name, "bonjour", readers=readers)
            successor.fill([(one, embedded(one, NEW))])
        apply(late)

    assert found(live, groups=audience) == {name for name in store if store[name] & audience}


@pytest.mark.slow
def test_an_index_that_cannot_be_opened_is_built_anew(tmp_path: Path) -> None:
    folder = EdgeFolder(tmp_path / "index")
    first = LiveIndex.open(folder, OLD)
    first.close()
    (tmp_path / "index" / "identity.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamagedError):
        LiveIndex.open(folder, OLD)

    unopened = LiveIndex.unopened(folder)
    with pytest.raises(IndexUnavailableError, match="rebuild"):
        found(unopened)
    with unopened.successor(OLD, QUIET) as successor:
        successor.fill([(one := document("a", "bonjour"), embedded(one, OLD))])

    assert found(unopened) == {"a"}
    unopened.close()
    assert len(list((tmp_path / "index").glob("shard*"))) == 1


@pytest.mark.slow
def test_a_large_index_is_optimized_beside_itself(tmp_path: Path) -> None:
    folder = EdgeFolder(tmp_path / "index")
    live = LiveIndex.open(folder, OLD, least_growth=50)
    put(live, document("few", *["bonjour " * 100] * 10))
    before = sorted((tmp_path / "index").glob("shard*"))
    live.optimize()
    assert sorted((tmp_path / "index").glob("shard*")) == before

    put(live, document("many", *[f"bonjour {n} " * 60 for n in range(60)]))
    live.optimize()

    after = sorted((tmp_path / "index").glob("shard*"))
    assert len(after) == 1
    assert after != before
    assert found(live) == {"few", "many"}
    live.close()
    reopened = folder.open(OLD)
    assert reopened.optimized == reopened.index.count()
    reopened.index.close()


@pytest.mark.slow
@pytest.mark.parametrize("at", ["begun", "filled", "swapped"])
def test_a_rebuild_killed_with_kill_9_leaves_one_whole_index(tmp_path: Path, at: str) -> None:
    path = tmp_path / "index"
    live = LiveIndex.open(EdgeFolder(path), OLD)
    put(live, document("a", "bonjour"))
    live.close()
    program = """
import contextlib, sys
from pathlib import Path
from passages import WordsEmbedder, document, embedded
from ingest.edge_folder import EdgeFolder
from ingest.live import LiveIndex

def reach(point):
    if point == sys.argv[2]:
        print(point, flush=True)
        sys.stdin.read()

new = WordsEmbedder("new")
live = LiveIndex.open(EdgeFolder(Path(sys.argv[1])), WordsEmbedder("old"))
with live.successor(new, contextlib.nullcontext()) as successor:
    reach("begun")
    one = document("b", "bonjour")
    successor.fill([(one, embedded(one, new))])
    reach("filled")
reach("swapped")
"""
    search = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path), at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": search},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        child.kill()

    embedder = NEW if at == "swapped" else OLD
    live = LiveIndex.open(EdgeFolder(path), embedder)
    assert found(live, "autre", embedder=embedder) == {"b" if at == "swapped" else "a"}
    live.close()
    assert len(list(path.glob("shard*"))) == 1
