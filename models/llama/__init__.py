"""The generator that runs a GGUF in this process, through llama.cpp."""

from __future__ import annotations

from models.llama.generator import LlamaGenerator
from models.llama.settings import LlamaSettings

__all__ = ["LlamaGenerator", "LlamaSettings"]
