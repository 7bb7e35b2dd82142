"""A model that another machine on site serves: vLLM, llama-server, or any like them."""

from __future__ import annotations

from models.openai_http.endpoint import Endpoint, Locate
from models.openai_http.generator import HttpGenerator, probe
from models.openai_http.settings import HttpSettings

__all__ = ["Endpoint", "HttpGenerator", "HttpSettings", "Locate", "probe"]
