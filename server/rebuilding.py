"""Building the index anew while people search: with another embedder, after damage, from a copy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest import snapshot
from ingest.errors import IndexDamagedError, IndexMismatchError, SnapshotRefusedError
from ingest.indexing import rebuild
from ingest.live import LiveIndex, Site
from ingest.snapshot import RecallingEmbedder, Snapshot
from models.errors import ModelDigestError
from models.ports import Embedder, ModelIdentity
from server.lazy import Lazy
from server.store.shelves import Shelves

SNAPSHOT = "index.vectors"
"""The snapshot of the index, in a backup and in a home that was restored from one."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A rebuild after a restoration: how many texts were not read anew, or why all were."""

    documents: int
    passages: int
    recalled: int
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """The index in force, the embedder of the house, and the texts that a rebuild reads.

    `remembering` gives the embedder that knows what was read before; `kept` is the snapshot that
    a restoration brought, until an index is built.
    """

    site: Site
    live: Lazy[LiveIndex]
    embedder: Lazy[Embedder]
    remembering: Callable[[Embedder], Embedder]
    shelves: Shelves
    kept: Path

    def rebuild(self, embedder: Embedder) -> tuple[int, int]:
        """Index all that the store holds with this embedder, which is the house's afterwards.

        People search the former index meanwhile; killed at any point, it stays in force. Returns
        how many documents, and passages. Raises WritingRevokedError with the AI off.
        """
        done = self._built(embedder)
        self.embedder.replace(embedder)
        return done

    def restore(self) -> Restored:
        """The same with the house's embedder, which reads only what the snapshot does not know.

        Raises WritingRevokedError with the AI off.
        """
        embedder = self.embedder.get()
        try:
            recalling = RecallingEmbedder(embedder, Snapshot.open(self.kept, embedder.identity))
        except SnapshotRefusedError as error:
            return Restored(*self._built(embedder), 0, str(error))
        return Restored(*self._built(recalling), recalling.recalled)

    def snapshot(self, file: Path) -> int | None:
        """Write a snapshot of the index there; how many passages, or None where no index is.

        Raises IndexMismatchError, IndexUnavailableError, ModelsError, OSError.
        """
        return None if self.site.identity() is None else snapshot.take(self.live.get(), file)

    def remark(self) -> str | None:
        """What whoever runs the house should know of its index. Raises as `foreign` does."""
        return foreign(self.site, self.embedder.get().identity)

    def forget_snapshot(self) -> None:
        """For a house whose documents are all indexed: what leaves it now shall leave no vector."""
        self.kept.unlink(missing_ok=True)

    def _built(self, embedder: Embedder) -> tuple[int, int]:
        try:
            done = self._rebuild(embedder, self.live.get())
        except (IndexDamagedError, IndexMismatchError, ModelDigestError):
            with closing(LiveIndex.unopened(self.site)) as instead:
                done = self._rebuild(embedder, instead)
        self.forget_snapshot()
        return done

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
