"""How a GGUF is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from models.llama.context import BYTES, CacheType
from models.llama.sampling import Sampling


@dataclass(frozen=True, slots=True)
class LlamaSettings:
    """`threads` None takes every core this process may use.

    `parallel` texts are written at once, or as many as the caches of `cache_mb` hold: one at
    least.
    """

    context_tokens: int = 4096
    answer_tokens: int = 400
    threads: int | None = None
    waiting: int = 8  # answers that may wait for their turn
    parallel: int = 8
    cache_mb: int = 2048
    batch_tokens: int = 512  # read in one pass when nobody writes
    sampling: Sampling = field(default_factory=Sampling)
    cache: CacheType = "f16"
    flash: bool = False
    drafts: bool = True  # verified several at a time where an answer quotes
    use_mmap: bool = True
    adapters: tuple[Path, ...] = ()  # LoRA, in this order
    prefixes: Path | None = None

    def slots(self, tokens: int, numbers_per_token: int) -> int:
        """How many texts of so many tokens are written at once."""
        each = tokens * numbers_per_token * BYTES[self.cache]
        return max(1, min(self.parallel, int(self.cache_mb * 2**20 / each)))
