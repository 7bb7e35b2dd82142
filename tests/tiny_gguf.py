"""A real GGUF of a few hundred kilobytes: llama architecture, random weights, real tokenizer.

What it writes means nothing; that it loads, tokenises, decodes and stops is the point.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

Broken = Literal["truncated", "architecture", "not a gguf", "header"]

LAYERS, WIDTH, HEADS, INNER, VOCABULARY = 2, 64, 4, 128, 512
CONTROLS = ("<|begin|>", "<|end|>", "<|turn|>")
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<|turn|>{{ message['role'] }}\n{{ message['content'] | trim }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
SENTENCES = (
    "Chaque salarié acquiert deux jours et demi de congés payés par mois travaillé.",
    "La demande est déposée quinze jours à l’avance auprès du responsable.",
    "Le télétravail est possible deux jours par semaine, après accord écrit.",
    "Les frais de repas sont remboursés sur justificatif, dans la limite du barème.",
    "Every employee returns the laptop on the last day of the contract.",
    "A phishing message is reported to the security team within the hour.",
)


def build(  # noqa: PLR0913  (each argument is one property of the file)
    path: Path,
    *,
    seed: int = 0,
    context: int = 512,
    template: str | None = TEMPLATE,
    architecture: str = "llama",
    kind: type[np.floating] = np.float16,
    habit: float = 0.0,
    heads: int = HEADS,
) -> Path:
    """Write a GGUF; the same arguments give the same weights.

    Of kind float32, what it chooses does not depend on how its tokens were batched. The stronger
    its `habit`, the oftener it follows a token with the one numbered next, as a model that quotes
    follows what it read: at 4 about two times of three, from 10 on always. With 2 `heads` they are
    wide enough for a cache of 8 bits.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // heads)
    size = add_vocabulary(writer, template)
    for name, weights in _tensors(size, np.random.default_rng(seed), habit):
        writer.add_tensor(name, weights.astype(kind) if weights.ndim > 1 else weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def build_adapter(
    path: Path, *, seed: int = 0, architecture: str = "llama", width: int = WIDTH
) -> Path:
    """A LoRA adapter of rank 2 for the model of `build`, strong enough to be seen."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, 2.0)
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_v"):
            name = f"blk.{layer}.{part}.weight"
            writer.add_tensor(f"{name}.lora_a", _random(random, 2, width))
            writer.add_tensor(f"{name}.lora_b", _random(random, width, 2))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def build_broken(path: Path, kind: Broken) -> Path:
    """A file that looks like a model and is none."""
    match kind:
        case "truncated":
            whole = build(path).read_bytes()
            path.write_bytes(whole[: len(whole) * 2 // 3])
        case "architecture":
            build(path, architecture="nosuchmodel")
        case "not a gguf":
            path.write_bytes(b"\x80\x04\x95 a pickle, which could run anything" * 100)
        case "header":
            path.write_bytes(build(path).read_bytes()[:40])
    return path


def add_vocabulary(writer: gguf.GGUFWriter, template: str | None, size: int = 0) -> int:
    """A tokenizer trained here, filled up to `size` with tokens that no text holds."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(CONTROLS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    tokens += [f"<|unused {n}|>" for n in range(len(tokens), size)]
    merges = _merges(tokenizer)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if one in CONTROLS else gguf.TokenType.NORMAL for one in tokens]
    )
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|begin|>"))
    writer.add_eos_token_id(tokens.index("<|end|>"))
    writer.add_add_bos_token(True)
    if template is not None:
        writer.add_chat_template(template)
    return len(tokens)


def _random(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return random.standard_normal((rows, columns)).astype(np.float32)


def _merges(tokenizer: Tokenizer) -> list[str]:
    import json

    return [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


def _tensors(
    size: int, random: np.random.Generator, habit: float
) -> Iterator[tuple[str, np.ndarray]]:
    def matrix(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    tokens, output = matrix(size, WIDTH), matrix(size, WIDTH)
    yield "token_embd.weight", tokens * (habit or 1)
    yield "output_norm.weight", ones
    yield "output.weight", np.roll(tokens, 1, axis=0) if habit else output
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", ones
        yield f"{block}.ffn_norm.weight", ones
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield f"{block}.{part}.weight", matrix(WIDTH, WIDTH)
        yield f"{block}.ffn_gate.weight", matrix(INNER, WIDTH)
        yield f"{block}.ffn_up.weight", matrix(INNER, WIDTH)
        yield f"{block}.ffn_down.weight", matrix(WIDTH, INNER)
