"""An answer being recorded, and the seals that prove that what is shown is on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass

from server.audit.content import encode_outcome, outcome_name
from server.audit.entries import Entry
from server.audit.errors import NotSealedError, RecordingClosedError
from server.audit.events import Event, EventKind, Json
from server.outcomes import Outcome

_SEAL = object()
_NO_FACTS: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True)
class SealedSentence:
    """A sentence that is durable on the record. Only a Recording makes one."""

    record: str
    text: str
    cited: tuple[int, ...]
    seq: int
    hash: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check(seal)


@dataclass(frozen=True, slots=True)
class SealedOutcome:
    """The end of an answer, durable on the record. Only a Recording makes one."""

    record: str
    outcome: Outcome
    facts: Mapping[str, Json]
    seq: int
    hash: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        _check(seal)


def _check(seal: object) -> None:
    if seal is not _SEAL:
        raise NotSealedError("Only the record seals what may be shown.")


class Recording:
    """One answer on the record, from its question to its end; for one thread at a time."""

    def __init__(
        self, append: Callable[[Event], Entry], record: str, actor: str, owner: str
    ) -> None:
        self._append = append
        self._actor = actor
        self._owner = owner
        self._released = 0
        self._closed = False
        self.record = record

    def release(
        self, text: str, cited: Sequence[int], facts: Mapping[str, Json] = _NO_FACTS
    ) -> SealedSentence:
        """Durable when it returns. Raises RecordUnavailableError, and then nothing is shown."""
        said: dict[str, Json] = {**facts, "n": self._released + 1, "cited": list(cited)}
        entry = self._write(EventKind.SENTENCE_RELEASED, said, {"text": text})
        self._released += 1
        return SealedSentence(self.record, text, tuple(cited), entry.seq, entry.hash, _SEAL)

    def close(self, outcome: Outcome, facts: Mapping[str, Json] = _NO_FACTS) -> SealedOutcome:
        """Durable when it returns; nothing can be released afterwards."""
        said: dict[str, Json] = {
            **facts,
            "outcome": outcome_name(outcome),
            "sentences": self._released,
        }
        entry = self._write(EventKind.ANSWER_CLOSED, said, encode_outcome(outcome))
        self._closed = True
        return SealedOutcome(self.record, outcome, entry.facts, entry.seq, entry.hash, _SEAL)

    def _write(
        self, kind: EventKind, facts: Mapping[str, Json], content: Mapping[str, Json]
    ) -> Entry:
        if self._closed:
            raise RecordingClosedError(f"The answer {self.record} is closed.")
        return self._append(Event(kind, self.record, self._actor, facts, content, self._owner))
