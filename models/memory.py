"""What memory a model takes while it answers, told before it is loaded, and what is there.

Gigabytes are of 10⁹ bytes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models.gguf_header import Header
from models.llama.context import BYTES
from models.llama.settings import LlamaSettings

COMPUTING_GB = 0.5
"""What llama.cpp computes with, at its usual batch."""

HOUSE_GB = 1.5
"""What the rest of the house takes: embedder, index and pages (0.7 as measured), and readers."""

_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Needed:
    """`caches_gb` holds `answers` at once of `context_tokens` each."""

    weights_gb: float
    caches_gb: float
    answers: int
    context_tokens: int

    @property
    def total_gb(self) -> float:
        return self.weights_gb + self.caches_gb + COMPUTING_GB


def needed(header: Header, size: int, how: LlamaSettings) -> Needed | None:
    """For a file of `size` bytes, adapters included. None where it does not say enough."""
    numbers, trained = header.cache_numbers_per_token, header.context_tokens
    if not numbers or not trained:
        return None
    tokens = min(how.context_tokens, trained)
    answers = how.slots(tokens, numbers)
    caches = answers * tokens * numbers * BYTES[how.cache]
    return Needed(size / 1e9, caches / 1e9, answers, tokens)


def of_this_machine() -> float:
    """Gigabytes that this process may have at most: the machine's, or its container's share."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *(limit for path in _LIMITS for limit in _number(Path(path)))]) / 1e9


def fits(total_gb: float, machine_gb: float) -> bool:
    """Whether a model can be had beside the rest of the house."""
    return total_gb + HOUSE_GB <= machine_gb


def _number(path: Path) -> tuple[int, ...]:
    """Nothing for a limit that is not there, or says “max”."""
    try:
        return (int(path.read_text(encoding="ascii")),)
    except (OSError, ValueError):
        return ()
