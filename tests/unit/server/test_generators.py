"""The generator that is made is the one that the home and the settings speak of."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import tiny_gguf

from models import catalog
from models.llama import LlamaGenerator
from models.ports import Language, Prompt, Source
from server.settings import load
from server.wiring import make_generator

pytestmark = pytest.mark.slow

PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


class Granted:
    def check(self) -> None:
        """Writing may go on."""


def answer(home: Path) -> tuple[str, str]:
    """Who wrote, and what."""
    generator = make_generator(load(home, context_tokens=512, answer_tokens=16)).generator
    assert isinstance(generator, LlamaGenerator)
    with closing(generator):
        return generator.identity.name, "".join(generator.write(PROMPT, Granted()))


def test_an_attached_adapter_writes_and_is_named(tmp_path: Path) -> None:
    catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))
    plain = answer(tmp_path)
    catalog.attach(tmp_path, tiny_gguf.build_adapter(tmp_path / "ton.gguf"), "tiny")
    adapted = answer(tmp_path)
    catalog.detach(tmp_path, "tiny", "ton")

    assert (plain[0], adapted[0]) == ("tiny", "tiny+ton")
    assert plain[1] != adapted[1]
    assert answer(tmp_path) == plain
