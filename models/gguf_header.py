"""The header of a GGUF file: enough of it to say which model this is, without loading it.

Source of the format: the GGUF specification in the ggml repository, versions 2 and 3.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.errors import ModelUnavailableError

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_LONGEST_TEXT = 1 << 20  # bytes; a longer name or key means that this is no header
_SAID = ("general.architecture", "general.name", "general.type", "general.license")
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 10: "Q", 11: "q"}
_MOST_LAYERS = 4096
_PARTS = ("key", "value")
_COUNTED = {
    "context_length",
    "block_count",
    "embedding_length",
    "attention.head_count",
    "attention.head_count_kv",
    *(f"attention.{part}_length" for part in _PARTS),
}
_LAST = "tokenizer."  # these keys come last, and are long


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF says of itself. `architecture` is llama.cpp's name for it, such as "llama".

    `kind` is "model" where nothing is said; "adapter" changes a model and is none.
    """

    architecture: str
    name: str
    kind: str = "model"
    licence: str = ""
    context_tokens: int | None = None  # that it was trained for
    cache_numbers_per_token: int | None = None  # None where nothing is said


def read_header(path: Path) -> Header:
    """Raises ModelUnavailableError, with a sentence, for anything that is not a readable GGUF."""
    try:
        with path.open("rb") as file:
            return _header(file, path)
    except FileNotFoundError:
        raise ModelUnavailableError(f"There is no file {path}.") from None
    except OSError as error:
        raise ModelUnavailableError(f"{path} cannot be read: {error.strerror}.") from error


def _header(file: BinaryIO, path: Path) -> Header:
    if file.read(len(MAGIC)) != MAGIC:
        raise ModelUnavailableError(
            f"{path} is not a GGUF file. Only GGUF is read: other formats may carry code."
        )
    try:
        return _described(file)
    except (struct.error, EOFError, UnicodeDecodeError) as error:
        raise ModelUnavailableError(
            f"{path} begins as a GGUF file, but its header is damaged or cut short."
        ) from error


def _described(file: BinaryIO) -> Header:
    version, _tensors, pairs = struct.unpack("<IQQ", file.read(20))
    if version not in _VERSIONS:
        raise EOFError
    found: dict[str, str] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for _ in range(pairs):
        key = _text(file)
        if "general.architecture" in found and key.startswith(_LAST):
            break
        (kind,) = struct.unpack("<I", file.read(4))
        if kind == _TEXT and key in _SAID:
            found[key] = _text(file)
        elif key.partition(".")[2] in _COUNTED:
            numbers[key.partition(".")[2]] = _numbers(file, kind)
        else:
            _skip(file, kind)
    if "general.architecture" not in found:
        raise EOFError
    return Header(
        found["general.architecture"],
        found.get("general.name", ""),
        found.get("general.type", "model"),
        found.get("general.license", ""),
        max(numbers.get("context_length", ()), default=None),
        _cache_numbers(numbers),
    )


def _cache_numbers(said: Mapping[str, tuple[int, ...]]) -> int | None:
    """How many numbers a cache keeps of one token: a key and a value for each head and layer."""
    try:
        (layers,), (width,) = said["block_count"], said["embedding_length"]
        heads = max(said["attention.head_count"])
        shared = said.get("attention.head_count_kv", said["attention.head_count"])
        each = sum(max(said.get(f"attention.{part}_length", (width // heads,))) for part in _PARTS)
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    return each * (sum(shared) if len(shared) == layers else shared[0] * layers)


def _numbers(file: BinaryIO, kind: int) -> tuple[int, ...]:
    """One, or one for each layer."""
    count = 1
    if kind == _ARRAY:
        kind, count = struct.unpack("<IQ", file.read(12))
    if kind not in _NUMBERS or count > _MOST_LAYERS:
        raise EOFError
    return struct.unpack(f"<{count}{_NUMBERS[kind]}", file.read(count * _SIZES[kind]))


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST_TEXT:
        raise EOFError
    text = file.read(length)
    if len(text) < length:
        raise EOFError
    return text.decode()


def _skip(file: BinaryIO, kind: int) -> None:
    if kind in _SIZES:
        file.seek(_SIZES[kind], 1)
    elif kind == _TEXT:
        _text(file)
    elif kind == _ARRAY:
        element, count = struct.unpack("<IQ", file.read(12))
        if element in _SIZES:
            file.seek(_SIZES[element] * count, 1)
        else:
            for _ in range(count):
                _skip(file, element)
    else:
        raise EOFError
