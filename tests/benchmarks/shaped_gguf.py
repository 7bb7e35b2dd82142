"""A GGUF in the shape of Qwen2.5, of random weights: its speed is true, its words mean nothing.

Shapes: https://huggingface.co/Qwen/Qwen2.5-0.5B and -1.5B, config.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import tiny_gguf
from gguf.quants import quantize
from numpy.typing import NDArray

KINDS = {"Q4_0": gguf.GGMLQuantizationType.Q4_0, "Q8_0": gguf.GGMLQuantizationType.Q8_0}
VOCABULARY = 151_936
CONTEXT = 32_768


@dataclass(frozen=True, slots=True)
class Size:
    """What differs between the sizes of one family. Embeddings serve as output too."""

    layers: int
    width: int
    heads: int
    key_heads: int
    inner: int


SIZES = {
    "0.5B": Size(layers=24, width=896, heads=14, key_heads=2, inner=4_864),
    "1.5B": Size(layers=28, width=1_536, heads=12, key_heads=2, inner=8_960),
}


def build(path: Path, size: Size, kind: str, *, habit: float = 0.0) -> Path:
    """Write a model of the architecture qwen2; the same arguments give the same weights.

    With a strong `habit` (500) it follows each token with the one numbered next, and so quotes
    whatever it read in that order; every layer is worked through all the same.
    """
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(size.width)
    writer.add_block_count(size.layers)
    writer.add_feed_forward_length(size.inner)
    writer.add_head_count(size.heads)
    writer.add_head_count_kv(size.key_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    tiny_gguf.add_vocabulary(writer, tiny_gguf.TEMPLATE, size=VOCABULARY)
    for name, weights in _tensors(size, np.random.default_rng(0), habit):
        if weights.ndim == 1:
            writer.add_tensor(name, weights)
        else:
            writer.add_tensor(name, quantize(weights, KINDS[kind]), raw_dtype=KINDS[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensors(
    size: Size, random: np.random.Generator, habit: float
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        drawn = random.standard_normal((rows, columns), dtype=np.float32)
        return drawn / np.float32(np.sqrt(columns))

    keys = size.width // size.heads * size.key_heads
    ones, zeros = np.ones(size.width, np.float32), np.zeros(size.width, np.float32)
    tokens = matrix(VOCABULARY, size.width)
    yield "token_embd.weight", tokens * np.float32(habit or 1)
    if habit:
        yield "output.weight", np.roll(tokens, 1, axis=0)
    yield "output_norm.weight", ones
    for layer in range(size.layers):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", ones
        yield f"{block}.ffn_norm.weight", ones
        for part, rows in (("attn_q", size.width), ("attn_k", keys), ("attn_v", keys)):
            yield f"{block}.{part}.weight", matrix(rows, size.width)
            yield f"{block}.{part}.bias", zeros[:rows]
        yield f"{block}.attn_output.weight", matrix(size.width, size.width)
        yield f"{block}.ffn_gate.weight", matrix(size.inner, size.width)
        yield f"{block}.ffn_up.weight", matrix(size.inner, size.width)
        yield f"{block}.ffn_down.weight", matrix(size.width, size.inner)
