"""A cross-encoder reads two texts together, from a folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_cross_encoder

from models.cross_encoder import CrossEncoderEntailment, CrossEncoderReranker
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

    with pytest.raises(ModelUnavailableError, match="not the safetensors file"):
        CrossEncoderReranker(folder)


def test_a_model_that_sorts_into_classes_is_no_reranker(tmp_path: Path) -> None:
    classifier = CrossEncoderReranker(tiny_cross_encoder.build(tmp_path / "tiny", labels=3))

    with pytest.raises(ModelUnavailableError, match="3 scores"):
        classifier.scores(QUESTION, PASSAGES)


def test_entailment_is_a_probability_of_each_premise_in_the_order_given(tmp_path: Path) -> None:
    folder = tiny_cross_encoder.build(tmp_path / "nli", names=tiny_cross_encoder.NLI)
    entailment = CrossEncoderEntailment(folder)

    together = entailment.entails(PASSAGES, QUESTION)

    alone = [one for passage in PASSAGES for one in entailment.entails([passage], QUESTION)]
    assert together == pytest.approx(alone, abs=1e-4)
    assert all(0 <= one <= 1 for one in together)
    assert len(set(together)) == len(PASSAGES)
    assert entailment.entails([], QUESTION) == []


def test_entailment_is_told_by_its_name_wherever_it_stands(tmp_path: Path) -> None:
    names = tiny_cross_encoder.NLI
    first = tiny_cross_encoder.build(tmp_path / "first", names=names)
    last = tiny_cross_encoder.build(tmp_path / "last", names=[name.upper() for name in names[::-1]])

    scores = [CrossEncoderEntailment(one).entails(PASSAGES, QUESTION) for one in (first, last)]

    assert scores[0] != pytest.approx(scores[1], abs=1e-2)


@pytest.mark.parametrize("names", [(), ("LABEL_0", "LABEL_1", "LABEL_2")])
def test_a_model_without_a_class_for_entailment_is_refused(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    model = CrossEncoderEntailment(tiny_cross_encoder.build(tmp_path / "tiny", names=names))

    with pytest.raises(ModelUnavailableError, match="no class of its own for entailment"):
        model.entails(PASSAGES, QUESTION)
