"""Linear layers with their weights laid out once for this CPU, as oneDNN multiplies them.

PyTorch lays a weight out anew at each call, and in float32 leaves the multiplication to MKL, which
is slow on CPUs that are not its maker's. What is computed stays the same.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


class PackedLinear(nn.Module):
    """A linear layer that can no longer be trained, with its activation where it has one."""

    def __init__(self, layer: nn.Linear, activation: str = "none") -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), None)  # noqa: SLF001
        self._bias = None if layer.bias is None else layer.bias.detach()
        self._activation = activation

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        exact = "none" if self._activation == "gelu" else ""  # erf, not its tanh approximation
        done: torch.Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001
            rows, self._weight, self._bias, self._activation, [], exact
        )
        return done


def packed(model: Model) -> Model:
    """The model with its layers packed in place; as it was where oneDNN cannot."""
    if not _can_pack(model):
        return model
    for parent in list(model.modules()):
        _fuse_activation(parent)
        for name, layer in list(parent.named_children()):
            if type(layer) is nn.Linear:
                setattr(parent, name, PackedLinear(layer))
    return model


def _fuse_activation(block: nn.Module) -> None:
    """BERT and its kin widen each row, then apply GELU: done at once, it stays in the cache."""
    from transformers.activations import GELUActivation

    dense = getattr(block, "dense", None)
    activation = getattr(block, "intermediate_act_fn", None)
    exact = isinstance(activation, nn.GELU) and activation.approximate == "none"
    if type(dense) is nn.Linear and (exact or isinstance(activation, GELUActivation)):
        block.dense = PackedLinear(dense, "gelu")
        block.intermediate_act_fn = nn.Identity()


def _can_pack(model: nn.Module) -> bool:
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    kinds = {parameter.dtype for parameter in model.parameters()}
    if kinds == {torch.bfloat16}:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001
    return kinds == {torch.float32}
