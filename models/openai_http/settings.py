"""How a model server is asked, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`model` None takes the first that the servers name.

    The server reads `context_tokens` at most, the answer included; how many tokens a text makes
    is only known there, so that it is estimated, cautiously for French, from its bytes.
    """

    model: str | None = None
    context_tokens: int = 4096
    answer_tokens: int = 400
    parallel: int = 8  # answers that each server writes at once
    waiting: int = 8  # answers that may wait for their turn
    connect_s: float = 5.0
    first_token_s: float = 60.0
    next_token_s: float = 20.0
    rest_s: float = 5.0  # how long a server that failed is left alone
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    stops: tuple[str, ...] = ()
    bytes_per_token: float = 3.0
