"""The references in memory: slow, plain, and what every other adapter is held to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from threading import Lock
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue, Indexed, Mark
from ingest.documents import Chunk, Document, EmbeddedChunks
from ingest.fusion import DEPTH, IN_TITLE, fused, nearness
from ingest.identifiers import identifiers
from ingest.identity import Identity
from ingest.index import Audience, Held, Hit, Query, StoredIndex
from ingest.ledger import FileNote, Ledger
from ingest.live import Site, Standing
from ingest.words import indexed_text, named_in, without_elisions
from models.ports import Embedder
from models.words import folded

_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class _Entry:
    chunk: Chunk
    readers: frozenset[str]
    vector: NDArray[np.float32] | None
    terms: Counter[str]
    title: Counter[str]
    named: frozenset[str]


class MemoryIndex(StoredIndex):
    """Every search compares the question with every passage its audience may read."""

    def __init__(self) -> None:
        self._documents: dict[tuple[str, str], tuple[_Entry, ...]] = {}
        self._lock = Lock()

    def replace_all(self, batch: Sequence[tuple[Document, EmbeddedChunks]]) -> None:
        entries = {
            (document.collection, document.id): _entries(document, embedded)
            for document, embedded in batch
        }
        with self._lock:
            self._documents.update(entries)

    def remove(self, collection: str, documents: Several[str]) -> None:
        with self._lock:
            for document in documents:
                self._documents.pop((collection, document), None)

    def grant(self, collection: str, documents: Several[str], readers: frozenset[str]) -> None:
        with self._lock:
            for document in documents:
                entries = self._documents.get((collection, document), ())
                granted = tuple(replace(entry, readers=readers) for entry in entries)
                self._documents[collection, document] = granted

    def search(self, query: Query, audience: Audience, limit: int) -> list[Hit]:
        found = {entry.chunk.id: entry for entry in self._readable(query, audience)}
        words = _by_terms(query, {id_: entry.terms for id_, entry in found.items()})
        titles = _by_terms(query, {id_: entry.title for id_, entry in found.items()})
        joined = {id_: words[id_] + IN_TITLE * titles.get(id_, 0.0) for id_ in words}
        by_terms, by_meaning = _best(joined), _best(_by_meaning(query, found))
        near = nearness(by_meaning, by_terms)
        exact = _by_names(query, found)
        return [
            Hit(found[id_].chunk, score, near(id_))
            for id_, score in fused((by_terms, by_meaning), limit, exact)
        ]

    def count(self) -> int:
        with self._lock:
            return sum(map(len, self._documents.values()))

    def held(self) -> Iterator[Held]:
        with self._lock:
            documents = tuple(self._documents.values())
        for entry in chain.from_iterable(documents):
            if entry.vector is not None:
                yield Held(entry.chunk, entry.vector)

    def optimize(self) -> None:
        """Nothing: every search is a full one."""

    def close(self) -> None:
        with self._lock:
            self._documents.clear()

    def _readable(self, query: Query, audience: Audience) -> Iterator[_Entry]:
        with self._lock:
            documents = tuple(self._documents.items())
        for (collection, _), entries in documents:
            if query.collections is None or collection in query.collections:
                yield from (entry for entry in entries if entry.readers & audience.groups)


class MemorySite(Site):
    """Indexes by their names, as long as the process lives."""

    def __init__(self) -> None:
        self.in_force: Standing | None = None
        self.beside: dict[str, Standing] = {}

    def identity(self) -> Identity | None:
        return self.in_force.identity if self.in_force else None

    def open(self, embedder: Embedder) -> Standing:
        if self.in_force is None:
            self.put_in_force(self.build(embedder))
        assert self.in_force is not None
        return self.in_force

    def build(self, embedder: Embedder) -> Standing:
        self.sweep()
        standing = Standing(str(uuid4()), MemoryIndex(), Identity.of(embedder.identity))
        self.beside[standing.name] = standing
        return standing

    def copy(self, standing: Standing) -> Standing | None:
        del standing
        return None

    def put_in_force(self, standing: Standing) -> None:
        self.in_force = self.beside.pop(standing.name)

    def sweep(self) -> None:
        self.beside.clear()


class MemoryCatalogue(Catalogue):
    """Remembers as long as the process lives."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[str, Mark]] = {}
        self._documents: dict[tuple[str, str], Document] = {}

    def marks(self, collection: str) -> Mapping[str, Mark]:
        return dict(self._marks.get(collection, {}))

    def begin(self, document: Document, origin: str) -> None:
        self._marks.setdefault(document.collection, {})[document.id] = Mark(origin, "")

    def finish(self, document: Document, fingerprint: str) -> None:
        marks = self._marks[document.collection]
        marks[document.id] = replace(marks[document.id], fingerprint=fingerprint)
        self._documents[document.collection, document.id] = document

    def confirm(self, indexed: Several[Indexed]) -> None:
        for one in indexed:
            known = self._documents.get((one.collection, one.id))
            if known is not None and known.version == one.version:
                marks = self._marks[one.collection]
                marks[one.id] = replace(marks[one.id], fingerprint=one.fingerprint)

    def forget(self, collection: str, ids: Several[str]) -> None:
        for id_ in ids:
            self._marks.get(collection, {}).pop(id_, None)
            self._documents.pop((collection, id_), None)

    def document(self, collection: str, id_: str) -> Document | None:
        """The text that citations open; None while the document is not indexed."""
        mark = self._marks.get(collection, {}).get(id_)
        return self._documents.get((collection, id_)) if mark and mark.fingerprint else None

    def documents(self) -> tuple[Document, ...]:
        """Every document that is indexed."""
        return tuple(
            found for key in sorted(self._documents) if (found := self.document(*key)) is not None
        )


