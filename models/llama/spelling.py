"""From tokens to text as it may be shown: whole characters, and nothing of a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class Spelling:
    """The text of one answer, given in pieces of bytes."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(filter(None, stops))
        self._held = ""
        self.stopped = False

    def add(self, piece: bytes) -> str:
        """What is certain by now. Once `stopped`, a stop string was met and nothing follows."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(piece)
        found = [(at + len(stop), at) for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.stopped = True
            return self._give(min(found)[1])  # of the one that was whole first
        return self._give(len(self._held) - self._begun())

    def end(self) -> str:
        """What was held back, now that no token follows."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(b"", final=True)
        return self._give(len(self._held))

    def _begun(self) -> int:
        """How many characters at the end may be the beginning of a stop string."""
        return max((_overlap(self._held, stop) for stop in self._stops), default=0)

    def _give(self, count: int) -> str:
        given, self._held = self._held[:count], self._held[count:]
        return given


def _overlap(text: str, stop: str) -> int:
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
