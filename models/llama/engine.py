"""llama.cpp as this room needs it: load a file, read tokens, give the next one.

The C interface is used directly: the high-level class of llama-cpp-python serves one caller
and says little about why a file was refused. Nothing here is safe for two threads at once.
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
from models.llama.settings import LlamaSettings

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


class Engine:
    """A model with one context. Raises ModelUnavailableError for a file it cannot run."""

    def __init__(self, path: Path, settings: LlamaSettings) -> None:
        import llama_cpp

        self._c: Any = llama_cpp
        self.header = read_header(path)
        complaints, _ = _complaints()
        complaints.clear()
        self._model = self._load(path, settings)
        if not self._model:
            raise ModelUnavailableError(_refusal(path, self.header.architecture, complaints))
        self._vocabulary = self._c.llama_model_get_vocab(self._model)
        self.trained_tokens = int(self._c.llama_model_n_ctx_train(self._model))
        self.context_tokens = min(settings.context_tokens, self.trained_tokens)
        self._context = self._open(settings)
        if not self._context:
            self._c.llama_model_free(self._model)
            raise ModelUnavailableError(
                f"{path}: not enough memory for a context of {self.context_tokens} tokens; "
                "lower context_tokens."
            )
        self._sampler = self._chain(settings)
        self._freed = weakref.finalize(
            self, _free, self._c, self._sampler, self._context, self._model
        )
        self._freed.atexit = False  # a thread may still decode; the system takes all back

    def close(self) -> None:
        """Give the memory back; a second time does nothing."""
        self._freed()

    @property
    def template(self) -> str | None:
        raw = self._c.llama_model_chat_template(self._model, None)
        return raw.decode(errors="replace") if raw else None

    @property
    def first_tokens(self) -> tuple[int, ...]:
        """What the model wants in front of every text."""
        if not self._c.llama_vocab_get_add_bos(self._vocabulary):
            return ()
        return (self._c.llama_vocab_bos(self._vocabulary),)

    @property
    def marks(self) -> tuple[str, str]:
        """The names of the tokens that begin and end a text."""
        ids = (
            self._c.llama_vocab_bos(self._vocabulary),
            self._c.llama_vocab_eos(self._vocabulary),
        )
        begin, end = (
            self._c.llama_vocab_get_text(self._vocabulary, t) if t >= 0 else b"" for t in ids
        )
        return (begin or b"").decode(errors="replace"), (end or b"").decode(errors="replace")

    def tokens(self, text: str, *, control: bool) -> list[int]:
        """`control` reads "<|end|>" and the like as the model's control tokens."""
        raw = text.encode()
        room = len(raw) + 8
        found = (self._c.llama_token * room)()
        count = self._c.llama_tokenize(self._vocabulary, raw, len(raw), found, room, False, control)
        if count < 0:
            raise ModelUnavailableError("The model's tokenizer cannot read this text.")
        return list(found[:count])

    def bytes_of(self, token: int) -> bytes:
        """A piece of UTF-8, possibly cut inside a character; empty for a control token."""
        size = _LONGEST_PIECE
        while True:
            buffer = ctypes.create_string_buffer(size)
            count = self._c.llama_token_to_piece(self._vocabulary, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def forget(self) -> None:
        """Empty the context and start the sampler afresh."""
        self._c.llama_memory_clear(self._c.llama_get_memory(self._context), True)
        self._c.llama_sampler_reset(self._sampler)

    def read(self, tokens: Sequence[int]) -> None:
        """Decode tokens behind those already read."""
        array = (self._c.llama_token * len(tokens))(*tokens)
        status = self._c.llama_decode(
            self._context, self._c.llama_batch_get_one(array, len(tokens))
        )
        if status != 0:
            raise ModelUnavailableError(f"llama.cpp could not decode (status {status}).")

    def next_token(self) -> int:
        """The token that follows what was read."""
        return int(self._c.llama_sampler_sample(self._sampler, self._context, -1))

    def ends_text(self, token: int) -> bool:
        return bool(self._c.llama_vocab_is_eog(self._vocabulary, token))

    def _load(self, path: Path, settings: LlamaSettings) -> Any:
        parameters = self._c.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.load_mode = (
            self._c.LLAMA_LOAD_MODE_MMAP if settings.use_mmap else self._c.LLAMA_LOAD_MODE_NONE
        )
        return self._c.llama_model_load_from_file(os.fsencode(path), parameters)

    def _open(self, settings: LlamaSettings) -> Any:
        parameters = self._c.llama_context_default_params()
        parameters.n_ctx = self.context_tokens
        parameters.n_batch = parameters.n_ubatch = settings.batch_tokens
        threads = settings.threads or len(os.sched_getaffinity(0))
        parameters.n_threads = parameters.n_threads_batch = threads
        return self._c.llama_init_from_model(self._model, parameters)

    def _chain(self, settings: LlamaSettings) -> Any:
        chain = self._c.llama_sampler_chain_init(self._c.llama_sampler_chain_default_params())
        if settings.temperature == 0:
            self._c.llama_sampler_chain_add(chain, self._c.llama_sampler_init_greedy())
            return chain
        heat = self._c.llama_sampler_init_temp(settings.temperature)
        self._c.llama_sampler_chain_add(chain, heat)
        self._c.llama_sampler_chain_add(chain, self._c.llama_sampler_init_dist(settings.seed))
        return chain


def _free(c: Any, sampler: Any, context: Any, model: Any) -> None:
    c.llama_sampler_free(sampler)
    c.llama_free(context)
    c.llama_model_free(model)


def _refusal(path: Path, architecture: str, complaints: Sequence[str]) -> str:
    said = " ".join(complaints)
    if "unknown model architecture" in said:
        return f"{path}: llama.cpp does not know the architecture “{architecture}”."
    if "not within the file bounds" in said:
        return f"{path} is cut short: copy it again, then compare its SHA-256 with its source."
    return f"{path} cannot be loaded by llama.cpp: {complaints[0] if complaints else 'no reason'}"
