"""What a file of weights is, told by its content: a name proves nothing.

GGUF and safetensors are data. A pickle is a program that runs when it is opened.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from models.errors import ModelUnavailableError
from models.gguf_header import MAGIC

HEAD = 16
"""How many first bytes tell."""

_LONGEST_INDEX = 100 * 10**6  # bytes: the limit of the safetensors format
_ARCHIVE = b"PK\x03\x04"  # what PyTorch puts its pickle in
_PICKLE = b"\x80"  # since protocol 2; earlier ones begin as any text may, and go by their names
_PICKLES = frozenset({".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"})
_ABOUT_ALL = "__metadata__"


def check_gguf(head: bytes, name: str) -> None:
    """What llama.cpp runs, by the first bytes of a file. Raises ModelUnavailableError."""
    if head.startswith(MAGIC):
        return
    _check_no_pickle(head, name)
    other = "safetensors, which only embedders and rerankers are read from"
    raise ModelUnavailableError(
        f"{name} is not a GGUF file{f' but {other}' if _is_safetensors(head) else ''}. "
        "Only GGUF is read: other formats may carry code."
    )


def check_folder(folder: Path) -> None:
    """No pickle in a folder of weights, and every safetensors file is one.

    Libraries fall back to a pickle where a part of a model has nothing else.
    Raises ModelUnavailableError.
    """
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError as error:
            raise ModelUnavailableError(f"{path} cannot be read: {error.strerror}.") from error
        _check_no_pickle(head, str(path))
        if path.suffix.lower() in _PICKLES:
            raise _pickle(str(path))
        if path.suffix.lower() == ".safetensors":
            _check_safetensors(path)


def _files(folder: Path) -> Iterator[Path]:
    """Also those behind links to files; a link to a folder would hide what is behind it."""
    for at, folders, files in os.walk(folder):
        for name in folders:
            if (Path(at) / name).is_symlink():
                raise ModelUnavailableError(f"{Path(at) / name} is a link to a folder: copy it.")
        yield from (Path(at) / name for name in files)


def _check_safetensors(path: Path) -> None:
    """That its index is true of it. Source: the safetensors format, huggingface/safetensors."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else size  # noqa: PLR2004
        if length > min(_LONGEST_INDEX, size - len(head)):
            raise _lying(path)
        index = file.read(length)
    try:
        tensors = json.loads(index)
        ends = sorted(
            tuple(said["data_offsets"]) for name, said in tensors.items() if name != _ABOUT_ALL
        )
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise _lying(path) from error
    if not _covers(ends, size - len(head) - length):
        raise _lying(path)


def _covers(pieces: list[tuple[object, ...]], size: int) -> bool:
    """Whether the pieces, in order, make up all that is there and nothing else."""
    at: object = 0
    for piece in pieces:
        match piece:
            case (int(start), int(end)) if start == at and end >= start:
                at = end
            case _:
                return False
    return at == size


def _check_no_pickle(head: bytes, name: str) -> None:
    if head.startswith((_PICKLE, _ARCHIVE)) and not _is_safetensors(head):
        raise _pickle(name)


def _is_safetensors(head: bytes) -> bool:
    if len(head) < HEAD:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return bool(length <= _LONGEST_INDEX) and head[8:9] == b"{"


def _pickle(name: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"{name} is a pickle, which runs whatever it was made to run when it is opened: "
        "only GGUF and safetensors are taken. Remove it, or take the model's safetensors form."
    )


def _lying(path: Path) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"{path} is not the safetensors file that its name says: its index is not true of it."
    )
