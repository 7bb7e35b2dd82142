"""Ways of attending: what each keeps, what it takes, and whom a text depends on.

With plain attention a text is what it would be alone, whoever else writes: that is why it is the
default (ADR 0033). The others are held to what they do promise.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import tiny_gguf
from writings import Granted

from models.errors import ModelUnavailableError
from models.llama import LlamaGenerator, LlamaSettings
from models.llama.context import CacheType, Context, Shape
from models.llama.engine import Engine
from models.llama.running import Request
from models.llama.weights import Weights
from models.ports import Language, ModelIdentity, Prompt, Source

pytestmark = pytest.mark.slow

ROOM, LIMIT, SLOTS = 512, 32, 4
PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    folder = tmp_path_factory.mktemp("models")
    return Weights(tiny_gguf.build(folder / "wide.gguf", kind=np.float16, heads=2))


def prompts(weights: Weights, count: int) -> list[tuple[int, ...]]:
    """Of all lengths, with beginnings in common."""
    random = Random(2)

    def drawn(length: int) -> list[int]:
        return [random.randrange(3, weights.vocabulary_size) for _ in range(length)]

    shared = drawn(150)
    return [
        (*shared[: random.randrange(150)], *drawn(random.randrange(1, 250))) for _ in range(count)
    ]


def written(
    weights: Weights, shape: Shape, texts: list[tuple[int, ...]], *, drafts: bool = False
) -> list[list[int]]:
    """Each text, all of them asked for at once."""
    with closing(Context(weights, shape)) as context:
        engine = Engine(context, waiting=1_000)
        requests = [Request(text, LIMIT, Granted(), drafts=drafts) for text in texts]
        streams = [engine.submit(request) for request in requests]
        said = [[piece.token for piece in stream] for stream in streams]
        engine.close(20)
    return said


def alone(
    weights: Weights, cache: CacheType, texts: list[tuple[int, ...]], *, flash: bool
) -> list[list[int]]:
    shape = Shape(1, ROOM, ROOM, threads=1, cache=cache, flash=flash)
    return [said for text in texts for said in written(weights, shape, [text])]


def together(cache: CacheType, *, flash: bool) -> Shape:
    return Shape(SLOTS, ROOM, 64, threads=1, cache=cache, flash=flash)


def apart(some: list[list[int]], others: list[list[int]]) -> int:
    return sum(one != other for one, other in zip(some, others, strict=True))


@pytest.mark.parametrize("drafts", [False, True])
def test_with_plain_attention_a_text_does_not_depend_on_who_else_writes(
    weights: Weights, *, drafts: bool
) -> None:
    texts = prompts(weights, 100)

    said = written(weights, together("f16", flash=False), texts, drafts=drafts)

    assert said == alone(weights, "f16", texts, flash=False)


def test_with_flash_attention_few_texts_depend_on_who_else_writes(weights: Weights) -> None:
    texts = prompts(weights, 100)

    said = written(weights, together("f16", flash=True), texts)

    assert apart(said, alone(weights, "f16", texts, flash=True)) < 15


def test_a_cache_of_8_bits_holds_nearly_twice_the_answers_in_the_same_memory(
    tmp_path: Path,
) -> None:
    file = tiny_gguf.build(tmp_path / "wide.gguf", heads=2)
    usual = LlamaSettings(context_tokens=ROOM, answer_tokens=16, parallel=64, cache_mb=2)
    halved = replace(usual, cache="q8_0", flash=True)

    loads = []
    for settings in (usual, halved):
        with closing(LlamaGenerator(file, ModelIdentity("wide", "a" * 64), settings)) as writer:
            assert "".join(writer.write(PROMPT, Granted()))
            loads.append(writer.load)

    assert [load.free for load in loads] == [8, 15]
    assert [load.memory_mb for load in loads] == [2, 1], "a block of 32 numbers takes 34 bytes"
    assert [(load.kv_cache, load.flash_attention) for load in loads] == [
        ("f16", False),
        ("q8_0", True),
    ]


def test_a_cache_of_8_bits_without_flash_attention_is_a_sentence(weights: Weights) -> None:
    with pytest.raises(ModelUnavailableError, match="needs flash attention"):
        Context(weights, together("q8_0", flash=False))


def test_heads_too_narrow_for_a_cache_of_8_bits_are_a_sentence(tmp_path: Path) -> None:
    narrow = Weights(tiny_gguf.build(tmp_path / "narrow.gguf"))

    with pytest.raises(ModelUnavailableError, match=r"16 numbers wide.*VIGIE_KV_CACHE=f16"):
        Context(narrow, together("q8_0", flash=True))
