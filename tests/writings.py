"""A text as a generator writes it, read to its end, and the permit to write it."""

from __future__ import annotations

from models.ports import Permit, Usage, Writing


class Granted(Permit):
    """Writing may go on for ever."""

    def check(self) -> None:
        return


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
