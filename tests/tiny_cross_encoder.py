"""A cross-encoder with random weights: a real architecture, a real tokenizer, 100 kB."""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = string.ascii_lowercase + string.digits


NLI = ("entailment", "neutral", "contradiction")


def build(folder: Path, *, labels: int = 1, seed: int = 0, names: Sequence[str] = ()) -> Path:
    """Writes it in the form in which such models are published: safetensors, no code.

    `names` are those of its classes, where it has some.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir(parents=True)
    vocabulary = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.5,
        num_labels=len(names) or labels,
        **({"id2label": dict(enumerate(names))} if names else {}),
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder
