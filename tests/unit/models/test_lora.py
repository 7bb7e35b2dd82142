"""A LoRA adapter is pinned to a model, changes what it says, and is part of who it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import tiny_gguf

from models import catalog
from models.catalog import PinnedModel
from models.errors import ModelDigestError, ModelUnavailableError
from models.llama.context import Context, Feed, Shape
from models.llama.weights import Weights

pytestmark = pytest.mark.slow


@pytest.fixture
def model(tmp_path: Path) -> PinnedModel:
    return catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return tiny_gguf.build_adapter(tmp_path / "ton.gguf")


def logits(model: PinnedModel) -> np.ndarray:
    """What the model would say after three tokens."""
    weights = Weights(model.path, adapters=[one.path for one in model.adapters])
    context = Context(weights, Shape(slots=1, tokens=64, batch=16, threads=1))
    weights.adapt(context.handle)
    with closing(weights), closing(context):
        ((row,),) = context.decode([Feed(0, 0, [5, 6, 7], answers=1)])
        return np.array(context.logits(row))


def test_an_adapter_changes_what_is_said_and_detaching_restores_it(
    model: PinnedModel, adapter: Path, tmp_path: Path
) -> None:
    plain = logits(model)

    attached = catalog.attach(tmp_path, adapter, "tiny")
    changed = logits(attached)
    restored = logits(catalog.detach(tmp_path, "tiny", "ton"))

    assert np.abs(changed - plain).max() > 0.01
    assert np.array_equal(restored, plain)


def test_an_adapter_is_part_of_who_answers(
    model: PinnedModel, adapter: Path, tmp_path: Path
) -> None:
    one = catalog.attach(tmp_path, adapter, "tiny").identity
    other_file = tiny_gguf.build_adapter(tmp_path / "ton2.gguf", seed=1)
    other = catalog.attach(tmp_path, other_file, "tiny", "ton").identity

    assert one.name == "tiny+ton" == other.name
    assert len({model.identity.digest, one.digest, other.digest}) == 3
    assert catalog.detach(tmp_path, "tiny", "ton").identity == model.identity


def test_a_changed_adapter_is_refused_as_a_changed_model_is(
    model: PinnedModel, adapter: Path, tmp_path: Path
) -> None:
    attached = catalog.attach(tmp_path, adapter, "tiny")
    catalog.verify(attached)
    adapter.write_bytes(adapter.read_bytes()[:-1] + b"!")

    with pytest.raises(ModelDigestError, match=f"vigie models add {adapter} --for tiny"):
        catalog.verify(attached)
    assert catalog.choose("auto", attached).engine is catalog.Engine.EXTRACTIVE


def test_only_an_adapter_of_the_same_architecture_is_attached(
    model: PinnedModel, adapter: Path, tmp_path: Path
) -> None:
    foreign = tiny_gguf.build_adapter(tmp_path / "foreign.gguf", architecture="qwen2")

    with pytest.raises(ModelUnavailableError, match="made for the architecture “qwen2”"):
        catalog.attach(tmp_path, foreign, "tiny")
    with pytest.raises(ModelUnavailableError, match="is no adapter"):
        catalog.attach(tmp_path, model.path, "tiny")
    with pytest.raises(ModelUnavailableError, match="No model named other"):
        catalog.attach(tmp_path, adapter, "other")
    with pytest.raises(ModelUnavailableError, match="--for MODEL"):
        catalog.add(tmp_path, adapter)
    with pytest.raises(ModelUnavailableError, match="no adapter ton"):
        catalog.detach(tmp_path, "tiny", "ton")
    assert catalog.listed(tmp_path) == (model,)


def test_an_adapter_of_another_width_is_a_sentence_when_it_is_loaded(
    model: PinnedModel, tmp_path: Path
) -> None:
    wide = tiny_gguf.build_adapter(tmp_path / "wide.gguf", width=128)

    with pytest.raises(ModelUnavailableError, match="does not fit the model"):
        logits(catalog.attach(tmp_path, wide, "tiny"))


def test_adapters_stay_on_a_model_that_is_pinned_again_and_leave_a_changed_one(
    model: PinnedModel, adapter: Path, tmp_path: Path
) -> None:
    attached = catalog.attach(tmp_path, adapter, "tiny")
    assert catalog.add(tmp_path, model.path, "tiny") == attached

    tiny_gguf.build(model.path, seed=1)

    assert catalog.add(tmp_path, model.path, "tiny").adapters == ()


def test_a_catalogue_from_before_adapters_is_read(model: PinnedModel, tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text(file.read_text().replace(',\n    "adapters": []', ""))

    assert "adapters" not in file.read_text()
    assert catalog.listed(tmp_path) == (model,)
