"""A text as a generator writes it, read to its end, and permits to write it."""

from __future__ import annotations

from models.energy import Work
from models.errors import Revocation, WritingRevokedError
from models.ports import Permit, Usage, Writing


class Granted(Permit):
    """Writing may go on for ever."""

    def check(self) -> None:
        return


class Withdrawable(Permit):
    """A permit that is withdrawn when told."""

    def __init__(self) -> None:
        self.reason: Revocation | None = None

    def check(self) -> None:
        if self.reason is not None:
            raise WritingRevokedError(self.reason)


class Paying(Granted):
    """Pays for its answer."""

    def __init__(self) -> None:
        self.work = Work()

    def charge(self, cpu_s: float) -> None:
        self.work.charge(cpu_s)


def pieces_of(writing: Writing) -> tuple[list[str], Usage]:
    """All that is written, piece by piece, and what it cost."""
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(writing))
        except StopIteration as end:
            usage: Usage = end.value
            return pieces, usage


def finished(writing: Writing) -> tuple[str, Usage]:
    """The whole text, and what it cost."""
    pieces, usage = pieces_of(writing)
    return "".join(pieces), usage
