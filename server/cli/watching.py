"""Watching: ingests again whenever something changes, until it is told to end.

Folders tell when they change; remote places are looked at from time to time.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from models.errors import WritingRevokedError
from server.cli.calling import CommandFailedError
from server.errors import InvalidInputError
from server.failures import EXPECTED
from server.library import Place
from server.outcomes import Mode
from server.settings import Settings
from server.switch import Switch

QUIET_MS = 500
"""A change is taken up once nothing else changed for so long…"""

LATEST_MS = 5_000
"""…or this long after it, whatever goes on."""

LOOK_MS = 1_000
"""How often the switch is looked at, while something waits for it."""

LONGEST_BACKOFF = 16
"""How many times the interval a remote place is left alone at most, after failures in a row."""

JITTER = 0.1
"""Share of the interval by which rounds come earlier or later: watchers do not march in step."""

WAITS = "the AI is stopped: what is new waits until it is started again."
_BY_STOP = (WritingRevokedError, CommandFailedError)  # raised here, or told by the server


class Rounds:
    """When remote places are looked at again: less often after failures, until one goes well."""

    def __init__(
        self,
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._chance = chance
        self._factor = 1
        self._next = clock()

    def due(self) -> bool:
        return self._clock() >= self._next

    def went(self, *, well: bool) -> None:
        """A round has ended; the next comes an interval later."""
        self._factor = 1 if well else min(self._factor * 2, LONGEST_BACKOFF)
        apart = 1 + JITTER * (2 * self._chance() - 1)
        self._next = self._clock() + self._interval_s * self._factor * apart


def watch(settings: Settings, places: Sequence[Place], ingest: Callable[[], object]) -> None:
    """Ingest now and at each change; returns at SIGINT or SIGTERM.

    With the AI off, what has changed waits, and that is said once. A failure after the first
    run is said, and ends nothing: a file that is half-written now is whole at the next change.
    """
    paths = [place for place in places if isinstance(place, Path)]
    for path in paths:
        if not path.exists():
            raise InvalidInputError(f"There is no file or folder {path}.")
    rounds = Rounds(settings.watch_every_s) if len(paths) < len(places) else None
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        switch = Switch(settings.home, lambda: datetime.now(UTC))
        follow(switch, _changes(paths), ingest, rounds)
    except KeyboardInterrupt:
        _say("watching has ended.")
    finally:
        signal.signal(signal.SIGTERM, before)


def follow(
    switch: Switch,
    changes: Iterator[bool],
    ingest: Callable[[], object],
    rounds: Rounds | None = None,
) -> None:
    """`changes` says, every second or so, whether something changed; it starts with a change."""
    waiting, first = False, True  # for the AI
    for changed in changes:
        due = rounds is not None and rounds.due()
        if not changed and not due and not (waiting and switch.state().mode is not Mode.OFF):
            continue
        well = False
        try:
            ingest()
        except EXPECTED as error:
            stopped = isinstance(error, _BY_STOP) and switch.state().mode is Mode.OFF
            if first and not stopped:
                raise
            if not (stopped and waiting):
                _say(WAITS if stopped else str(error))
            waiting = stopped
        else:
            waiting, well = False, True
        if rounds is not None:
            rounds.went(well=well)
        first = False


def _changes(paths: Sequence[Path]) -> Iterator[bool]:
    """True at first and at each change, False now and then in between.

    Watching begins before the first is said: nothing that changes later is missed.
    """
    from watchfiles import Change
    from watchfiles import watch as changes_in

    if not paths:
        yield from _nothing_tells()
        return

    def ours(_change: Change, found: str) -> bool:
        return any(_concerns(Path(found), path) for path in paths)

    # A file that is replaced is another inode: its folder is watched.
    places = {path if path.is_dir() else path.parent for path in paths}
    started = False
    for found in changes_in(
        *places,
        recursive=any(path.is_dir() for path in paths),
        watch_filter=ours,
        debounce=LATEST_MS,
        step=QUIET_MS,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
    ):
        yield bool(found) or not started
        started = True


def _nothing_tells() -> Iterator[bool]:
    yield True
    while True:
        time.sleep(LOOK_MS / 1000)
        yield False


def _concerns(found: Path, path: Path) -> bool:
    """Whether a change is one of a file that is ingested, or of what describes it."""
    if found == path:
        return True
    return found.is_relative_to(path) and not any(
        part.startswith(".") for part in found.relative_to(path).parts
    )


def _say(sentence: str) -> None:
    sys.stderr.write(f"vigie: {sentence}\n")
    sys.stderr.flush()
