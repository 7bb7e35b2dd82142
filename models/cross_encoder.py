"""The reranker: a local folder of a cross-encoder, read by sentence-transformers; no download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.ports import ModelIdentity, Reranker
from models.sentence import stay_offline

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_LONGEST = 512  # tokens of a question and a passage together


class CrossEncoderReranker(Reranker):
    """One thread at a time: its tokenizer is not shareable. Loaded with the first question."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelUnavailableError where the folder holds no model in safetensors form."""
        if not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
            raise ModelUnavailableError(
                f"{folder} is not the folder of a cross-encoder: it needs config.json and weights "
                "in safetensors form"
            )
        self._folder = folder
        self._identity = ModelIdentity(folder.name, folder_digest(folder))
        self._reading = Lock()
        self._model: CrossEncoder | None = None

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Raises ModelUnavailableError."""
        if not passages:
            return []
        pairs = [(question, passage) for passage in passages]
        with self._reading:
            raw = self._loaded().predict(pairs, batch_size=len(pairs), show_progress_bar=False)
        return [float(score) for score in raw]

    def _loaded(self) -> CrossEncoder:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> CrossEncoder:
        stay_offline()
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        try:
            model: CrossEncoder = CrossEncoder(
                str(self._folder), device="cpu", local_files_only=True, max_length=_LONGEST
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelUnavailableError(
                f"{self._folder} cannot be loaded as a cross-encoder: {error}"
            ) from error
        if model.num_labels != 1:
            raise ModelUnavailableError(
                f"{self._folder} gives {model.num_labels} scores for a passage, not one"
            )
        return model
