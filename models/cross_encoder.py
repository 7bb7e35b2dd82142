"""Cross-encoders: local folders, read by sentence-transformers; no download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from models.digests import folder_digest
from models.errors import ModelUnavailableError
from models.formats import check_folder
from models.ports import Entailment, ModelIdentity, Reranker
from models.sentence import stay_offline

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import CrossEncoder

_LONGEST = 512  # tokens of both texts together
_ENTAILMENT = "entail"  # how the label of a model that tells it begins, in any case


class CrossEncoderReranker(Reranker):
    """One thread at a time: its tokenizer is not shareable. Loaded with the first question."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelUnavailableError where the folder holds no model in safetensors form."""
        self._model = _LocalModel(folder)

    @property
    def identity(self) -> ModelIdentity:
        return self._model.identity

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Raises ModelUnavailableError."""
        if not passages:
            return []
        labels = self._model.labels()
        if len(labels) != 1:
            raise ModelUnavailableError(
                f"{self._model.folder} gives {len(labels)} scores for a passage, not one"
            )
        raw = self._model.predict([(question, passage) for passage in passages])
        return [float(score) for score in raw]


class CrossEncoderEntailment(Entailment):
    """A model that sorts pairs of texts into classes, one of which it calls entailment."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelUnavailableError where the folder holds no model in safetensors form."""
        self._model = _LocalModel(folder)

    @property
    def identity(self) -> ModelIdentity:
        return self._model.identity

    def entails(self, premises: Sequence[str], hypothesis: str) -> list[float]:
        """Raises ModelUnavailableError."""
        if not premises:
            return []
        labels = [label.lower() for label in self._model.labels()]
        which = [n for n, label in enumerate(labels) if label.startswith(_ENTAILMENT)]
        if len(labels) == 1 or len(which) != 1:
            raise ModelUnavailableError(
                f"{self._model.folder} has no class of its own for entailment: "
                f"its config.json names {', '.join(labels)}"
            )
        pairs = [(premise, hypothesis) for premise in premises]
        raw = self._model.predict(pairs, apply_softmax=True)
        return [float(row[which[0]]) for row in raw]


class _LocalModel:
    """A folder's model, loaded when it is first asked; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
            raise ModelUnavailableError(
                f"{folder} is not the folder of a cross-encoder: it needs config.json and weights "
                "in safetensors form"
            )
        check_folder(folder)
        self.folder = folder
        self.identity = ModelIdentity(folder.name, folder_digest(folder))
        self._reading = Lock()
        self._model: CrossEncoder | None = None

    def labels(self) -> list[str]:
        """The names of its classes, in the order of its scores."""
        with self._reading:
            config = self._loaded().config
        names: dict[int, str] = getattr(config, "id2label", None) or {}
        return [names[n] for n in sorted(names)]

    def predict(self, pairs: list[tuple[str, str]], *, apply_softmax: bool = False) -> NDArray[Any]:
        with self._reading:
            raw: NDArray[Any] = self._loaded().predict(
                pairs,
                batch_size=len(pairs),
                show_progress_bar=False,
                apply_softmax=apply_softmax,
            )
        return raw

    def _loaded(self) -> CrossEncoder:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> CrossEncoder:
        check_folder(self.folder)
        stay_offline()
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        try:
            model: CrossEncoder = CrossEncoder(
                str(self.folder), device="cpu", local_files_only=True, max_length=_LONGEST
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelUnavailableError(
                f"{self.folder} cannot be loaded as a cross-encoder: {error}"
            ) from error
        return model
