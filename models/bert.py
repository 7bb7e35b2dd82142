"""BERT sentence encoders run on torch alone: a second to start, where the full library takes six.

Reads the same folder as sentence-transformers and gives the same vectors; `sentence.py` chooses.
Source of the architecture: Devlin et al. 2019; of the pooling: Reimers & Gurevych 2019.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.ports import Embedder, Matrix, ModelIdentity

if TYPE_CHECKING:
    from torch import Tensor

_TOKENS_AT_ONCE = 4096  # a batch's tokens, padding included: bounds memory, feeds two cores


@dataclass(frozen=True, slots=True)
class BertShape:
    """What a sentence-transformers folder says of its encoder."""

    layers: int
    heads: int
    dimensions: int
    epsilon: float
    longest: int  # tokens that are read of one text
    pools_mean: bool  # otherwise the first token speaks for the text


def shape_of(folder: Path) -> BertShape | None:
    """The shape of the encoder in a folder; None where it is not one that is run here."""
    config = _json(folder / "config.json")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in _modules(folder)]
    pooling = _json(folder / "1_Pooling" / "config.json")
    mean, first = pooling.get("pooling_mode_mean_tokens"), pooling.get("pooling_mode_cls_token")
    understood = (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and bool(mean) != bool(first)
        and (folder / "model.safetensors").is_file()
        and (folder / "tokenizer.json").is_file()
    )
    if not understood:
        return None
    limits = _json(folder / "sentence_bert_config.json")
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        dimensions=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
        longest=limits.get("max_seq_length") or config["max_position_embeddings"],
        pools_mean=bool(mean),
    )


class BertEmbedder(Embedder):
    """Several threads may embed at once: nothing changes after construction."""

    def __init__(self, folder: Path, name: str, *, half: bool) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        shape = shape_of(folder)
        if shape is None:
            raise ModelUnavailableError(f"{folder}: not a BERT sentence encoder")
        self._shape = shape
        self._identity = ModelIdentity(name, folder_digest(folder))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(shape.longest)
        precision = torch.bfloat16 if half else torch.float32
        weights = load_file(folder / "model.safetensors")
        self._weights = {
            key.removeprefix("bert."): value.to(precision)
            for key, value in weights.items()
            if value.is_floating_point()
        }

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        return self._shape.dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        import torch

        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        with torch.inference_mode():
            for batch in _batches(tokens):
                rows[batch] = self._vectors([tokens[i] for i in batch]).numpy()
        return rows

    def _vectors(self, texts: list[list[int]]) -> Tensor:
        import torch

        width = max(map(len, texts))
        ids = torch.tensor([text + [0] * (width - len(text)) for text in texts])
        lengths = torch.tensor([len(text) for text in texts])
        present = torch.arange(width)[None, :] < lengths[:, None]
        states = self._encoded(ids, present).float()
        if self._shape.pools_mean:
            states = torch.where(present[:, :, None], states, 0).sum(1) / lengths[:, None]
        else:
            states = states[:, 0]
        return torch.nn.functional.normalize(states, dim=1)

    def _encoded(self, ids: Tensor, present: Tensor) -> Tensor:
        """The states of the last layer, (texts, tokens, dimensions)."""
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normed(states, "embeddings.LayerNorm")
        mask = None if bool(present.all()) else present[:, None, None, :]
        for layer in range(self._shape.layers):
            states = self._layer(states, mask, f"encoder.layer.{layer}")
        return states

    def _layer(self, states: Tensor, mask: Tensor | None, name: str) -> Tensor:
        from torch.nn.functional import gelu, scaled_dot_product_attention

        query, key, value = (
            self._heads(states, f"{name}.attention.self.{part}")
            for part in ("query", "key", "value")
        )
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self._dense(mixed.transpose(1, 2).flatten(2), f"{name}.attention.output.dense")
        states = self._normed(states + mixed, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._dense(states, f"{name}.intermediate.dense"))
        outer = self._dense(inner, f"{name}.output.dense")
        return self._normed(states + outer, f"{name}.output.LayerNorm")

    def _heads(self, states: Tensor, name: str) -> Tensor:
        texts, tokens, _ = states.shape
        return self._dense(states, name).view(texts, tokens, self._shape.heads, -1).transpose(1, 2)

    def _dense(self, states: Tensor, name: str) -> Tensor:
        from torch.nn.functional import linear

        return linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normed(self, states: Tensor, name: str) -> Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return layer_norm(states, weight.shape, weight, bias, self._shape.epsilon)


def _batches(tokens: list[list[int]]) -> Iterator[list[int]]:
    """The texts' places, texts of like length together, so that little is padded."""
    batch: list[int] = []
    for place in sorted(range(len(tokens)), key=lambda i: len(tokens[i]), reverse=True):
        if batch and (len(batch) + 1) * len(tokens[batch[0]]) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _modules(folder: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return content if isinstance(content, list) else []
