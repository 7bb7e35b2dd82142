"""The generator that is made is the one that the home and the settings speak of."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import tiny_gguf

from models import catalog, profiles
from models.llama import LlamaGenerator
from models.ports import Language, Prompt, Source
from models.profiles import Profile, Tuning
from server.judging import diagnosed
from server.settings import load
from server.wiring import make_generator
from server.wiring.generators import how_to_run

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


def test_a_profile_says_how_a_model_is_run_and_a_setting_wins(tmp_path: Path) -> None:
    model = catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))
    tuning = Tuning(1, 128, 90.0, 20.0, 8, 60.0, 1.1, 0.9)
    cpu = profiles.this_cpu()
    usual = how_to_run(model, load(tmp_path))
    profiles.keep(tmp_path, Profile(model.identity.digest, cpu, tuning=tuning))

    found = how_to_run(model, load(tmp_path))
    told = how_to_run(model, load(tmp_path, threads=3, batch_tokens=64))

    assert (usual.threads, usual.batch_tokens) == (None, 512)
    assert (found.threads, found.batch_tokens) == (1, 128)
    assert (told.threads, told.batch_tokens) == (3, 64)


def test_the_doctor_keeps_a_profile_of_the_pinned_model(tmp_path: Path) -> None:
    model = catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))

    said = diagnosed(load(tmp_path), None)

    found = profiles.tuning_of(tmp_path, model.identity.digest, profiles.this_cpu())
    assert found is not None
    assert said["ok"]
    assert said["tuning"]["threads"] == found.threads
