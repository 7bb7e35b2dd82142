"""What every index must do, held against each adapter and against a plain model of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passages import WordsEmbedder, document, embedded
from qdrant_client import QdrantClient
from qdrant_stand_in import KEY, stand_in

from ingest.documents import Document
from ingest.edge_folder import EdgeFolder
from ingest.index import Audience, Index, Query, StoredIndex
from ingest.live import LiveIndex, Site
from ingest.memory import MemoryIndex, MemorySite
from ingest.qdrant_server import QdrantServer
from ingest.remembering import RememberingIndex, Vectors
from ingest.vectors import VectorCache
from ingest.words import embedded_text
from models.ports import Language

EVERYTHING = 200  # more than any example holds

Store = dict[tuple[str, str], Document]


# The adapter asks for what a server has, and local mode says that it has not.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]

SERVER = os.environ.get("VIGIE_TEST_QDRANT_URL")
ADAPTERS = [
    "memory",
    "live",
    "remembering",
    pytest.param("edge", marks=pytest.mark.slow),
    pytest.param("local", marks=pytest.mark.slow),
    pytest.param("wire", marks=pytest.mark.slow),
    pytest.param(
        "server",
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(not SERVER, reason="VIGIE_TEST_QDRANT_URL names no Qdrant server"),
        ],
    ),
]
EXAMPLES = int(os.environ.get("VIGIE_TEST_EXAMPLES", "25"))
"""Histories that Hypothesis invents for each property; 10 000 before a release."""


@pytest.fixture(params=ADAPTERS)
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    with contextlib.ExitStack() as closing:
        if request.param == "remembering":
            folder = closing.enter_context(TemporaryDirectory())
            cache = closing.enter_context(contextlib.closing(VectorCache(Path(folder) / "v.db")))
            yield RememberingIndex(MemoryIndex(), Vectors(cache, lambda: "exact"))
            return
        site = _site(request.param, closing)
        if request.param == "live":
            yield LiveIndex.open(site, WordsEmbedder())
            return
        opened = site.open(WordsEmbedder()).index
        closing.callback(opened.close)
        yield opened


def _site(name: str, closing: contextlib.ExitStack) -> Site:
    match name:
        case "edge":
            return EdgeFolder(Path(closing.enter_context(TemporaryDirectory())))
        case "local":
            client = closing.enter_context(contextlib.closing(QdrantClient(":memory:")))
            return QdrantServer(client, "contract")
        case "wire":
            server = closing.enter_context(stand_in())
            return QdrantServer.connect(server.url, KEY, "contract")
        case "server":
            assert SERVER
            return QdrantServer.connect(SERVER, os.environ.get("VIGIE_TEST_QDRANT_KEY"), "contract")
        case _:
            return MemorySite()


groups = st.frozensets(st.sampled_from(["everyone", "paie", "direction"]))
words = st.sampled_from(
    ["congé", "paie", "badge", "réunion", "train", "contrat", "prime", "cantine"]
)
texts = st.lists(words, min_size=1, max_size=6).map(" ".join)
collections = st.sampled_from(["rh", "si"])
documents = st.builds(
    lambda id_, paragraphs, readers, collection, language: document(
        id_, *paragraphs, readers=readers, collection=collection, language=language
    ),
    st.sampled_from(["a", "b", "c"]),
    st.lists(texts, min_size=1, max_size=3),
    groups,
    collections,
    st.sampled_from(Language),
)


@dataclass(frozen=True)
class Removal:
    collection: str
    ids: frozenset[str]


@dataclass(frozen=True)
class Grant:
    collection: str
    ids: frozenset[str]
    readers: frozenset[str]


Step = Document | Removal | Grant
ids = st.frozensets(st.sampled_from(["a", "b", "c", "unknown"]))
removals = st.builds(Removal, collections, ids)
grants = st.builds(Grant, collections, ids, groups)
histories = st.lists(st.one_of(documents, removals, grants), max_size=8)
narrowings = st.none() | st.frozensets(collections)

# One index per test, emptied by each example: a fresh shard each time would cost minutes.
examples = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def live(index: Index, history: list[Step]) -> Store:
    """Apply a history to an emptied index; what a plain dictionary would hold afterwards."""
    for collection in ("rh", "si"):
        index.remove(collection, ["a", "b", "c"])
    store: Store = {}
    for step in history:
        match step:
            case Document():
                index.replace(step, embedded(step))
                store[step.collection, step.id] = step
            case Removal(collection, gone):
                index.remove(collection, gone)
                for id_ in gone:
                    store.pop((collection, id_), None)
            case Grant(collection, known, readers):
                index.grant(collection, known, readers)
                for id_ in known & {id_ for name, id_ in store if name == collection}:
                    store[collection, id_] = replace(store[collection, id_], readers=readers)
    return store


def asked(text: str, narrowed: frozenset[str] | None = None, *, vector: bool = True) -> Query:
    sought = WordsEmbedder().embed([text]) if vector else None
    digest = WordsEmbedder().identity.digest
    return Query(text, sought, Language.FRENCH, narrowed, embedder=digest)


def readable(store: Store, audience: frozenset[str], narrowed: frozenset[str] | None) -> set[str]:
    return {
        chunk.id
        for (collection, _), one in store.items()
        if one.readers & audience and (narrowed is None or collection in narrowed)
        for chunk in embedded(one).chunks
    }


@examples
@given(history=histories, audience=groups, narrowed=narrowings, question=texts)
def test_a_search_by_meaning_sees_exactly_what_its_audience_may_read(
    index: Index,
    history: list[Step],
    audience: frozenset[str],
    narrowed: frozenset[str] | None,
    question: str,
) -> None:
    store = live(index, history)

    hits = index.search(asked(question, narrowed), Audience(audience), EVERYTHING)

    assert {hit.chunk.id for hit in hits} == readable(store, audience, narrowed)


@examples
@given(history=histories, audience=groups, narrowed=narrowings, question=texts)
def test_a_search_by_words_finds_the_passages_that_hold_them_and_no_others(
    index: Index,
    history: list[Step],
    audience: frozenset[str],
    narrowed: frozenset[str] | None,
    question: str,
) -> None:
    store = live(index, history)
    allowed = readable(store, audience, narrowed)

    query = asked(question, narrowed, vector=False)
    hits = index.search(query, Audience(audience), EVERYTHING)

    holding = {
        chunk.id
        for one in store.values()
        for chunk in embedded(one).chunks
        if set(question.split()) & set(chunk.text.split())
    }
    assert {hit.chunk.id for hit in hits} == holding & allowed


@examples
@given(history=histories, question=texts, limit=st.integers(0, 5))
def test_at_most_the_limit_comes_back_best_first_and_once_each(
    index: Index, history: list[Step], question: str, limit: int
) -> None:
    store = live(index, history)
    everyone = frozenset({"everyone"})

    hits = index.search(asked(question), Audience(everyone), limit)

    assert len(hits) == min(limit, len(readable(store, everyone, None)))
    assert len({hit.chunk.id for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@examples
@given(history=histories, question=texts, vector=st.booleans())
def test_a_hit_says_how_near_it_is_by_meaning_and_by_words(
    index: Index, history: list[Step], question: str, *, vector: bool
) -> None:
    """The measures of each search, before they were made one score: a cosine, and a BM25."""
    live(index, history)
    query = asked(question, vector=vector)

    hits = index.search(query, Audience(frozenset({"everyone"})), EVERYTHING)

    for hit in hits:
        holds = set(question.split()) & set(hit.chunk.text.split())
        assert (hit.nearness.bm25 is not None) == bool(holds)
        assert (hit.nearness.bm25 or 0.0) >= 0.0
        if query.vector is None:
            assert hit.nearness.cosine is None
        else:
            row = WordsEmbedder().embed([embedded_text(hit.chunk)])[0]
            assert hit.nearness.cosine == pytest.approx(float(row @ query.vector[0]), abs=1e-3)


def test_a_chunk_comes_back_as_it_was_put_in(index: Index) -> None:
    put = document("Congés", "L’employé a vingt-cinq jours de congés.")
    index.replace(put, embedded(put))

    hit = index.search(asked("congés"), Audience(frozenset({"everyone"})), 1)[0]

    assert hit.chunk == embedded(put).chunks[0]


def test_a_new_version_takes_the_place_of_the_old_one(index: Index) -> None:
    long = document("note", *["un paragraphe assez long pour faire un passage. " * 12] * 4)
    short = document("note", "une seule phrase")
    index.replace(long, embedded(long))

    index.replace(short, embedded(short))

    hits = index.search(asked("paragraphe phrase"), Audience(frozenset({"everyone"})), 50)
    assert [hit.chunk.version for hit in hits] == [short.version]


def test_readers_are_replaced_though_the_text_stays(index: Index) -> None:
    index.replace(open_ := document("grille", "salaires"), embedded(open_))
    closed = document("grille", "salaires", readers=["paie"])

    index.replace(closed, embedded(closed))

    assert index.search(asked("salaires"), Audience(frozenset({"everyone"})), 9) == []
    assert len(index.search(asked("salaires"), Audience(frozenset({"paie"})), 9)) == 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("badge perdu", "badges"),
        ("combien de jours de congés payés", "congés"),
        ("CONGES PAYES", "congés"),
        ("de l’employée", "contrat"),
        ("is remote work allowed", "remote"),
    ],
)
@pytest.mark.parametrize("vector", [True, False], ids=["hybrid", "words"])
def test_the_clear_case_comes_first(
    index: Index, question: str, expected: str, *, vector: bool
) -> None:
    for one in (
        document("badges", "Un badge perdu se signale à l’accueil le jour même."),
        document("congés", "Chaque salarié a vingt-cinq jours de congés payés par an."),
        document("contrat", "Le contrat d’employée ou d'employé précise le lieu."),
        document("remote", "Remote work is allowed two days a week.", language=Language.ENGLISH),
    ):
        index.replace(one, embedded(one))

    hits = index.search(asked(question, vector=vector), Audience(frozenset({"everyone"})), 4)

    assert hits[0].chunk.document == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("que dit l’article L1132-1 sur la discrimination à l’embauche", "code"),
        ("procédure prc-2024-017 : qui signe les achats", "procedure"),
        ("comment remplir le cerfa 12345 pour une demande de congés", "formulaire"),
        ("loi 78-17 et congés payés", "loi"),
    ],
)
@pytest.mark.parametrize("vector", [True, False], ids=["hybrid", "words"])
def test_what_holds_the_very_reference_comes_first(
    index: Index, question: str, expected: str, *, vector: bool
) -> None:
    others = (
        "discrimination à l’embauche, procédure : qui signe les achats, demande de congés payés"
    )
    for one in (
        document("code", "Aucun motif ne compte (C. trav., art. L. 1132-1)."),
        document("procedure", "PRC-2024-017. Deux visas."),
        document("formulaire", "Joindre le formulaire 12345*01 au dossier."),
        document("loi", "Elle est connue (n° 78-17)."),
        document("voisins", f"Article L1132-10, PRC-2024-018, 54321*01, 78-18 : {others}."),
        document("autres", f"Loi et cerfa, comment remplir : {others}."),
    ):
        index.replace(one, embedded(one))

    hits = index.search(asked(question, vector=vector), Audience(frozenset({"everyone"})), 6)

    assert hits[0].chunk.document == expected


@pytest.mark.parametrize("text", ["", "   ", "?!", "的 ☃", "\x00", "le la les"])
def test_a_question_without_words_raises_nothing(index: Index, text: str) -> None:
    index.replace(put := document("note", "bonjour"), embedded(put))

    assert index.search(asked(text, vector=False), Audience(frozenset({"everyone"})), 5) == []


def test_a_letter_that_french_elides_is_no_word(index: Index) -> None:
    shirts = document("shirts", "Size L and size C shirts.", language=Language.ENGLISH)
    index.replace(shirts, embedded(shirts))

    query = asked("c’est à l'accueil qu'on s’adresse", vector=False)

    assert index.search(query, Audience(frozenset({"everyone"})), 5) == []


@pytest.fixture(params=["memory", *ADAPTERS[3:]])
def stored(request: pytest.FixtureRequest) -> Iterator[StoredIndex]:
    with contextlib.ExitStack() as closing:
        opened = _site(request.param, closing).open(WordsEmbedder()).index
        closing.callback(opened.close)
        yield opened


def test_every_passage_that_has_a_vector_is_held_as_it_was_put_in(stored: StoredIndex) -> None:
    put = [document(f"d{n}", *[f"badge {n} {line} " * 60 for line in range(3)]) for n in range(99)]
    chunks = [(one, embedded(one)) for one in put]
    stored.replace_all(chunks)
    wordless = document("words", "sans vecteur")
    stored.replace(wordless, replace(embedded(wordless), vectors=None))

    held = {one.chunk.id: one for one in stored.held()}

    expected = {
        chunk.id: (chunk, row)
        for _, some in chunks
        for chunk, row in zip(
            some.chunks, WordsEmbedder().embed([embedded_text(c) for c in some.chunks]), strict=True
        )
    }
    assert held.keys() == expected.keys()
    assert all(held[id_].chunk == chunk for id_, (chunk, _) in expected.items())
    assert all(np.allclose(held[id_].vector, row, atol=1e-6) for id_, (_, row) in expected.items())


def test_removing_what_is_not_there_is_no_error(index: Index) -> None:
    index.remove("rh", [])
    index.remove("rh", ["never seen"])

    assert index.search(asked("rien"), Audience(frozenset({"everyone"})), 5) == []
