"""A cross-encoder reads a question and passages together, from a folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_cross_encoder

from models.cross_encoder import CrossEncoderReranker
from models.errors import ModelUnavailableError

pytestmark = pytest.mark.slow

QUESTION = "combien de jours"
PASSAGES = ["vingt-cinq jours par an", "", "le badge se rend " * 300, "trois jours"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cross_encoder.build(tmp_path_factory.mktemp("models") / "tiny")


def test_scores_stand_in_the_order_given_whatever_the_batch(folder: Path) -> None:
    reranker = CrossEncoderReranker(folder)

    together = reranker.scores(QUESTION, PASSAGES)

    alone = [score for passage in PASSAGES for score in reranker.scores(QUESTION, [passage])]
    assert together == pytest.approx(alone, abs=1e-4)
    assert len(set(together)) == len(PASSAGES)


def test_no_passage_has_no_score(folder: Path) -> None:
    assert CrossEncoderReranker(folder).scores(QUESTION, []) == []


def test_other_weights_have_another_digest(folder: Path, tmp_path: Path) -> None:
    other = tiny_cross_encoder.build(tmp_path / "tiny", seed=1)

    digests = {CrossEncoderReranker(one).identity.digest for one in (folder, other)}

    assert len(digests) == 2


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_folder_without_its_parts_is_refused_at_once(tmp_path: Path, missing: str) -> None:
    folder = tiny_cross_encoder.build(tmp_path / "tiny")
    (folder / missing).unlink()

    with pytest.raises(ModelUnavailableError, match="not the folder of a cross-encoder"):
        CrossEncoderReranker(folder)


def test_a_damaged_folder_is_a_sentence(tmp_path: Path) -> None:
    folder = tiny_cross_encoder.build(tmp_path / "tiny")
    (folder / "model.safetensors").write_bytes(b"damaged")

    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        CrossEncoderReranker(folder).scores(QUESTION, PASSAGES)


def test_a_model_that_sorts_into_classes_is_no_reranker(tmp_path: Path) -> None:
    classifier = CrossEncoderReranker(tiny_cross_encoder.build(tmp_path / "tiny", labels=3))

    with pytest.raises(ModelUnavailableError, match="3 scores"):
        classifier.scores(QUESTION, PASSAGES)
