"""The house's own embedders are pinned, private, and in force only where the index is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.adapted import AdaptedEmbedder, draft, in_force, listed, pin, unpin, verify
from models.errors import ModelDigestError, ModelUnavailableError
from models.ports import ModelIdentity

BASE = ModelIdentity("base", "b" * 64)


def pinned(home: Path, weights: str) -> AdaptedEmbedder:
    drafted = draft(home)
    (drafted / "model.safetensors").write_text(weights)
    return pin(home, drafted, BASE)


def test_the_index_decides_which_one_is_in_force(tmp_path: Path) -> None:
    first, second = pinned(tmp_path, "one"), pinned(tmp_path, "two")

    assert in_force(tmp_path, BASE.digest, first.digest) == first
    assert in_force(tmp_path, BASE.digest, second.digest) == second
    assert in_force(tmp_path, BASE.digest, BASE.digest) is None


def test_without_an_index_the_newest_one_will_make_it(tmp_path: Path) -> None:
    assert in_force(tmp_path, BASE.digest, None) is None

    _, second = pinned(tmp_path, "one"), pinned(tmp_path, "two")

    assert in_force(tmp_path, BASE.digest, None) == second


def test_one_made_from_another_base_is_not_in_force(tmp_path: Path) -> None:
    one = pinned(tmp_path, "one")

    assert in_force(tmp_path, "c" * 64, one.digest) is None
    assert in_force(tmp_path, "c" * 64, None) is None


def test_its_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = pinned(tmp_path, "one").folder(tmp_path)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_one_that_was_changed_is_named(tmp_path: Path) -> None:
    one = pinned(tmp_path, "one")
    verify(tmp_path, one)

    (one.folder(tmp_path) / "model.safetensors").write_text("another")

    with pytest.raises(ModelDigestError, match="--undo"):
        verify(tmp_path, one)


def test_what_was_killed_while_it_was_made_is_removed_and_nothing_else(tmp_path: Path) -> None:
    one = pinned(tmp_path, "one")
    left = draft(tmp_path)
    (tmp_path / "models" / "mistral.gguf").write_text("the operator's own")

    draft(tmp_path)

    assert not left.exists()
    assert one.folder(tmp_path).is_dir()
    assert (tmp_path / "models" / "mistral.gguf").is_file()


def test_an_unpinned_one_leaves_the_catalogue_and_the_disk(tmp_path: Path) -> None:
    first, second = pinned(tmp_path, "one"), pinned(tmp_path, "two")

    unpin(tmp_path, [first])

    assert listed(tmp_path) == (second,)
    assert not first.folder(tmp_path).exists()


def test_a_catalogue_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "embedders.json").write_text("[")

    with pytest.raises(ModelUnavailableError, match="rebuild"):
        listed(tmp_path)
