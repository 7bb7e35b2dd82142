"""Which answers rest on which documents, told from headers alone: nobody's words are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.audit.entries import Entry
from server.audit.events import EventKind, Json


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer that cites a document."""

    record: str
    day: date  # UTC
    collection: str
    document: str


def cited_by(entries: Iterable[Entry]) -> list[Cited]:
    """From the sentences and the endings of answers, oldest first; each document once an answer.

    A sentence names the numbers of its passages, the ending says which document each was.
    """
    numbers: dict[str, set[int]] = defaultdict(set)
    found: list[Cited] = []
    for entry in entries:
        if entry.kind is EventKind.SENTENCE_RELEASED:
            numbers[entry.subject] |= set(_numbers(entry.facts.get("cited")))
        elif entry.kind is EventKind.ANSWER_CLOSED:
            passages = entry.facts.get("passages")
            documents = _documents(passages, numbers.pop(entry.subject, set()))
            found += [Cited(entry.subject, entry.at.date(), *one) for one in documents]
    return found


def _documents(passages: Json, cited: set[int]) -> list[tuple[str, str]]:
    if not isinstance(passages, list):
        return []
    named = [passage for n, passage in enumerate(passages, start=1) if n in cited]
    return list(
        dict.fromkeys(
            (str(one.get("collection")), str(one.get("document")))
            for one in named
            if isinstance(one, Mapping)
        )
    )


def _numbers(cited: Json) -> list[int]:
    return [n for n in cited if isinstance(n, int)] if isinstance(cited, list) else []
