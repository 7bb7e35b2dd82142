"""Weights are data: a pickle, whatever it calls itself, is refused at every door, unopened."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_cross_encoder
import tiny_gguf
from hub import Shelf, serving

from models.errors import ModelUnavailableError
from models.hub import Hub, Place
from models.offers import offered
from models.pulling import pull
from server.settings import load
from server.wiring import Vigie, make_embedder, make_entailment, make_reranker

OFFER = offered("qwen2.5-1.5b")


class Running:
    """What leaves a folder behind where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.mark,)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "it-ran"


@pytest.fixture(params=["pickle", "old pickle", "zip"])
def harmful(request: pytest.FixtureRequest, mark: Path) -> tuple[str, bytes]:
    """How it is made, and its bytes."""
    protocol = 0 if request.param == "old pickle" else 2
    content = pickle.dumps(Running(mark), protocol)
    if request.param == "zip":
        file = mark.with_suffix(".zip")
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", content)
        content = file.read_bytes()
    return request.param, content


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["bin", "pt", "pkl", "gguf", "safetensors"])
@pytest.mark.parametrize("door", ["add", "add --for"])
def test_neither_added_nor_attached(
    door: str, suffix: str, harmful: tuple[str, bytes], house: Vigie, mark: Path
) -> None:
    kind, content = harmful
    file = mark.with_name(f"model.{suffix}")
    file.write_bytes(content)
    models, by = house.models, house.operator
    models.pin(tiny_gguf.build(mark.with_name("tiny.gguf")), "tiny", "", by)
    doors: dict[str, Callable[[], object]] = {
        "add": lambda: models.pin(file, None, "", by),
        "add --for": lambda: models.attach(file, "tiny", None, by),
    }
    said = "is not a GGUF file" if kind == "old pickle" else "is a pickle"

    with pytest.raises(ModelUnavailableError, match=said):
        doors[door]()

    assert not mark.exists()


def test_not_pulled(harmful: tuple[str, bytes], mark: Path, tmp_path: Path) -> None:
    _, content = harmful
    weights = tmp_path / "weights"

    with (
        serving(Shelf(OFFER.repository, {"any-q4_k_m.gguf": content})) as base,
        pytest.raises(ModelUnavailableError, match=r"is a pickle|is not a GGUF file"),
    ):
        pull(OFFER, Hub(Place(base, ())), weights, lambda _done, _of: None)

    assert list(weights.iterdir()) == []
    assert not mark.exists()


def embedder(folder: Path) -> Path:
    """As much of one as is looked at before its weights are loaded."""
    folder.mkdir()
    (folder / "modules.json").write_text("[]", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(safetensors({"a": [0, 4]}, 4))
    return folder


def safetensors(tensors: object, size: int) -> bytes:
    if isinstance(tensors, dict):
        tensors = {
            name: {"dtype": "U8", "shape": [size], "data_offsets": ends}
            for name, ends in tensors.items()
        }
    index = json.dumps(tensors).encode()
    return struct.pack("<Q", len(index)) + index + bytes(size)


FOLDERS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "VIGIE_EMBEDDER": (embedder, lambda folder: make_embedder(load(folder, embedder=folder))),
    "VIGIE_RERANKER": (
        tiny_cross_encoder.build,
        lambda folder: make_reranker(load(reranker=folder)),
    ),
    "VIGIE_ENTAILMENT": (
        tiny_cross_encoder.build,
        lambda folder: make_entailment(load(entailment=folder)),
    ),
}


@pytest.mark.parametrize("setting", FOLDERS)
def test_a_sound_folder_is_taken(setting: str, tmp_path: Path) -> None:
    build, door = FOLDERS[setting]

    assert door(build(tmp_path / "model"))


@pytest.mark.parametrize("setting", FOLDERS)
@pytest.mark.parametrize(
    "name",
    [
        "pytorch_model.bin",
        "2_Dense/pytorch_model.bin",
        "training_args.BIN",
        "optimizer.pt",
        "2_Dense/model.safetensors",
        "notes.txt",
    ],
)
def test_in_no_folder_of_the_settings(
    setting: str, name: str, harmful: tuple[str, bytes], mark: Path, tmp_path: Path
) -> None:
    kind, content = harmful
    if kind == "old pickle" and name == "notes.txt":
        pytest.skip("a text that nobody opens as anything else")
    build, door = FOLDERS[setting]
    folder = build(tmp_path / "model")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)

    with pytest.raises(ModelUnavailableError, match=r"is a pickle|not the safetensors file"):
        door(folder)

    assert not mark.exists()


@pytest.mark.parametrize("setting", FOLDERS)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"damaged",
        struct.pack("<Q", 10**15) + b"{}",
        struct.pack("<Q", 60) + b"{}",
        struct.pack("<Q", 4) + b"{[}]",
        struct.pack("<Q", 60_000) + b"[" * 60_000,
        safetensors([1, 2], 0),
        safetensors({"a": [0, 8]}, 4),
        safetensors({"a": [2, 4]}, 4),
        safetensors({"a": [0, 4], "b": [0, 4]}, 4),
        safetensors({"a": ["0", "4"]}, 4),
        safetensors({"a": [0, 4]}, 9),
    ],
)
def test_a_header_that_lies_is_refused(setting: str, content: bytes, tmp_path: Path) -> None:
    build, door = FOLDERS[setting]
    folder = build(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(content)

    with pytest.raises(ModelUnavailableError, match="not the safetensors file that its name says"):
        door(folder)


def test_a_link_to_a_folder_hides_nothing(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = embedder(tmp_path / "model")
    (folder / "2_Dense").symlink_to(elsewhere)

    with pytest.raises(ModelUnavailableError, match="link to a folder"):
        make_embedder(load(tmp_path, embedder=folder))
