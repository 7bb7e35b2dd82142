"""Retrieval: from a question to the passages its asker may read, numbered and owned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from guardrails.pii.policy import AS_USUAL, Policy
from guardrails.verdicts import Verdict
from ingest.collections import Collection, Trust
from ingest.corrections import Correction
from ingest.index import Audience, Hit, Index, Query
from ingest.joining import joined
from ingest.lexicon import Lexicon, Understood
from ingest.relevance import Evidence, Rule, evidence
from models.errors import WritingRevokedError
from models.ports import Embedder, Language, Reranker
from models.quoting import Highlights, highlights
from server.ground import Ground
from server.lazy import Lazy
from server.naming import Names
from server.outcomes import Citation
from server.reranking import READ_AGAIN, reranked
from server.standings import Standing, Standings
from server.store.lives import Key

Screened = Mapping[str, Verdict]

DEEPER = 4
"""How many times as far a search reads again when too little of what it found can be shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, in which language, and where; None: wherever the audience may read.

    `exact` looks for what was typed: no word is mended, no acronym spelt out.
    """

    question: str
    language: Language
    collections: frozenset[str] | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, best first, what the question was taken for, and whether they are about it.

    `evidence` is None where a search by words alone cannot tell, and so is `likelihood`, in [0, 1].
    `relevant` says whether that is enough to answer from them: nothing found is hidden for it.
    """

    hits: list[Hit]
    understood: Understood
    language: Language
    evidence: Evidence | None
    likelihood: float | None
    relevant: bool

    @classmethod
    def nothing(cls, wanted: Wanted) -> Found:
        """Of a search in which nothing is left to look for."""
        understood = Understood.literally(wanted.question)
        return cls([], understood, wanted.language, None, None, relevant=False)

    @property
    def correction(self) -> Correction:
        """What was looked for instead of what was typed, as the passages write it."""
        return self.understood.correction(
            text for hit in self.hits for text in (hit.chunk.title, hit.chunk.text)
        )

    def highlights(self, texts: Sequence[str]) -> list[Highlights]:
        """Where each of these texts of the passages answers best, by words alone."""
        return highlights(self.understood.meant, texts, self.language)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches by words and by meaning; by words alone when no model may be called."""

    index: Lazy[Index]
    embedder: Lazy[Embedder]
    lexicon: Lexicon
    standings: Standings
    clock: Callable[[], datetime]
    rule: Rule
    names: Names
    reranker: Lazy[Reranker] | None = None

    def find(self, wanted: Wanted, audience: Audience, limit: int) -> Found:
        """Hybrid search, or lexical search with the AI off: people find their documents anyway.

        What still holds comes before what is past its date, and a version after its heir.
        Neighbouring passages of one document are one.
        """
        understood = self._understood(wanted, audience)
        nearest, ranked, shown = list[Hit](), list[Hit](), list[Hit]()
        for found in self._deeper(self._query(understood, wanted), audience, limit):
            # What fills the places of joined passages comes after what was found first: how deep
            # a search reads moves the scores, and must move no document.
            kept = self.standings.ranked(found)
            ranked += kept
            findable = {hit.chunk.id for hit in kept}
            nearest += [hit for hit in found if hit.chunk.id in findable]
            shown = joined(ranked, self.standings.shelves, audience, limit)
            if len(shown) == limit:
                break
        terms = self.lexicon.terms(understood, wanted.language, audience)
        told = evidence(terms, nearest[:limit], wanted.language)
        likelihood = None if told is None else self.rule.likelihood(told)
        relevant = bool(shown) and (likelihood is None or likelihood >= self.rule.least)
        return Found(shown, understood, wanted.language, told, likelihood, relevant)

    def _deeper(self, query: Query, audience: Audience, limit: int) -> Iterator[list[Hit]]:
        """What is found, its best read again; then what is found besides when reading deeper."""
        known: set[str] = set()
        read = limit if self.reranker is None else max(limit, READ_AGAIN)
        while True:
            hits = self.index.get().search(query, audience, read)
            new = [hit for hit in hits if hit.chunk.id not in known]
            # What comes deeper stands behind the best, which were read again already.
            yield new if known else self._read_again(query, new)
            if len(hits) < read:
                return
            known |= {hit.chunk.id for hit in hits}
            read *= DEEPER

    def _read_again(self, query: Query, hits: list[Hit]) -> list[Hit]:
        if self.reranker is None:
            return hits
        return reranked(self.reranker.get(), query.text, hits)

    def _understood(self, wanted: Wanted, audience: Audience) -> Understood:
        if wanted.exact:
            return Understood.literally(wanted.question)
        return self.lexicon.understand(wanted.question, wanted.language, audience)

    def ground(self, audience: Audience) -> Ground:
        """What an answer is to stand on; laid before its passages are looked for."""
        return Ground(self.standings, audience)

    def _query(self, understood: Understood, wanted: Wanted) -> Query:
        try:
            embedder = self.embedder.get()
            vector, digest = embedder.embed([understood.meaning]), embedder.identity.digest
        except WritingRevokedError:
            vector, digest = None, ""
        return Query(
            understood.words, vector, wanted.language, wanted.collections, digest, understood.also
        )

    def citations(
        self, hits: Sequence[Hit], screened: Mapping[str, Screened], audience: Audience
    ) -> tuple[Citation, ...]:
        """Each hit under its number, with who answers for its source, its age, what replaces it.

        `screened` gives, for each collection, what may be shown of each text, title and section.
        A citation is read by more people than its document is: it tells no name of a file that
        names a person.
        """
        described = self._described()
        standings = self.standings.of_hits(hits)
        today = self.clock().date()
        dated = (
            _dated(
                _citation(
                    n, hit, screened[hit.chunk.collection], described.get(hit.chunk.collection)
                ),
                standings,
                audience,
                today,
            )
            for n, hit in enumerate(hits, start=1)
        )
        return tuple(map(self._publicly, dated))

    def _publicly(self, citation: Citation) -> Citation:
        def public(id_: str) -> str:
            return self.names.public(citation.collection, id_) if id_ else ""

        title = citation.title  # where a document says none, it is its file's name
        return replace(
            citation,
            document=public(citation.document),
            title=title if " " in title else self.names.shown(title),
            replaced_by=public(citation.replaced_by),
            replaces=tuple(map(public, citation.replaces)),
        )

    def policy(self, collection: str, audience: Audience) -> Policy:
        """What becomes of personal data in passages of a collection, for these readers.

        A permission to keep it holds for the readers of the whole collection alone.
        """
        found = self._described().get(collection)
        reads = found is not None and found.readers & audience.groups
        return (
            found.personal_data if found and (reads or not found.personal_data.kept) else AS_USUAL
        )

    def contacts(self, passages: Sequence[Citation]) -> tuple[str, ...]:
        """Who answers for these passages: one line per collection, in their order."""
        described = self._described()
        names = dict.fromkeys(passage.collection for passage in passages)
        found = (described[name] for name in names if name in described)
        return tuple(f"{one.owner} <{one.contact}>" if one.contact else one.owner for one in found)

    def _described(self) -> dict[str, Collection]:
        return {found.name: found for found in self.standings.shelves.collections()}


def _citation(n: int, hit: Hit, screened: Screened, collection: Collection | None) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        collection=chunk.collection,
        document=chunk.document,
        version=chunk.version,
        title=screened[chunk.title].text,
        section=screened[chunk.section].text,
        quote=screened[chunk.text].text,
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        last_page=chunk.last_page,
        url=chunk.url,
        trust=collection.trust if collection else Trust.ORDINARY,
        kept=tuple(sorted({one.kind for one in screened[chunk.text].kept})),
    )


def _dated(
    citation: Citation, standings: Mapping[Key, Standing], audience: Audience, today: date
) -> Citation:
    """The citation with what its document is worth today. Only what the asker may open is named."""
    key = (citation.collection, citation.document)
    standing = standings[key]
    last = standing.life.last
    open_heirs = [one.document for one in standing.heirs if one.readers & audience.groups]
    return replace(
        citation,
        owner=standing.owner,
        review_due=standing.due,
        state=standing.state,
        confirmed=standing.life.confirmed,
        age_days=(today - last).days if last else None,
        replaced_by=open_heirs[-1] if open_heirs else "",
        replaces=tuple(
            document
            for (name, document), other in standings.items()
            if key in {(heir.collection, heir.document) for heir in other.heirs}
            and name == citation.collection
        ),
    )
