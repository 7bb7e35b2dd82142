"""Packed layers compute what the layers computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.sentence import bundled_folder

if TYPE_CHECKING:
    from torch import nn

pytestmark = pytest.mark.slow

TEXTS = ["Combien de jours de congés payés ?", "Oui.", "Le badge ouvre la porte. " * 40]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 8), (5, 8), (2, 3, 8)])
def test_a_packed_layer_gives_the_same_rows(shape: tuple[int, ...], bias: bool) -> None:
    import torch
    from torch import nn

    from models.packed import PackedLinear, packed

    layers = nn.Sequential(nn.Linear(8, 16, bias=bias), nn.Tanh())
    rows = torch.randn(shape)
    expected = layers(rows)

    done = packed(layers)(rows)

    assert isinstance(layers[0], PackedLinear)
    assert torch.allclose(done, expected, atol=1e-5)


def widening(activation: nn.Module) -> nn.Module:
    """BERT's intermediate block, as the transformers library writes it."""
    import torch
    from torch import nn

    class Widening(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(8, 32)
            self.intermediate_act_fn = activation

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            done: torch.Tensor = self.intermediate_act_fn(self.dense(rows))
            return done

    return Widening()


@pytest.mark.parametrize(
    ("name", "settings", "fused"),
    [("GELU", {}, True), ("GELU", {"approximate": "tanh"}, False), ("ReLU", {}, False)],
)
def test_only_the_exact_gelu_is_fused(name: str, settings: dict[str, str], fused: bool) -> None:
    import torch
    from torch import nn

    from models.packed import packed

    block = widening(getattr(nn, name)(**settings))
    rows = torch.randn(4, 8)
    expected = block(rows)

    done = packed(block)(rows)

    assert isinstance(block.intermediate_act_fn, nn.Identity) is fused
    assert torch.allclose(done, expected, atol=1e-5)


def test_a_model_of_mixed_precision_is_left_alone() -> None:
    import torch
    from torch import nn

    from models.packed import packed

    layers = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8).to(torch.bfloat16))

    packed(layers)

    assert type(layers[0]) is nn.Linear


def test_the_bundled_model_packed_is_the_bundled_model() -> None:
    from sentence_transformers import SentenceTransformer
    from torch import nn

    from models.packed import PackedLinear, packed

    plain = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    expected = plain.encode(TEXTS)

    rows = packed(plain).encode(TEXTS)

    kinds = {type(module) for module in plain.modules()}
    assert (rows * expected).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert PackedLinear in kinds
    assert nn.Linear not in kinds
