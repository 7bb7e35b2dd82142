"""Runs: what is being ingested, how far it is, and how the last of each collection ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from ingest.report import IngestionReport
from server.errors import RunEndedError
from server.failures import EXPECTED

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One ingestion of a collection; under way while it has neither report nor failure."""

    collection: str
    done: int = 0
    total: int = 0
    report: IngestionReport | None = None
    failure: str = ""  # the error's own sentence

    @property
    def under_way(self) -> bool:
        return self.report is None and not self.failure


class Runs:
    """The runs of one process. Those of one collection wait for each other."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._turns: dict[str, Lock] = {}
        self._lock = Lock()
        self._cut: set[str] = set()

    def now(self) -> list[Run]:
        """The last run of each collection, by its name."""
        with self._lock:
            return [self._runs[name] for name in sorted(self._runs)]

    def end(self) -> None:
        """Cut what is under way at its next document: the next run goes on from there."""
        self._cut = {run.collection for run in self.now() if run.under_way}

    def run(
        self, collection: str, work: Callable[[Progress], IngestionReport], progress: Progress
    ) -> IngestionReport:
        """Do the work when it is its turn, and tell how far it is. Raises RunEndedError."""

        def told(done: int, total: int) -> None:
            if collection in self._cut:
                raise RunEndedError("The server ends; the next run goes on from here.")
            self._tell(replace(Run(collection), done=done, total=total))
            progress(done, total)

        with self._turn(collection):
            self._cut.discard(collection)
            self._tell(Run(collection))
            try:
                report = work(told)
            except EXPECTED as error:
                self._tell(Run(collection, failure=str(error)))
                raise
            except BaseException:
                self._tell(Run(collection, failure="The run broke off; the server's log says why."))
                raise
            self._tell(Run(collection, report=report))
            return report

    def _tell(self, run: Run) -> None:
        with self._lock:
            self._runs[run.collection] = run

    @contextmanager
    def _turn(self, collection: str) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(collection, Lock())
        with turn:
            yield
