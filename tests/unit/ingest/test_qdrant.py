"""The index on a server: swapped by its alias, refused in one sentence, never another's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from passages import WordsEmbedder, document, embedded
from qdrant_stand_in import KEY, StandIn, stand_in

from ingest.errors import IndexDamagedError, IndexMismatchError, IndexUnavailableError
from ingest.index import Audience, Query
from ingest.live import LiveIndex
from ingest.qdrant_server import QdrantServer
from models.ports import Language
from server.errors import SettingsError
from server.onsite import check_on_site

pytestmark = pytest.mark.slow

OLD, NEW = WordsEmbedder("old"), WordsEmbedder("new")


@pytest.fixture
def engine() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def site(engine: StandIn) -> QdrantServer:
    return QdrantServer.connect(engine.url, KEY, "maison")


def found(index: LiveIndex, text: str = "bonjour") -> set[str]:
    query = Query(text, None, Language.FRENCH)
    hits = index.search(query, Audience(frozenset({"everyone"})), 50)
    return {hit.chunk.document for hit in hits}


def collections(engine: StandIn) -> list[str]:
    return [one.name for one in engine.engine.get_collections().collections]


def test_a_rebuild_swaps_the_alias_and_leaves_one_collection(
    engine: StandIn, site: QdrantServer
) -> None:
    live = LiveIndex.open(site, OLD)
    live.replace(one := document("a", "bonjour"), embedded(one, OLD))
    (former,) = collections(engine)

    with live.successor(NEW, contextlib.nullcontext()) as successor:
        live.replace(two := document("b", "bonjour"), embedded(two, OLD))
        successor.fill([(one, embedded(one, NEW))])
        assert found(live) == {"a", "b"}

    assert found(live) == {"a", "b"}
    (heir,) = collections(engine)
    assert heir != former
    again = site.open(NEW)
    assert again.name == heir
    assert again.identity.is_of(NEW.identity)


def test_what_a_killed_rebuild_left_is_swept_and_others_collections_are_not(
    engine: StandIn, site: QdrantServer
) -> None:
    other = QdrantServer.connect(engine.url, KEY, "maison_voisine")
    other.open(OLD)
    site.open(OLD)
    left = site.build(NEW)
    assert left.name in collections(engine)

    site.sweep()

    assert left.name not in collections(engine)
    assert len(collections(engine)) == 2


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_refusal_is_one_sentence(engine: StandIn, site: QdrantServer, status: int) -> None:
    live = LiveIndex.open(site, OLD)
    engine.status = status

    with pytest.raises(IndexUnavailableError, match=f"refused .*{status}"):
        found(live)

    engine.status = 200
    assert found(live) == set()


def test_a_server_that_is_gone_is_one_sentence() -> None:
    with stand_in() as one:
        site = QdrantServer.connect(one.url, KEY, "maison")
        live = LiveIndex.open(site, OLD)

    with pytest.raises(IndexUnavailableError, match="does not answer"):
        found(live)
    with pytest.raises(IndexUnavailableError, match="does not answer"):
        live.replace(put := document("a", "bonjour"), embedded(put, OLD))


def test_the_wrong_key_is_refused(engine: StandIn) -> None:
    site = QdrantServer.connect(engine.url, "wrong", "maison")

    with pytest.raises(IndexUnavailableError, match="401"):
        site.open(OLD)


def test_a_server_too_old_to_count_words_within_a_filter_is_refused(
    engine: StandIn, site: QdrantServer
) -> None:
    engine.version = "1.15.4"

    with pytest.raises(IndexUnavailableError, match=r"1\.15\.4.*1\.20"):
        site.open(OLD)


@pytest.mark.parametrize(
    ("metadata", "error"),
    [({}, IndexDamagedError), ({"format": 0, "embedder": "x", "digest": "y"}, IndexMismatchError)],
)
def test_a_collection_of_nobody_or_of_another_version_is_not_taken_over(
    engine: StandIn, site: QdrantServer, metadata: dict[str, object], error: type[Exception]
) -> None:
    standing = site.open(OLD)
    engine.engine.delete_collection(standing.name)
    engine.engine.create_collection(standing.name, {}, metadata=metadata)
    site.put_in_force(standing)

    with pytest.raises(error, match="rebuild"):
        site.open(OLD)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6333",
        "http://localhost:6333",
        "https://10.1.2.3:6333",
        "http://192.168.1.9:6333",
        "http://[::1]:6333",
        "http://[fd12::1]:6333",
        "http://qdrant.maison.example:6333",
    ],
)
def test_an_address_on_site_is_accepted(url: str) -> None:
    check_on_site(url, "qdrant, Qdrant.Maison.example", "VIGIE_INDEX_URL")


@pytest.mark.parametrize(
    "url",
    [
        "https://8.8.8.8:6333",
        "https://[2606:4700::1111]",
        "https://cloud.example:6333",
        "http://localhost.cloud.example",
        "http://0.0.0.0:6333",
        "http://127.0.0.1@cloud.example",
        "http://2130706433",
        "ftp://127.0.0.1",
        "127.0.0.1:6333",
        "http://",
    ],
)
def test_an_address_outside_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_INDEX_URL"):
        check_on_site(url, "qdrant", "VIGIE_INDEX_URL")
