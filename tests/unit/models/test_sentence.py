"""Texts become unit vectors, in order, from any number of threads, without any network."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelUnavailableError
from models.ports import Embedder
from models.sentence import (
    BUNDLED_NAME,
    SentenceTransformerEmbedder,
    bundled_folder,
    multiplies_bfloat16,
    open_embedder,
)

pytestmark = pytest.mark.slow

TEXTS = [
    "Combien de jours de congés payés ?",
    "",
    "The laptop must be returned on the last day.",
    "Le télétravail est possible deux jours par semaine. " * 40,
    "é\u0301 日本 🙂 \u0000",
    "Oui.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


@pytest.fixture(scope="module")
def precise() -> Embedder:
    return SentenceTransformerEmbedder(bundled_folder(), BUNDLED_NAME, half=False)


def test_every_text_has_a_unit_row_of_float32(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS)

    assert rows.shape == (len(TEXTS), embedder.dimensions) == (len(TEXTS), 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_rows_stand_in_the_order_given_whatever_the_batch(precise: Embedder) -> None:
    many = [f"{text} {n}" for n in range(4) for text in TEXTS]

    together = precise.embed(many)

    alone = np.vstack([precise.embed([text]) for text in many])
    assert np.allclose(together, alone, atol=1e-4)


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_the_vectors_are_those_of_the_published_model(precise: Embedder) -> None:
    """0.7553 is what the documentation of Sentence Transformers prints for this pair."""
    rows = precise.embed(["A man is eating food.", "A man is eating a piece of bread."])

    assert rows[0] @ rows[1] == pytest.approx(0.7553, abs=1e-4)


def test_bfloat16_agrees_with_float32(precise: Embedder) -> None:
    half = SentenceTransformerEmbedder(bundled_folder(), BUNDLED_NAME, half=True)

    cosines = (half.embed(TEXTS) * precise.embed(TEXTS)).sum(axis=1)

    assert cosines.min() >= 0.999


def test_several_threads_may_embed_at_once(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: embedder.embed(TEXTS), range(12)))

    assert all(np.allclose(result, expected, atol=1e-5) for result in results)


def test_the_identity_changes_with_the_weights_and_not_with_the_read_me(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(bundled_folder(), folder)
    before = open_embedder(folder).identity

    (folder / "README.md").write_text("other words", encoding="utf-8")
    described = open_embedder(folder).identity
    config = folder / "special_tokens_map.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = open_embedder(folder).identity

    assert before.name == "mine"
    assert before == described
    assert changed.digest != before.digest


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="sentence-transformers"):
        open_embedder(tmp_path)


def test_weights_that_can_carry_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")

    with pytest.raises(ModelUnavailableError, match="safetensors"):
        open_embedder(tmp_path)


def test_bfloat16_is_chosen_by_what_the_cpu_can_do() -> None:
    assert isinstance(multiplies_bfloat16(), bool)
