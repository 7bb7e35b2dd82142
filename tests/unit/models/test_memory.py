"""What a model needs is told from its header, and is what llama.cpp then takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import gguf
import pytest
import tiny_gguf

from models import memory
from models.gguf_header import Header, read_header
from models.llama import LlamaGenerator, LlamaSettings
from models.llama.weights import Weights
from models.ports import ModelIdentity

QWEN3_4B = Header("qwen3", "", context_tokens=262_144, cache_numbers_per_token=2 * 36 * 8 * 128)


def header_of(path: Path, describe: Callable[[gguf.GGUFWriter], None]) -> Header:
    """Of a file with a header and nothing else."""
    writer = gguf.GGUFWriter(path, "qwen3")
    describe(writer)
    writer.add_tokenizer_model("gpt2")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return read_header(path)


def described(writer: gguf.GGUFWriter) -> None:
    writer.add_license("apache-2.0")
    writer.add_context_length(262_144)
    writer.add_block_count(36)
    writer.add_embedding_length(2_560)
    writer.add_head_count(32)


def test_what_a_header_says_of_the_cache_is_what_llama_cpp_finds(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")

    header = read_header(file)

    assert header.context_tokens == 512
    assert header.cache_numbers_per_token == Weights(file).cache_numbers_per_token


@pytest.mark.parametrize(
    ("shared", "widths", "numbers"),
    [
        (None, (), 2 * 36 * 32 * 80),
        (8, (), 2 * 36 * 8 * 80),
        (8, (128, 128), QWEN3_4B.cache_numbers_per_token),
        (8, (192, 128), 36 * 8 * (192 + 128)),
        ([8] * 30 + [4] * 6, (128, 128), 2 * (30 * 8 + 6 * 4) * 128),
    ],
)
def test_heads_may_be_shared_wide_and_differ_by_layer(
    shared: int | list[int] | None, widths: tuple[int, ...], numbers: int, tmp_path: Path
) -> None:
    def describe(writer: gguf.GGUFWriter) -> None:
        described(writer)
        if shared:
            writer.add_head_count_kv(shared)
        if widths:
            writer.add_key_length(widths[0])
            writer.add_value_length(widths[1])

    header = header_of(tmp_path / "m.gguf", describe)

    assert header.cache_numbers_per_token == numbers
    assert header.licence == "apache-2.0"


def test_a_file_that_does_not_say_enough_is_of_unknown_need(tmp_path: Path) -> None:
    header = header_of(tmp_path / "m.gguf", lambda writer: writer.add_context_length(4_096))

    assert header.cache_numbers_per_token is None
    assert memory.needed(header, 10**9, LlamaSettings()) is None


def test_a_budget_holds_nearly_twice_the_answers_in_8_bits() -> None:
    usual = memory.needed(QWEN3_4B, 2_500_000_000, LlamaSettings(parallel=64))
    halved = memory.needed(
        QWEN3_4B, 2_500_000_000, LlamaSettings(parallel=64, cache="q8_0", flash=True)
    )

    assert usual is not None
    assert halved is not None
    assert (usual.answers, halved.answers) == (3, 6)
    assert usual.caches_gb == pytest.approx(1.81, abs=0.01)
    assert usual.total_gb == pytest.approx(2.5 + 1.81 + memory.COMPUTING_GB, abs=0.01)


def test_a_model_fits_only_beside_the_rest_of_the_house() -> None:
    assert memory.fits(6.5, 8.0)
    assert not memory.fits(6.6, 8.0)
    assert 0.1 < memory.of_this_machine() < 100_000


@pytest.mark.slow
def test_what_was_told_is_what_the_caches_take(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")
    how = LlamaSettings(context_tokens=512, answer_tokens=16, parallel=64, cache_mb=8)

    told = memory.needed(read_header(file), file.stat().st_size, how)

    assert told is not None
    with closing(LlamaGenerator(file, ModelIdentity("tiny", "a" * 64), how)) as generator:
        assert generator.load.free == told.answers == 32
        assert generator.load.memory_mb == pytest.approx(told.caches_gb * 1e9 / 2**20, rel=0.05)
