"""What a file of weights is, told by its first bytes: a name proves nothing."""

from __future__ import annotations

import struct

from models.errors import ModelUnavailableError
from models.gguf_header import MAGIC

HEAD = 16
"""How many first bytes tell."""

_LONGEST_INDEX = 100 * 10**6  # bytes: the limit of the safetensors format
_ARCHIVE = b"PK\x03\x04"  # what PyTorch puts its pickle in
_PICKLE = b"\x80"  # since protocol 2


def check_plain(head: bytes, name: str) -> None:
    """Only GGUF and safetensors: data, and nothing that runs. Raises ModelUnavailableError."""
    if head.startswith(MAGIC) or _is_safetensors(head):
        return
    if head.startswith((_PICKLE, _ARCHIVE)):
        raise ModelUnavailableError(
            f"{name} is a pickle, which runs whatever it was made to run when it is opened: "
            "only GGUF and safetensors are taken."
        )
    raise ModelUnavailableError(f"{name} is neither GGUF nor safetensors.")


def _is_safetensors(head: bytes) -> bool:
    if len(head) < HEAD:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return bool(length <= _LONGEST_INDEX) and head[8:9] == b"{"
