"""Patience: tries again what failed in passing, a few times and no longer than a run can bear."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from ingest.errors import IngestError, RemoteUnavailableError

T = TypeVar("T")

PAUSES_S = (0.2, 1.0, 4.0)
BUDGET_S = 60.0
"""All pauses of one run together: a dead disk is not waited for file by file."""

_PASSING = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.EIO,
    errno.ENFILE,
    errno.EMFILE,
    errno.ESTALE,
    errno.ETIMEDOUT,
}


class Patience:
    """One run's; each pause is longer than the one before."""

    def __init__(
        self,
        pauses_s: Sequence[float] = PAUSES_S,
        budget_s: float = BUDGET_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pauses_s = pauses_s
        self._left_s = budget_s
        self._sleep = sleep

    @property
    def spent(self) -> bool:
        """Whether this run has waited as long as it may."""
        return self._left_s < min(self._pauses_s, default=0.0)

    def insist(self, work: Callable[[], T]) -> T:
        """What the work returns. Raises what its last try raised."""
        for pause_s in self._pauses_s:
            try:
                return work()
            except IngestError as error:
                if not passes(error) or pause_s > self._left_s:
                    raise
            self._left_s -= pause_s
            self._sleep(pause_s)
        return work()


def passes(error: IngestError) -> bool:
    """Whether trying again may help: a bad file stays bad, a busy server does not."""
    cause = error.__cause__
    return isinstance(error, RemoteUnavailableError) or (
        isinstance(cause, OSError) and cause.errno in _PASSING
    )
