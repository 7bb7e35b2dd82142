"""Building the index anew while people search: with another embedder, or after damage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from ingest.errors import IndexDamagedError, IndexMismatchError
from ingest.indexing import rebuild
from ingest.live import LiveIndex, Site
from models.errors import ModelDigestError
from models.ports import Embedder, ModelIdentity
from server.lazy import Lazy
from server.store.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """The index in force, the embedder of the house, and the texts that a rebuild reads.

    `remembering` gives the embedder that knows what was read before.
    """

    site: Site
    live: Lazy[LiveIndex]
    embedder: Lazy[Embedder]
    remembering: Callable[[Embedder], Embedder]
    shelves: Shelves

    def rebuild(self, embedder: Embedder) -> tuple[int, int]:
        """Index all that the store holds with this embedder, which is the house's afterwards.

        People search the former index meanwhile; killed at any point, it stays in force. Returns
        how many documents, and passages. Raises WritingRevokedError with the AI off.
        """
        try:
            done = self._rebuild(embedder, self.live.get())
        except (IndexDamagedError, IndexMismatchError, ModelDigestError):
            with closing(LiveIndex.unopened(self.site)) as instead:
                done = self._rebuild(embedder, instead)
        self.embedder.replace(embedder)
        return done

    def remark(self) -> str | None:
        """What whoever runs the house should know of its index. Raises as `foreign` does."""
        return foreign(self.site, self.embedder.get().identity)

    def _rebuild(self, embedder: Embedder, live: LiveIndex) -> tuple[int, int]:
        return rebuild(self.shelves, self.remembering(embedder), live, self.shelves.changing)


def foreign(site: Site, wanted: ModelIdentity) -> str | None:
    """What to know of an index that another embedder built; None where all is well.

    Raises IndexDamagedError, IndexMismatchError, IndexUnavailableError.
    """
    found = site.identity()
    if found is None or found.is_of(wanted):
        return None
    return (
        f"The index holds the vectors of {found.embedder} ({found.digest[:12]}), not of "
        f"{wanted.name} ({wanted.digest[:12]}): documents are found by their words alone. "
        "vigie index rebuild builds it anew, and people go on searching meanwhile."
    )
