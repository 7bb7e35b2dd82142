"""The generator that is made is the one that the home and the settings speak of."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import tiny_gguf
from writings import Granted

from models import catalog, profiles
from models.late import LateGenerator
from models.ports import Language, Prompt, Source
from models.profiles import Attention, Profile, Speeds, Tuning
from server.errors import SettingsError
from server.pinning import diagnosed
from server.settings import load
from server.wiring import make_generator, open_vigie
from server.wiring.generators import attention, how_to_run, is_apart

pytestmark = pytest.mark.slow

PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


def answer(home: Path) -> tuple[str, str]:
    """Who wrote, and what."""
    made = make_generator(load(home, context_tokens=512, answer_tokens=16))
    generator = made.generator
    assert isinstance(generator, LateGenerator)
    with closing(made):
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
    tuning = Tuning(1, 128, 90.0, 20.0, 8, 60.0)
    cpu = profiles.this_cpu()
    usual = how_to_run(model, load(tmp_path))
    profiles.keep(tmp_path, Profile(model.identity.digest, cpu, tuning=tuning))

    found = how_to_run(model, load(tmp_path))
    told = how_to_run(model, load(tmp_path, threads=3, batch_tokens=64))

    assert (usual.threads, usual.batch_tokens) == (None, 512)
    assert (found.threads, found.batch_tokens) == (1, 128)
    assert (told.threads, told.batch_tokens) == (3, 64)


PLAIN, FASTER = Speeds(100.0, 20.0, 80.0), Speeds(102.0, 21.0, 90.0)
FLASH_PAYS = Attention(1024, PLAIN, FASTER, PLAIN)
Q8_PAYS = Attention(1024, PLAIN, Speeds(101.0, 20.0, 81.0), FASTER)
NEITHER = Attention(1024, PLAIN, Speeds(102.0, 20.0, 80.0), None)


@pytest.mark.parametrize(
    ("flash", "cache", "measured", "expected"),
    [
        ("off", "f16", FLASH_PAYS, ("f16", False)),
        ("on", "f16", None, ("f16", True)),
        ("auto", "f16", None, ("f16", False)),
        ("auto", "f16", FLASH_PAYS, ("f16", True)),
        ("auto", "f16", NEITHER, ("f16", False)),
        ("auto", "q8_0", NEITHER, ("q8_0", True)),
        ("on", "q8_0", None, ("q8_0", True)),
        ("off", "auto", Q8_PAYS, ("f16", False)),
        ("auto", "auto", Q8_PAYS, ("q8_0", True)),
        ("on", "auto", Q8_PAYS, ("q8_0", True)),
        ("auto", "auto", FLASH_PAYS, ("f16", True)),
        ("auto", "auto", NEITHER, ("f16", False)),
        ("on", "auto", NEITHER, ("f16", True)),
    ],
)
def test_a_way_of_attending_is_taken_where_it_was_asked_for_or_clearly_pays(
    flash: str, cache: str, measured: Attention | None, expected: tuple[str, bool]
) -> None:
    assert attention(load(flash_attention=flash, kv_cache=cache), measured) == expected


def test_a_cache_of_8_bits_without_flash_attention_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"VIGIE_KV_CACHE: .*set VIGIE_FLASH_ATTENTION=on"):
        load(kv_cache="q8_0")


def test_the_doctor_keeps_a_profile_of_the_pinned_model(tmp_path: Path) -> None:
    model = catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))

    said = diagnosed(load(tmp_path), None)

    found = profiles.tuning_of(tmp_path, model.identity.digest, profiles.this_cpu())
    assert found is not None
    assert said["ok"]
    assert said["tuning"]["threads"] == found.threads


@pytest.mark.parametrize(
    ("isolation", "crashed", "apart"),
    [
        ("auto", None, False),
        ("auto", "SIGSEGV", True),
        ("none", "SIGSEGV", False),
        ("process", None, True),
    ],
)
def test_a_crash_on_this_cpu_puts_the_model_in_a_process_of_its_own(
    isolation: str, crashed: str | None, apart: bool, tmp_path: Path
) -> None:
    cpu = profiles.this_cpu()
    profiles.keep(tmp_path, Profile("a" * 64, cpu, crashed=crashed))
    profiles.keep(tmp_path, Profile("b" * 64, "another CPU", crashed="SIGSEGV"))

    assert is_apart(load(tmp_path, engine_isolation=isolation)) is apart


@pytest.mark.parametrize("isolation", ["none", "process"])
@pytest.mark.parametrize("loading", ["eager", "lazy"])
def test_a_house_answers_however_its_engine_runs(
    isolation: str, loading: str, tmp_path: Path
) -> None:
    model = catalog.add(tmp_path, tiny_gguf.build(tmp_path / "tiny.gguf"))
    settings = load(
        tmp_path,
        context_tokens=512,
        answer_tokens=16,
        engine_isolation=isolation,
        engine_loading=loading,
    )

    with open_vigie(settings) as vigie:
        generator = vigie.answering.engines.generator.get()
        text = "".join(generator.write(PROMPT, Granted()))
        children = started()

    assert text == answer(tmp_path)[1]
    assert generator.identity == model.identity
    assert bool(children) is (isolation == "process")
    assert started() == set()


def test_a_model_that_cannot_be_loaded_apart_is_done_without(tmp_path: Path) -> None:
    catalog.add(tmp_path, tiny_gguf.build_broken(tmp_path / "tiny.gguf", "architecture"))

    made = make_generator(load(tmp_path, engine_isolation="process"))

    assert made.generator.identity.name == "extractive"
    assert made.reason is not None
    assert started() == set()


def started() -> set[str]:
    """Processes of this one that run a model."""
    threads = Path("/proc/self/task").glob("*/children")
    pids = {pid for thread in threads for pid in thread.read_text().split()}
    return {pid for pid in pids if b"models.apart" in Path(f"/proc/{pid}/cmdline").read_bytes()}
