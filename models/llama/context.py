"""The memory of several texts over one model, and the batch that feeds them together.

Each slot is a sequence with cells of its own: decoding eight of them at once then costs less
than with one shared buffer, and a common beginning is copied instead of read again. Nothing
here is safe for two threads at once.
"""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.errors import ModelUnavailableError
from models.llama.grouping import companions
from models.llama.weights import Weights
from models.ports import Matrix

CacheType = Literal["f32", "f16", "q8_0"]
BYTES: dict[CacheType, float] = {"f32": 4.0, "f16": 2.0, "q8_0": 34 / 32}
"""What one number takes."""

_BLOCK = 32  # numbers that q8_0 scales together
_CELLS = 256  # llama.cpp rounds a slot's cells up to a multiple of this


@dataclass(frozen=True, slots=True)
class Shape:
    """`slots` texts of at most `tokens` each; a decode reads at most `batch` tokens.

    `cache` is how keys and values are kept: "q8_0" takes half the memory of "f16" and needs
    `flash` attention, which rounds by how many tokens are read at once: what is written may then
    depend on who else writes (`tests/unit/models/test_llama_attention.py`).
    """

    slots: int
    tokens: int
    batch: int
    threads: int | None = None
    cache: CacheType = "f16"
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Tokens that go behind the `start` tokens which a slot holds already.

    `answers` counts the last tokens after which the model's choice is wanted.
    """

    slot: int
    start: int
    tokens: Sequence[int]
    answers: int = 0


class Context:
    """Slots over some weights. Raises ModelUnavailableError when the memory is not there."""

    def __init__(self, weights: Weights, shape: Shape) -> None:
        import llama_cpp

        self._c: Any = llama_cpp
        self.weights = weights
        self.slots = shape.slots
        self.cache = shape.cache
        self.flash = shape.flash
        self.tokens = min(shape.tokens, weights.trained_tokens)
        self.batch = max(shape.batch, shape.slots)
        self.rewinds = weights.rewinds
        self.threads = shape.threads or len(os.sched_getaffinity(0))
        _check_blocks(weights, shape)
        self.handle = self._open(shape)
        if not self.handle:
            raise ModelUnavailableError(
                f"Not enough memory for {self.slots} contexts of {self.tokens} tokens; "
                "lower context_tokens or cache_mb."
            )
        self.memory_mb = self._memory_mb()  # of all slots; told also once it is freed
        self._memory = self._c.llama_get_memory(self.handle)
        self._arrays = _Arrays(self._c, self.batch)
        self._freed = weakref.finalize(self, self._c.llama_free, self.handle)
        self._freed.atexit = False

    def close(self) -> None:
        """Give the memory back; a second time does nothing."""
        self._freed()

    def decode(self, feeds: Sequence[Feed]) -> list[list[int]]:
        """Read every feed, in one pass when they are of one length.

        For each, the rows at which `logits` then finds what follows its last `answers` tokens.
        Raises ModelUnavailableError; what the slots hold is then unknown until `clear`.
        """
        idle = self._idle(feeds)
        rows = self._arrays.fill([*feeds, *idle])
        status = self._c.llama_decode(self.handle, self._arrays.batch)
        if status != 0:
            raise ModelUnavailableError(f"llama.cpp could not decode (status {status}).")
        for feed in idle:
            self.cut(feed.slot, feed.start)
        return rows[: len(feeds)]

    def _idle(self, feeds: Sequence[Feed]) -> list[Feed]:
        """One token for each slot that makes the pass cheaper; forgotten again afterwards."""
        if not self.rewinds or any(len(feed.tokens) > 1 for feed in feeds):
            return []
        slots = companions(tuple(sorted(feed.slot for feed in feeds)), self.slots)
        return [Feed(slot, self._held(slot), (0,)) for slot in slots]

    def _held(self, slot: int) -> int:
        return int(self._c.llama_memory_seq_pos_max(self._memory, slot)) + 1

    def logits(self, row: int) -> Matrix:
        """Shape (vocabulary,), float32: a view that the next decode overwrites."""
        pointer = self._c.llama_get_logits_ith(self.handle, row)
        return np.ctypeslib.as_array(pointer, shape=(self.weights.vocabulary_size,))

    def cut(self, slot: int, kept: int) -> int:
        """Forget all but the first tokens of a slot; how many it still holds.

        That is none for a model whose memory has no positions, such as a recurrent one.
        """
        if self._c.llama_memory_seq_rm(self._memory, slot, kept, -1):
            return kept
        self._c.llama_memory_seq_rm(self._memory, slot, -1, -1)
        return 0

    def copy(self, source: int, target: int, kept: int) -> int:
        """Make a slot hold the first tokens of another; how many it then holds."""
        self._c.llama_memory_seq_rm(self._memory, target, -1, -1)
        self._c.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        return self.cut(target, kept)

    def state(self, slot: int) -> bytes:
        """All that a slot holds."""
        size = self._c.llama_state_seq_get_size(self.handle, slot)
        state = (ctypes.c_uint8 * size)()
        written = self._c.llama_state_seq_get_data(self.handle, state, size, slot)
        return bytes(memoryview(state)[:written])

    def restore(self, slot: int, state: bytes) -> bool:
        """Make a slot hold what another held, or leave it empty and say no."""
        given = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if self._c.llama_state_seq_set_data(self.handle, given, len(state), slot):
            return True
        self.cut(slot, 0)
        return False

    def clear(self) -> None:
        """Empty every slot."""
        self._c.llama_memory_clear(self._memory, True)

    def _memory_mb(self) -> int:
        cells = -(-self.tokens // _CELLS) * _CELLS
        each = cells * self.weights.cache_numbers_per_token * BYTES[self.cache]
        return self.slots * int(each) // 2**20

    def _open(self, shape: Shape) -> Any:
        parameters = self._c.llama_context_default_params()
        parameters.n_ctx = self.tokens * self.slots
        parameters.n_seq_max = self.slots
        parameters.kv_unified = False
        parameters.n_batch = parameters.n_ubatch = self.batch
        parameters.type_k = parameters.type_v = self._ggml_type(shape.cache)
        parameters.flash_attn_type = (
            self._c.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if shape.flash
            else self._c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        parameters.n_threads = parameters.n_threads_batch = self.threads
        return self._c.llama_init_from_model(self.weights.handle, parameters)

    def _ggml_type(self, cache: CacheType) -> int:
        types = {
            "f32": self._c.GGML_TYPE_F32,
            "f16": self._c.GGML_TYPE_F16,
            "q8_0": self._c.GGML_TYPE_Q8_0,
        }
        return int(types[cache])


def _check_blocks(weights: Weights, shape: Shape) -> None:
    """Raises ModelUnavailableError for what llama.cpp would refuse without a reason."""
    if shape.cache != "q8_0":
        return
    if not shape.flash:
        raise ModelUnavailableError("A cache in q8_0 needs flash attention.")
    if any(width % _BLOCK for width in weights.head_widths):
        raise ModelUnavailableError(
            f"This model cannot have a cache in q8_0: its heads are {weights.head_widths[0]} "
            f"numbers wide, no multiple of {_BLOCK}. Set VIGIE_KV_CACHE=f16."
        )


class _Arrays:
    """One batch of llama.cpp over arrays of NumPy, filled anew for each decode."""

    def __init__(self, c: Any, size: int) -> None:
        self._tokens = np.zeros(size, np.int32)
        self._positions = np.zeros(size, np.int32)
        self._slots = np.zeros(size, np.int32)
        self._wanted = np.zeros(size, np.int8)
        self._one_slot_each = np.ones(size, np.int32)
        first = self._slots.ctypes.data
        addresses = np.arange(first, first + 4 * size, 4, dtype=np.uint64)
        self._slot_pointers = addresses  # kept alive: the batch points into it
        self.batch = c.llama_batch(
            n_tokens=0,
            token=self._tokens.ctypes.data_as(ctypes.POINTER(c.llama_token)),
            pos=self._positions.ctypes.data_as(ctypes.POINTER(c.llama_pos)),
            n_seq_id=self._one_slot_each.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)),
            seq_id=addresses.ctypes.data_as(ctypes.POINTER(ctypes.POINTER(c.llama_seq_id))),
            logits=self._wanted.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def fill(self, feeds: Sequence[Feed]) -> list[list[int]]:
        """The rows of each feed's answers. In the order of slots, which llama.cpp wants."""
        rows: list[list[int]] = [[]] * len(feeds)
        at = 0
        for n in sorted(range(len(feeds)), key=lambda n: feeds[n].slot):
            feed = feeds[n]
            end = at + len(feed.tokens)
            self._tokens[at:end] = feed.tokens
            self._positions[at:end] = range(feed.start, feed.start + len(feed.tokens))
            self._slots[at:end] = feed.slot
            self._wanted[at:end] = 0
            self._wanted[end - feed.answers : end] = 1
            rows[n] = list(range(end - feed.answers, end))
            at = end
        self.batch.n_tokens = at
        return rows
