"""The switch: nothing is written by a model without its lease, and anyone on duty can end it.

The state is one small file, so that a stop also works with the database down. A file named STOP
beside it stops everything too. What cannot be read means OFF.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from guardrails.pii import Placeholders, StructuredIdentifiers
from models.errors import Revocation, WritingRevokedError
from models.ports import Language
from server.errors import AccessDeniedError, InvalidInputError
from server.outcomes import Mode

LOCK_TRIES = 100
LOCK_PAUSE_S = 0.01
SCOPE = "global"  # what the switch is about: one house, whole
LONGEST_REASON = 500  # characters; it stands on every page
_SEVERITY = {Mode.ON: 0, Mode.SEARCH_ONLY: 1, Mode.OFF: 2}


@dataclass(frozen=True, slots=True)
class SwitchState:
    """The measured state: what the next token would be told, not what somebody asked for."""

    mode: Mode
    reason: str
    by: str
    since: str  # RFC 3339, UTC; empty when unknown
    restart_requested_by: str = ""
    readable: bool = True
    unload: bool = False  # every process is to give back its model's memory, until a restart


UNREADABLE = SwitchState(
    Mode.OFF, "The state of the switch cannot be read.", "system", "", readable=False
)
STOPPED_BY_FILE = SwitchState(Mode.OFF, "A file named STOP is in the state folder.", "file", "")


class Switch:
    """Reads and moves the switch of one state folder; several processes may share it."""

    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self._file = home / "switch.json"
        self._stop_file = home / "STOP"
        self._clock = clock
        self._lock_file = home / "switch.lock"
        self._lock = Lock()
        self._seen: tuple[tuple[int, int, int], SwitchState] | None = None

    def install(self, by: str) -> None:
        """Write the first state, ON, in a folder that never had one."""
        self._write(SwitchState(Mode.ON, "Premier démarrage · First start", by, self._now()))

    def state(self) -> SwitchState:
        if os.path.lexists(self._stop_file):  # a link that leads nowhere is a file named STOP
            return replace(STOPPED_BY_FILE, unload=self._written().unload)
        return self._written()

    def require(self) -> Lease | SwitchState:
        """A lease to write, or the state that forbids it."""
        state = self.state()
        return Lease(self) if state.mode is Mode.ON else state

    def tighten(self, mode: Mode, reason: str, by: str, *, unload: bool = False) -> SwitchState:
        """Stop, or move to search-only. Never loosens: that takes a restart by two people.

        A full disk or another process that hangs does not hold up a stop: a file named STOP then
        says it, or a state that nobody can read. That models be unloaded holds until a restart,
        whatever is tightened after; it cannot be told where the state cannot be written.
        """
        reason = cleaned(reason)
        with self._lock, self._alone() as alone:
            current = self.state()
            if _SEVERITY[mode] < _SEVERITY[current.mode]:
                raise InvalidInputError(
                    f"The switch is {current.mode.value}: only a restart by two people loosens it."
                )
            if not alone:  # whoever holds the lock may write over what is written now
                self._stop_without_writing()
            unload = unload or current.unload
            try:
                return self._write(SwitchState(mode, reason, by, self._now(), unload=unload))
            except OSError:
                self._stop_without_writing()
                return self.state()

    def restart(self, reason: str, by: str) -> SwitchState:
        """The first person asks; a second one, not the same, starts the AI again."""
        reason = cleaned(reason)
        with self._lock, self._alone() as alone:
            if not alone:
                raise InvalidInputError("Someone else is moving the switch; try again.")
            if os.path.lexists(self._stop_file):
                raise InvalidInputError("Remove the file STOP from the state folder first.")
            current = self.state()
            if current.mode is Mode.ON:
                raise InvalidInputError("The AI is already on.")
            if not current.restart_requested_by:
                since = current.since or self._now()
                return self._write(
                    replace(current, since=since, restart_requested_by=by, readable=True)
                )
            if current.restart_requested_by == by:
                raise AccessDeniedError("A restart takes a second person: you asked for it.")
            return self._write(SwitchState(Mode.ON, reason, by, self._now()))

    def forget_request(self, by: str) -> None:
        """Someone lost their access: what they asked for is no longer half of a restart."""
        with self._lock, self._alone() as alone:
            current = self.state()
            if alone and current.restart_requested_by == by:
                self._write(replace(current, restart_requested_by=""))

    def _written(self) -> SwitchState:
        try:
            stamp = self._stamp()
            seen = self._seen
            if seen is not None and seen[0] == stamp:
                return seen[1]
            state = _parse(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return UNREADABLE
        self._seen = (stamp, state)
        return state

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """One process at a time, so that a restart never writes over a stop it has not seen.

        Waits a second at most; False when another process goes on holding the switch.
        """
        try:
            file = self._lock_file.open("a")
        except OSError:
            yield False
            return
        with file:
            yield _locked(file.fileno())

    def _stop_without_writing(self) -> None:
        """An empty file takes no room; and what is not there cannot be read, which means OFF."""
        try:
            self._stop_file.touch()
        except OSError:
            self._file.unlink(missing_ok=True)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _stamp(self) -> tuple[int, int, int]:
        status = self._file.stat()
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _write(self, state: SwitchState) -> SwitchState:
        body = {name: value for name, value in asdict(state).items() if name != "readable"}
        scratch = self._file.with_suffix(".new")
        with scratch.open("w", encoding="utf-8") as file:
            json.dump(body, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self._file)
        return state


@dataclass(frozen=True, slots=True)
class Lease:
    """The permission to write, asked for again at each token and each sentence."""

    switch: Switch

    def check(self) -> None:
        """Raises StoppedError as soon as the switch is not ON."""
        state = self.switch.state()
        if state.mode is not Mode.ON:
            raise StoppedError(state)


class StoppedError(WritingRevokedError):
    """The switch left ON; `state` is what it said then, whatever it says since."""

    def __init__(self, state: SwitchState) -> None:
        super().__init__(Revocation.STOPPED)
        self.state = state


def _locked(file: int) -> bool:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        else:
            return True
    return False


def _parse(text: str) -> SwitchState:
    raw = json.loads(text)
    return SwitchState(
        Mode(raw["mode"]),
        str(raw["reason"]),
        str(raw["by"]),
        str(raw["since"]),
        str(raw.get("restart_requested_by", "")),
        unload=raw.get("unload") is True,
    )


def cleaned(reason: str) -> str:
    """The reason as every page can show it. A stop is not refused for being told at length.

    Identifiers are masked by rules in memory alone: no file, no lock, nothing that a stop could
    wait for.
    """
    readable = reason.encode("utf-8", "replace").decode()
    text = "".join(one if one.isprintable() else " " for one in readable).strip()
    if not text:
        raise InvalidInputError("A change of the switch needs a reason.")
    found = StructuredIdentifiers().find(text[:LONGEST_REASON], Language.FRENCH)
    return Placeholders.fresh().mask(text[:LONGEST_REASON], found)
