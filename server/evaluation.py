"""How well the passages of a collection are found: hit@k, reciprocal rank and time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, quantiles

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.index import Audience, Hit
from models.words import guess_language
from server.errors import InvalidInputError
from server.retrieval import Found, Retrieval, Wanted

CUTS = (1, 3, 5, 10)
CHUNKS_READ = 50  # chunks asked for, so that ten documents are among them
DEEPEST = 10
KEPT = 0.95


class JudgedQuestion(BaseModel):
    """One line of a question file. Questions that nothing answers have no relevant document.

    `facts` are what a good answer says; several ways to say one stand in a list of their own.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: str
    relevant: tuple[str, ...]
    facts: tuple[str | tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Means over the answerable questions; times are of one whole search, embedding included.

    `kept` is the share of them for which the house seemed to hold something, `refused` that of the
    questions without an answer for which it did not; None where there are none. `least_for_95` is
    what `VIGIE_RELEVANCE` may be at most, so that 95 % of the answerable ones are answered.
    """

    n: int
    hit_at: tuple[float, ...]  # in the order of CUTS
    mrr_at_10: float
    p50_ms: float
    p95_ms: float
    kept: float
    refused: float | None
    least_for_95: float


def read_questions(path: Path) -> list[JudgedQuestion]:
    """Raises InvalidInputError naming the line that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {error}") from error
    return [_question(path, n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def evaluate_retrieval(
    retrieval: Retrieval,
    questions: Iterable[JudgedQuestion],
    audience: Audience,
    collections: frozenset[str] | None = None,
) -> RetrievalScores:
    """Each question is asked in the language it seems to be in, as the pages ask it.

    Raises InvalidInputError when no question has a relevant document.
    """
    ranks: list[int | None] = []
    times_ms: list[float] = []
    known: list[Found] = []
    unknown: list[Found] = []
    for judged in questions:
        started = time.perf_counter()
        wanted = Wanted(judged.question, guess_language(judged.question), collections)
        found = retrieval.find(wanted, audience, CHUNKS_READ)
        if not judged.relevant:
            unknown.append(found)
            continue
        known.append(found)
        times_ms.append((time.perf_counter() - started) * 1000)
        ranks.append(_rank(found.hits, judged.relevant))
    if not ranks:
        raise InvalidInputError("No question names a relevant document.")
    return _scores(ranks, times_ms, known, unknown)


def _question(path: Path, n: int, line: str) -> JudgedQuestion:
    try:
        return JudgedQuestion.model_validate(json.loads(line))
    except (ValueError, ValidationError) as error:
        raise InvalidInputError(
            f'{path}, line {n}: expected {{"question": …, "relevant": [ids]}}.'
        ) from error


def _rank(hits: Sequence[Hit], relevant: Sequence[str]) -> int | None:
    """Rank from 1 of the first relevant document; None when it is not among the first ten."""
    documents = dict.fromkeys((hit.chunk.collection, hit.chunk.document) for hit in hits)
    for rank, (collection, document) in enumerate(documents, start=1):
        if rank > DEEPEST:
            return None
        if names(relevant, collection, document):
            return rank
    return None


def names(relevant: Sequence[str], collection: str, document: str) -> bool:
    """Whether a document is among these, which may be written with their collection."""
    return document in relevant or f"{collection}/{document}" in relevant


def _scores(
    ranks: Sequence[int | None],
    times_ms: Sequence[float],
    known: Sequence[Found],
    unknown: Sequence[Found],
) -> RetrievalScores:
    hit_at = tuple(fmean(rank is not None and rank <= cut for rank in ranks) for cut in CUTS)
    mrr = fmean(1 / rank if rank else 0.0 for rank in ranks)
    p95 = quantiles(times_ms, n=20)[-1] if len(times_ms) > 1 else times_ms[0]
    return RetrievalScores(
        len(ranks),
        hit_at,
        mrr,
        median(times_ms),
        p95,
        kept=fmean(one.relevant for one in known),
        refused=fmean(not one.relevant for one in unknown) if unknown else None,
        least_for_95=_reached(known),
    )


def _reached(known: Sequence[Found]) -> float:
    """The likelihood that 95 % reach; what cannot be told is kept whatever is asked of it."""
    likely = sorted(1.0 if one.likelihood is None else one.likelihood for one in known)
    return likely[int(len(likely) * (1 - KEPT))]
