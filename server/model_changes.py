"""Changes of the house's models, each on the record before it is made: no record, no change."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models import catalog
from models.catalog import Note, PinnedAdapter, PinnedModel
from server.access import Person, Right, check
from server.audit.errors import RecordUnavailableError
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog
from server.errors import InvalidInputError

_LOCK = "models.lock"


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """Which models this house trusts, and which of them answers from the next start on.

    Each change raises AccessDeniedError, InvalidInputError while another is under way, ModelsError
    for what cannot be pinned, and RecordUnavailableError; nothing is changed then.
    """

    home: Path
    record: AuditLog

    def pin(self, file: Path, name: str | None, licence: str, by: Person) -> PinnedModel:
        """The newest is the one that answers."""
        with self._alone(by):
            note = self._note(EventKind.MODEL_PINNED, by)
            return catalog.add(self.home, file, name, licence, note)

    def choose(self, name: str, by: Person) -> PinnedModel:
        """Let a pinned model answer again; its files are checked first."""
        with self._alone(by):
            return catalog.use(self.home, name, self._note(EventKind.MODEL_CHOSEN, by))

    def attach(self, file: Path, to: str, name: str | None, by: Person) -> PinnedModel:
        with self._alone(by):
            note = self._note(EventKind.ADAPTER_ATTACHED, by)
            return catalog.attach(self.home, file, to, name, note)

    def detach(self, of: str, name: str, by: Person) -> PinnedModel:
        with self._alone(by):
            return catalog.detach(self.home, of, name, self._note(EventKind.ADAPTER_DETACHED, by))

    def _note(self, kind: EventKind, by: Person) -> Note:
        """What goes on the record: names, digests and sizes, before and after; never a path."""
        models = catalog.listed(self.home)

        def note(model: PinnedModel) -> None:
            former = next((one for one in models if one.name == model.name), None)
            facts: dict[str, Json] = {
                **_file_facts(model),
                "licence": model.licence,
                "adapters": [_file_facts(one) for one in model.adapters],
                "identity": model.identity.digest,
                "identity_before": former.identity.digest if former else None,
                "answered_before": models[-1].identity.digest if models else None,
            }
            try:
                self.record.append(Event(kind, model.name, by.pseudonym, facts))
            except RecordUnavailableError as error:
                raise RecordUnavailableError(f"{error} Nothing was changed.") from error

        return note

    @contextmanager
    def _alone(self, by: Person) -> Iterator[None]:
        check(by, Right.ADMINISTER)
        with (self.home / _LOCK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InvalidInputError("Another change of the models is under way.") from error
            yield


def _file_facts(pinned: PinnedModel | PinnedAdapter) -> dict[str, Json]:
    return {"name": pinned.name, "digest": pinned.digest, "size": pinned.size}
