"""llama.cpp in a process of its own, that can crash without taking the server along (ADR 0028).

`generator` is what answers are asked of; it keeps a `started` child, whose own side is `child`.
They speak by the forms of `wire`.
"""

from __future__ import annotations

from models.apart.generator import ApartGenerator
from models.apart.patience import Patience

__all__ = ["ApartGenerator", "Patience"]
