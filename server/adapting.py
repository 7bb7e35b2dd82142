"""Adapting the embedder to the house: taught by its documents, examined, kept or dropped.

People go on asking meanwhile: the new index is built beside the one that they search.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal

from ingest.pairs import Lesson, examination, lesson, pairs
from models import adapted
from models.adaptation import BATCH, Budget, Pair, Training
from models.examination import Verdict, compared, reciprocal_ranks
from models.ports import Embedder, ModelIdentity
from server.access import Person, Right, check
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.errors import InvalidInputError, RunEndedError
from server.store.shelves import Shelves
from server.switch import Switch
from server.switched import SwitchedEmbedder, check_not_off

Progress = Callable[[int, int], None]

Teach = Callable[[Path, Path, Iterator[Pair], Budget, Callable[[float], None]], Training]
"""As `models.adaptation.adapt` does."""

LEAST_DOCUMENTS = 20
"""With fewer, hardly three are held apart: no examination could tell better from luckier."""

_LOCK = "adapt.lock"
_SEED = 0
_PERCENT = 100
_TRAINING = 0.9  # share of the progress bar; the rest is the examination
_READINGS = 3  # how often a passage is seen at most: a small house is soon learnt by heart
_MOST_STEPS = 200  # a hundred did no better than fifty on a thousand passages


@dataclass(frozen=True, slots=True)
class Embedders:
    """Where the house's embedders are, how one is taught, and how an index is made with it."""

    base: Path
    teach: Teach
    opened: Callable[[Path], Embedder]
    in_force: Callable[[], Embedder]
    reindex: Callable[[Embedder], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What came of it; `embedder` is the one in force afterwards."""

    training: Training
    verdict: Verdict
    embedder: ModelIdentity


@dataclass(frozen=True, slots=True)
class Adapting:
    """Teaches the base embedder anew each time, so that what was withdrawn is not remembered."""

    home: Path
    embedders: Embedders
    shelves: Shelves
    switch: Switch
    record: AuditLog
    ending: Signal = field(default_factory=Signal)

    def end(self) -> None:
        """Cut a training, since the server ends: nothing of it is kept."""
        self.ending.set()

    def adapt(
        self, collections: frozenset[str] | None, minutes: float, by: Person, progress: Progress
    ) -> Adaptation:
        """Teach, examine, and keep the new embedder only if it is better by more than luck.

        Killed at any point, the old one stays in force: the index belongs to it until the new
        index takes its place. Raises InvalidInputError, StoppedError, AccessDeniedError.
        """
        check(by, Right.ADMINISTER)
        check_not_off(self.switch)
        with self._alone():
            taught = self._lesson(collections)
            drafted = adapted.draft(self.home)
            try:
                training = self._trained(taught, drafted, minutes, progress)
                verdict = self._examined(taught, drafted, progress)
                embedder = self._settled(drafted, verdict, by)
            finally:
                shutil.rmtree(drafted, ignore_errors=True)
        return Adaptation(training, verdict, embedder)

    def undo(self, by: Person) -> ModelIdentity:
        """Put the embedder back that was in force before; which one. Raises InvalidInputError."""
        check(by, Right.ADMINISTER)
        check_not_off(self.switch)
        with self._alone():
            *others, last = adapted.listed(self.home) or (None,)
            if last is None:
                raise InvalidInputError("No adaptation was kept: there is nothing to undo.")
            embedder = self.embedders.opened(self.embedders.base)
            if former := [one for one in others if one.base == embedder.identity.digest]:
                embedder = self.embedders.opened(former[-1].folder(self.home))
            facts: dict[str, Json] = {"before": last.digest, "after": embedder.identity.digest}
            self._note(EventKind.EMBEDDER_RESTORED, by, facts)
            self.embedders.reindex(SwitchedEmbedder(embedder, self.switch))
            adapted.unpin(self.home, [last])
        return embedder.identity

    def _lesson(self, collections: frozenset[str] | None) -> Lesson:
        documents = [
            document
            for document in self.shelves.documents()
            if collections is None or document.collection in collections
        ]
        taught = lesson(documents, _SEED)
        found = len(taught.learnt) + len(taught.held)
        if found < LEAST_DOCUMENTS:
            raise InvalidInputError(
                f"Only {found} documents have something to teach, and {LEAST_DOCUMENTS} are "
                "needed to tell whether it helped. Nothing was changed."
            )
        return taught

    def _trained(self, taught: Lesson, into: Path, minutes: float, progress: Progress) -> Training:
        passages = sum(len(text.passages) for text in taught.learnt)
        steps = min(max(passages * _READINGS // BATCH, 1), _MOST_STEPS)
        return self.embedders.teach(
            self.embedders.base,
            into,
            pairs(taught.learnt, _SEED),
            Budget(minutes * 60, steps),
            self._watch(progress, 0.0, _TRAINING),
        )

    def _examined(self, taught: Lesson, drafted: Path, progress: Progress) -> Verdict:
        asked = examination(taught, _SEED)
        share = (1 - _TRAINING) / 2
        former, new = self.embedders.in_force(), self.embedders.opened(drafted)
        return compared(
            asked,
            reciprocal_ranks(former, asked, self._watch(progress, _TRAINING, share)),
            reciprocal_ranks(new, asked, self._watch(progress, _TRAINING + share, share)),
        )

    def _settled(self, drafted: Path, verdict: Verdict, by: Person) -> ModelIdentity:
        """The record first: no embedder comes into force that it does not name."""
        former, new = self.embedders.in_force(), self.embedders.opened(drafted)
        facts: dict[str, Json] = {
            "kept": verdict.better,
            "before": former.identity.digest,
            "after": new.identity.digest,
            "questions": verdict.questions,
            "mrr_before_per_mille": round(verdict.before * 1000),
            "mrr_after_per_mille": round(verdict.after * 1000),
        }
        self._note(EventKind.EMBEDDER_ADAPTED, by, facts)
        if not verdict.better:
            return former.identity
        return self._put_in_force(drafted, former.identity)

    def _put_in_force(self, drafted: Path, former: ModelIdentity) -> ModelIdentity:
        """Pinned, then taken by a new index; the one before is kept for an undo, none older."""
        base = self.embedders.opened(self.embedders.base).identity
        pinned = adapted.pin(self.home, drafted, base)
        embedder = self.embedders.opened(pinned.folder(self.home))
        self.embedders.reindex(SwitchedEmbedder(embedder, self.switch))
        kept = {pinned.digest, former.digest}
        older = [one for one in adapted.listed(self.home) if one.digest not in kept]
        adapted.unpin(self.home, older)
        return embedder.identity

    def _watch(self, progress: Progress, start: float, share: float) -> Callable[[float], None]:
        """Ends the work with the AI off, and says how far it is."""

        def watch(spent: float) -> None:
            check_not_off(self.switch)
            if self.ending.is_set():
                raise RunEndedError("The server ends: nothing was changed.")
            progress(round((start + share * spent) * _PERCENT), _PERCENT)

        return watch

    def _note(self, kind: EventKind, by: Person, facts: dict[str, Json]) -> None:
        self.record.append(Event(kind, "embedder", by.pseudonym, facts))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.home / _LOCK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InvalidInputError("Another adaptation is under way.") from error
            yield
