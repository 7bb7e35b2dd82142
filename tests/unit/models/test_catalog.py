"""Pinned models: only GGUF, only the very file that was trusted, and a reason when it is not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import tiny_gguf
from hypothesis import given
from hypothesis import strategies as st

from models import catalog
from models.catalog import Engine
from models.errors import ModelDigestError, ModelUnavailableError
from models.gguf_header import read_header


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tiny_gguf.build(tmp_path / "tiny.gguf")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_a_pinned_model_is_listed_with_its_digest(home: Path, file: Path) -> None:
    added = catalog.add(home, file)

    assert catalog.listed(home) == (added,)
    assert added.name == "tiny"
    assert added.architecture == "llama"
    assert added.size == file.stat().st_size
    assert added.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert added.identity.digest == added.digest


def test_pinning_again_replaces_and_comes_last(home: Path, file: Path, tmp_path: Path) -> None:
    catalog.add(home, file)
    other = catalog.add(home, tiny_gguf.build(tmp_path / "other.gguf", seed=1))

    again = catalog.add(home, file, "renamed")

    assert catalog.listed(home) == (other, again)


def test_a_home_without_models_lists_none(home: Path) -> None:
    assert catalog.listed(home) == ()


def test_an_unchanged_file_verifies(home: Path, file: Path) -> None:
    catalog.verify(catalog.add(home, file))


def test_a_changed_file_is_refused_naming_both_digests_and_the_cure(home: Path, file: Path) -> None:
    model = catalog.add(home, file)
    file.write_bytes(file.read_bytes()[:-1] + b"!")

    with pytest.raises(ModelDigestError) as refusal:
        catalog.verify(model)

    sentence = str(refusal.value)
    assert str(file) in sentence
    assert model.digest in sentence
    assert hashlib.sha256(file.read_bytes()).hexdigest() in sentence
    assert f"vigie models add {file}" in sentence


def test_a_missing_file_is_no_digest_error(home: Path, file: Path) -> None:
    model = catalog.add(home, file)
    file.unlink()

    with pytest.raises(ModelUnavailableError):
        catalog.verify(model)


def test_a_pickle_is_refused(home: Path, tmp_path: Path) -> None:
    pickle = tiny_gguf.build_broken(tmp_path / "model.bin", "not a gguf")

    with pytest.raises(ModelUnavailableError, match="is a pickle"):
        catalog.add(home, pickle)

    assert catalog.listed(home) == ()


@given(st.binary(max_size=200))
def test_no_header_however_damaged_does_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, rest: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + rest)

    with pytest.raises(ModelUnavailableError, match="damaged"):
        read_header(file)


def test_a_damaged_catalogue_says_how_to_mend_it(home: Path) -> None:
    (home / "models.json").write_text("{", encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="vigie models add"):
        catalog.listed(home)


def test_auto_takes_the_pinned_model(home: Path, file: Path) -> None:
    model = catalog.add(home, file)

    choice = catalog.choose("auto", model)

    assert choice == catalog.Choice(Engine.LLAMA, model)


@pytest.mark.parametrize("harm", ["none pinned", "changed", "gone"])
def test_auto_without_a_sound_model_quotes_and_says_why(harm: str, home: Path, file: Path) -> None:
    model = None if harm == "none pinned" else catalog.add(home, file)
    if harm == "changed":
        file.write_bytes(b"GGUF")
    if harm == "gone":
        file.unlink()

    choice = catalog.choose("auto", model)

    assert choice.engine is Engine.EXTRACTIVE
    assert choice.reason is not None
    assert choice.reason.fr != choice.reason.en


def test_a_model_asked_for_by_name_must_be_sound(home: Path, file: Path) -> None:
    model = catalog.add(home, file)
    file.write_bytes(b"GGUF")

    with pytest.raises(ModelDigestError):
        catalog.choose("llama", model)
    with pytest.raises(ModelUnavailableError, match="vigie models add"):
        catalog.choose("llama", None)


def test_extractive_and_stub_need_no_model() -> None:
    assert catalog.choose("extractive", None).engine is Engine.EXTRACTIVE
    assert catalog.choose("stub", None).engine is Engine.STUB
