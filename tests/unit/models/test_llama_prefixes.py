"""What prompts share, kept on disk: loaded it is what was read, and damaged it is not loaded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_gguf
from writings import Granted

from models.llama import LlamaGenerator, LlamaSettings
from models.llama.beginnings import Beginnings
from models.llama.context import Context, Shape
from models.llama.engine import Engine
from models.llama.prefixes import FILES, Prefix, Prefixes
from models.llama.running import Request
from models.llama.weights import Weights
from models.ports import Language, ModelIdentity, Prompt, Source

PREFIX = Prefix((5, 6, 7), b"a state")


def aged(folder: Path, seconds: int) -> None:
    for file in folder.glob("*.prefix"):
        stat = file.stat()
        os.utime(file, (stat.st_atime - seconds, stat.st_mtime - seconds))


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "prefixes"

    Prefixes(folder, "a").keep(PREFIX)

    assert Prefixes(folder, "a").load() == [PREFIX]
    assert Prefixes(tmp_path / "nowhere", "a").load() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:20],
        lambda _: b"",
        lambda content: content[:-1] + b"?",
        lambda content: b"another format 2\n" + content,
        lambda content: content.replace(PREFIX.state, b"b state"),
    ],
)
def test_a_damaged_file_is_not_loaded_and_is_removed(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    prefixes = Prefixes(tmp_path, "a")
    prefixes.keep(PREFIX)
    (file,) = tmp_path.glob("*.prefix")
    file.write_bytes(damage(file.read_bytes()))

    assert prefixes.load() == []
    assert not file.exists()


def test_a_file_of_another_model_is_not_loaded_and_is_removed(tmp_path: Path) -> None:
    Prefixes(tmp_path, "a").keep(PREFIX)

    assert Prefixes(tmp_path, "b").load() == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    prefixes = Prefixes(tmp_path, "a")
    for n in range(FILES + 2):
        prefixes.keep(replace(PREFIX, tokens=(n,)))
        aged(tmp_path, 60)

    assert [one.tokens for one in prefixes.load()] == [(n,) for n in range(FILES + 1, 1, -1)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    folder = tmp_path_factory.mktemp("models")
    return Weights(tiny_gguf.build(folder / "exact.gguf", kind=np.float32))


def written(
    weights: Weights, tokens: list[int], shared: int, beginnings: Beginnings
) -> tuple[list[int], int]:
    """What a new engine writes, and how much of the prompt it did not have to read."""
    context = Context(weights, Shape(2, 512, 64, threads=1, cache="f32"))
    engine = Engine(context, waiting=2, beginnings=beginnings)
    stream = engine.submit(Request(tuple(tokens), 30, Granted(), shared=shared))
    said = [piece.token for piece in stream]
    engine.close(20)
    context.close()
    return said, stream.written.kept


@pytest.mark.slow
def test_after_a_start_the_shared_beginning_is_not_read_and_the_text_is_the_same(
    weights: Weights,
) -> None:
    tokens = [3 + n * n % 400 for n in range(200)]
    kept: list[Prefix] = []
    cold = written(weights, tokens, 150, Beginnings(keep=kept.append))

    warm = written(weights, tokens, 150, Beginnings(kept))

    assert [one.tokens for one in kept] == [tuple(tokens[:150])]
    assert (cold[1], warm[1]) == (0, 150)
    assert warm[0] == cold[0]


@pytest.mark.slow
def test_what_llama_cpp_cannot_take_back_is_read_again(weights: Weights) -> None:
    tokens = [3 + n * n % 400 for n in range(200)]
    cold = written(weights, tokens, 150, Beginnings())

    strange = written(weights, tokens, 150, Beginnings([Prefix(tuple(tokens[:150]), b"strange")]))

    assert strange == cold


@pytest.mark.slow
def test_the_charter_is_on_disk_and_no_question_is(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")
    identity = ModelIdentity("tiny", hashlib.sha256(file.read_bytes()).hexdigest())
    settings = LlamaSettings(512, 24, threads=1, prefixes=tmp_path / "prefixes")
    prompt = Prompt(
        "Charte : ne rien inventer, ne rien promettre, ne citer que les sources.",
        (Source(1, "Congés", "Deux jours et demi par mois."),),
        "Combien de jours ?",
        Language.FRENCH,
    )
    texts = []
    for _ in range(2):
        generator = LlamaGenerator(file, identity, settings)
        texts.append("".join(generator.write(prompt, Granted())))
        generator.close()

    (kept,) = Prefixes(tmp_path / "prefixes", f"{identity.digest} f16 False {_build()}").load()
    weights = Weights(file)
    read = b"".join(map(weights.bytes_of, kept.tokens)).decode()
    weights.close()
    assert texts[0] == texts[1]
    assert prompt.system in read
    assert not any(said in read for said in (prompt.question, prompt.sources[0].text))


def _build() -> str:
    import llama_cpp

    return str(llama_cpp.__version__)