class MemoryLedger(Ledger):
    """Remembers as long as the process lives."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], dict[str, FileNote]] = {}

    def notes(self, collection: str, origin: str) -> Mapping[str, FileNote]:
        return dict(self._notes.get((collection, origin), {}))

    def note(self, collection: str, origin: str, notes: Mapping[str, FileNote]) -> None:
        self._notes.setdefault((collection, origin), {}).update(notes)

    def strike(self, collection: str, origin: str, paths: Several[str]) -> None:
        for path in paths:
            self._notes.get((collection, origin), {}).pop(path, None)


def _entries(document: Document, embedded: EmbeddedChunks) -> tuple[_Entry, ...]:
    rows = [None] * len(embedded.chunks) if embedded.vectors is None else embedded.vectors
    return tuple(
        _Entry(
            chunk,
            document.readers,
            row,
            _terms(indexed_text(chunk)),
            _terms(chunk.title),
            named_in(chunk),
        )
        for chunk, row in zip(embedded.chunks, rows, strict=True)
    )


def _by_meaning(query: Query, found: Mapping[str, _Entry]) -> Mapping[str, float]:
    if query.vector is None:
        return {}
    question = query.vector[0]
    return {
        id_: float(entry.vector @ question)
        for id_, entry in found.items()
        if entry.vector is not None
    }


def _by_names(query: Query, found: Mapping[str, _Entry]) -> Mapping[str, float]:
    """How many of the question's identifiers each passage holds; those that hold none are out."""
    asked = identifiers(query.text)
    counted = {id_: float(len(asked & entry.named)) for id_, entry in found.items()}
    return {id_: count for id_, count in counted.items() if count}


def _by_terms(query: Query, found: Mapping[str, Counter[str]]) -> Mapping[str, float]:
    """BM25 over what the audience may read. Source: Robertson & Zaragoza 2009."""
    asked = dict.fromkeys(_terms(" ".join(query.also)), 0.5) | dict.fromkeys(
        _terms(query.text), 1.0
    )
    holders = Counter(term for terms in found.values() for term in asked.keys() & terms.keys())
    usual = sum(terms.total() for terms in found.values()) / max(len(found), 1)
    scores: dict[str, float] = {}
    for id_, terms in found.items():
        length = _K1 * (1 - _B + _B * terms.total() / (usual or 1.0))
        for term in asked.keys() & terms.keys():
            rarity = math.log(1 + (len(found) - holders[term] + 0.5) / (holders[term] + 0.5))
            weight = rarity * terms[term] * (_K1 + 1) / (terms[term] + length)
            scores[id_] = scores.get(id_, 0.0) + asked[term] * weight
    return scores


def _best(scores: Mapping[str, float]) -> Mapping[str, float]:
    ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))[:DEPTH]
    return {id_: scores[id_] for id_ in ranked}


def _terms(text: str) -> Counter[str]:
    """Folded words without their plural: enough to compare with, no stemmer needed."""
    words = re.findall(r"\w+", folded(without_elisions(text)))
    return Counter(word.rstrip("s") or word for word in words)
