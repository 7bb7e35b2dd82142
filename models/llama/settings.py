"""How a GGUF is run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LlamaSettings:
    """`threads` None takes every core this process may use; temperature 0 takes the best token."""

    context_tokens: int = 4096
    answer_tokens: int = 400
    threads: int | None = None
    waiting: int = 8  # answers that may wait for their turn
    temperature: float = 0.0
    seed: int = 0
    batch_tokens: int = 64  # of a prompt, between two looks at the permit
    use_mmap: bool = True
