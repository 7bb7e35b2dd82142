"""A GGUF in memory: its tokens, its template, its end-of-text; read-only, so for any thread.

The C interface is used directly: the high-level class of llama-cpp-python serves one caller
and says little about why a file was refused.
"""

from __future__ import annotations

import ctypes
import os
import weakref
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from models.errors import ModelUnavailableError
from models.gguf_header import read_header
from models.llama.pages import HugePages, mapped

_ERROR_LEVEL = 4  # ggml's: none, debug, info, warn, error
_LONGEST_PIECE = 256  # bytes of one token; asked for again when it is longer


@cache
def _complaints() -> tuple[deque[str], object]:
    """llama.cpp's last few errors, kept from standard error, and the callback that hears them.

    The callback lives in this cache: llama.cpp calls it for as long as the process runs.
    """
    import llama_cpp

    lines: deque[str] = deque(maxlen=4)

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def listen(level: int, text: bytes, _data: object) -> None:
        if level == _ERROR_LEVEL:
            lines.append(text.decode(errors="replace").strip())

    llama_cpp.llama_backend_init()
    llama_cpp.llama_log_set(listen, ctypes.c_void_p(0))
    return lines, listen


class Weights:
    """One model file, and the LoRA adapters that change it in every context.

    Raises ModelUnavailableError for a file that llama.cpp cannot run.
    """

    def __init__(self, path: Path, *, use_mmap: bool = True, adapters: Sequence[Path] = ()) -> None:
        import llama_cpp

        self._c: Any = llama_cpp
        self.header = read_header(path)
        complaints, _ = _complaints()
        complaints.clear()
        before = mapped()
        self.handle = self._load(path, use_mmap=use_mmap)
        if not self.handle:
            raise ModelUnavailableError(_refusal(path, self.header.architecture, complaints))
        self.vocabulary = self._c.llama_model_get_vocab(self.handle)
        self.vocabulary_size = int(self._c.llama_vocab_n_tokens(self.vocabulary))
        self.trained_tokens = int(self._c.llama_model_n_ctx_train(self.handle))
        self.memory_mb = int(self._c.llama_model_size(self.handle)) // 2**20
        self._pieces: dict[int, bytes] = {}
        self._freed = weakref.finalize(self, self._c.llama_model_free, self.handle)
        self._freed.atexit = False  # a thread may still decode; the system takes all back
        self._pages = HugePages(mapped() - before)
        self._adapters = [self._adapter(one) for one in adapters]  # freed with the model

    def adapt(self, context: Any) -> None:
        """Let the adapters change what a context computes, from its first token on."""
        count = len(self._adapters)
        if not count:
            return
        adapters = (self._c.llama_adapter_lora_p_ctypes * count)(*self._adapters)
        scales = (ctypes.c_float * count)(*[1.0] * count)
        if self._c.llama_set_adapters_lora(context, adapters, count, scales) != 0:
            raise ModelUnavailableError("llama.cpp does not apply the adapter to this model.")

    def close(self) -> None:
        """Give the memory back; a second time does nothing. No context may be open on it."""
        self._pages.end()
        self._freed()

    def settle(self) -> None:
        """Wait until they are as fast to read as they become."""
        self._pages.wait()

    @property
    def cache_numbers_per_token(self) -> int:
        """How many numbers a cache keeps of one token: a key and a value for each layer."""
        rows = self._c.llama_model_n_head_kv(self.handle) * self._c.llama_model_n_layer(self.handle)
        return int(rows * sum(self.head_widths))

    @property
    def head_widths(self) -> tuple[int, int]:
        """How many numbers a key and a value of one head are; some files say so themselves."""
        heads = max(1, self._c.llama_model_n_head(self.handle))
        usual = self._c.llama_model_n_embd(self.handle) // heads
        key, value = (self._said(f"attention.{part}_length") for part in ("key", "value"))
        return key or usual, value or usual

    @property
    def rewinds(self) -> bool:
        """Whether the last tokens read can be forgotten; not by a model with a running state."""
        return not (
            self._c.llama_model_is_recurrent(self.handle)
            or self._c.llama_model_is_hybrid(self.handle)
        )

    @property
    def template(self) -> str | None:
        raw = self._c.llama_model_chat_template(self.handle, None)
        return raw.decode(errors="replace") if raw else None

    @property
    def first_tokens(self) -> tuple[int, ...]:
        """What the model wants in front of every text."""
        if not self._c.llama_vocab_get_add_bos(self.vocabulary):
            return ()
        return (self._c.llama_vocab_bos(self.vocabulary),)

    @property
    def marks(self) -> tuple[str, str]:
        """The names of the tokens that begin and end a text."""
        ids = (self._c.llama_vocab_bos(self.vocabulary), self._c.llama_vocab_eos(self.vocabulary))
        begin, end = (
            self._c.llama_vocab_get_text(self.vocabulary, t) if t >= 0 else b"" for t in ids
        )
        return (begin or b"").decode(errors="replace"), (end or b"").decode(errors="replace")

    def tokens(self, text: str, *, control: bool) -> list[int]:
        """`control` reads "<|end|>" and the like as the model's control tokens."""
        raw = text.encode()
        room = len(raw) + 8
        found = (self._c.llama_token * room)()
        count = self._c.llama_tokenize(self.vocabulary, raw, len(raw), found, room, False, control)
        if count < 0:
            raise ModelUnavailableError("The model's tokenizer cannot read this text.")
        return list(found[:count])

    def bytes_of(self, token: int) -> bytes:
        """A piece of UTF-8, possibly cut inside a character; empty for a control token."""
        piece = self._pieces.get(token)
        if piece is None:
            piece = self._pieces[token] = self._read_piece(token)
        return piece

    def ends_text(self, token: int) -> bool:
        return bool(self._c.llama_vocab_is_eog(self.vocabulary, token))

    def _read_piece(self, token: int) -> bytes:
        size = _LONGEST_PIECE
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = self._c.llama_token_to_piece(self.vocabulary, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def _said(self, key: str) -> int | None:
        """A number that the file gives under a name of its architecture."""
        name = f"{self.header.architecture}.{key}".encode()
        buffer = ctypes.create_string_buffer(32)
        length = self._c.llama_model_meta_val_str(self.handle, name, buffer, len(buffer))
        return int(buffer.value) if length > 0 and buffer.value.isdigit() else None

    def _adapter(self, path: Path) -> Any:
        complaints, _ = _complaints()
        complaints.clear()
        adapter = self._c.llama_adapter_lora_init(self.handle, os.fsencode(path))
        if not adapter:
            said = complaints[0] if complaints else "no reason"
            raise ModelUnavailableError(f"The adapter {path} does not fit the model: {said}")
        if self._c.llama_adapter_get_alora_n_invocation_tokens(adapter):
            raise ModelUnavailableError(
                f"The adapter {path} wants to be invoked in the middle of a text (aLoRA); "
                "only those that hold from its beginning are applied."
            )
        return adapter

    def _load(self, path: Path, *, use_mmap: bool) -> Any:
        parameters = self._c.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.load_mode = (
            self._c.LLAMA_LOAD_MODE_MMAP if use_mmap else self._c.LLAMA_LOAD_MODE_NONE
        )
        return self._c.llama_model_load_from_file(os.fsencode(path), parameters)


def _refusal(path: Path, architecture: str, complaints: Sequence[str]) -> str:
    said = " ".join(complaints)
    if "unknown model architecture" in said:
        return f"{path}: llama.cpp does not know the architecture “{architecture}”."
    if "not within the file bounds" in said:
        return f"{path} is cut short: copy it again, then compare its SHA-256 with its source."
    return f"{path} cannot be loaded by llama.cpp: {complaints[0] if complaints else 'no reason'}"
