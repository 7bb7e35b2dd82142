"""A snapshot of the index: it fills any engine, for its own embedder alone, and only if whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from passages import WordsEmbedder, document, embedded

from ingest.errors import SnapshotRefusedError
from ingest.live import LiveIndex
from ingest.memory import MemorySite
from ingest.snapshot import RecallingEmbedder, Snapshot, take
from ingest.words import embedded_text

OLD, NEW = WordsEmbedder("old"), WordsEmbedder("new")


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """The snapshot of an index that holds two documents."""
    live = LiveIndex.open(MemorySite(), OLD)
    for text in ("un badge perdu", "des congés payés"):
        live.replace(one := document(text, text), embedded(one, OLD))
    assert take(live, tmp_path / "taken") == 2
    return tmp_path / "taken"


def badge_text() -> str:
    (chunk,) = embedded(document("un badge perdu", "un badge perdu"), OLD).chunks
    return embedded_text(chunk)


def test_what_the_snapshot_knows_is_not_read_anew(taken: Path) -> None:
    inner = WordsEmbedder("old")
    recalling = RecallingEmbedder(inner, Snapshot.open(taken, OLD.identity))

    rows = recalling.embed([badge_text(), "une prime", badge_text()])

    assert inner.read == 1
    assert recalling.recalled == 2
    assert np.allclose(rows, OLD.embed([badge_text(), "une prime", badge_text()]), atol=1e-3)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6)
    assert recalling.embed([]).shape == (0, OLD.dimensions)


def test_no_text_is_in_a_snapshot(taken: Path) -> None:
    assert b"badge" not in taken.read_bytes()


def test_a_snapshot_of_another_embedder_is_refused_by_name(taken: Path) -> None:
    with pytest.raises(SnapshotRefusedError, match=r"vectors of old .*not of new"):
        Snapshot.open(taken, NEW.identity)


def test_where_none_is_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotRefusedError, match="no snapshot"):
        Snapshot.open(tmp_path / "nowhere", OLD.identity)


@pytest.mark.parametrize("size", [0, 10, 200, -1])
def test_a_snapshot_that_was_cut_off_is_refused(taken: Path, size: int) -> None:
    taken.write_bytes(taken.read_bytes()[:size])

    with pytest.raises(SnapshotRefusedError, match="damaged"):
        Snapshot.open(taken, OLD.identity)


@pytest.mark.parametrize("place", [3, 150, 200, -1])
def test_a_single_altered_byte_is_noticed(taken: Path, place: int) -> None:
    held = bytearray(taken.read_bytes())
    held[place] ^= 1
    taken.write_bytes(held)

    with pytest.raises(SnapshotRefusedError, match="damaged"):
        Snapshot.open(taken, OLD.identity)


def test_an_empty_index_has_a_snapshot_that_knows_nothing(tmp_path: Path) -> None:
    assert take(LiveIndex.open(MemorySite(), OLD), tmp_path / "taken") == 0

    assert Snapshot.open(tmp_path / "taken", OLD.identity).vector("badge") is None
