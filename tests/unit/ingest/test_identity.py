"""An index says whose vectors it holds, or says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.identity import IDENTITY, Identity, check_identity, indexed_by
from models.ports import ModelIdentity

MINE = ModelIdentity("mine", "a" * 64)


def test_an_index_names_its_embedder(tmp_path: Path) -> None:
    check_identity(tmp_path, Identity.of(MINE), filled=False)

    assert indexed_by(tmp_path) == MINE.digest


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"format": 1}'])
def test_a_damaged_one_names_nobody_so_that_it_can_be_rebuilt(
    tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / IDENTITY).write_bytes(damage)

    assert indexed_by(tmp_path) is None


def test_where_there_is_no_index_nobody_is_named(tmp_path: Path) -> None:
    assert indexed_by(tmp_path / "index") is None
