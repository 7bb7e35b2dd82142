"""A profile is of one model on one CPU, is advice, and is replaced when it is measured again."""

from __future__ import annotations

import os
from dataclasses import astuple, replace
from pathlib import Path

import pytest
import tiny_gguf

from models import profiles
from models.doctor import diagnose
from models.llama.tuning import BATCHES, TOGETHER, candidates, smallest_fastest
from models.profiles import Profile, Tuning

TUNING = Tuning(2, 256, 90.0, 20.0, 8, 60.0)
PROFILE = Profile("a" * 64, "CPU, 2 cores", tuning=TUNING)


def test_a_profile_is_kept_and_replaced(tmp_path: Path) -> None:
    profiles.keep(tmp_path, PROFILE)
    other = replace(PROFILE, cpu="CPU, 4 cores", tuning=replace(TUNING, threads=4))
    profiles.keep(tmp_path, other)
    profiles.keep(tmp_path, replace(PROFILE, tuning=replace(TUNING, threads=1)))

    found = profiles.tuning_of(tmp_path, PROFILE.model, PROFILE.cpu)

    assert found is not None
    assert found.threads == 1
    assert profiles.tuning_of(tmp_path, PROFILE.model, other.cpu) == other.tuning
    assert profiles.tuning_of(tmp_path, "b" * 64, PROFILE.cpu) is None


def test_a_crash_counts_for_the_cpu_until_the_model_is_proved_again(tmp_path: Path) -> None:
    profiles.keep(tmp_path, replace(PROFILE, crashed="SIGSEGV", tuning=None))

    assert profiles.has_crashed(tmp_path, PROFILE.cpu)
    assert not profiles.has_crashed(tmp_path, "another")

    profiles.keep(tmp_path, PROFILE)
    assert not profiles.has_crashed(tmp_path, PROFILE.cpu)


@pytest.mark.parametrize("damage", [b"", b"{", b'[{"model": 3}]'])
def test_damaged_profiles_count_for_nothing_and_are_written_anew(
    damage: bytes, tmp_path: Path
) -> None:
    (tmp_path / profiles.FILE).write_bytes(damage)

    assert profiles.kept(tmp_path) == ()
    profiles.keep(tmp_path, PROFILE)
    assert profiles.kept(tmp_path) == (PROFILE,)


def test_the_cpu_is_the_same_each_time_and_counts_its_cores() -> None:
    assert profiles.this_cpu() == profiles.this_cpu()
    assert f"{len(os.sched_getaffinity(0))} cores" in profiles.this_cpu()


def test_less_is_taken_where_more_is_hardly_faster() -> None:
    assert smallest_fastest({1: 50.0, 2: 51.0}) == 1
    assert smallest_fastest({1: 50.0, 2: 80.0, 4: 81.0}) == 2
    assert smallest_fastest({64: 100.0}) == 64


@pytest.mark.slow
def test_the_doctor_measures_what_goes_fastest(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")
    adapter = tiny_gguf.build_adapter(tmp_path / "ton.gguf")

    diagnosis = diagnose(file, 120, options=("--tune", "--adapter", str(adapter)))

    assert diagnosis.facts is not None, diagnosis.sentence
    tuning = diagnosis.facts.tuning
    assert tuning is not None
    assert tuning.threads in candidates()
    assert tuning.batch_tokens in BATCHES
    assert tuning.together == TOGETHER
    assert min(tuning.read_tokens_per_s, tuning.together_tokens_per_s) > 0
    attention = tuning.attention
    assert attention is not None
    assert attention.tokens == 256, "its context is 512"
    assert attention.flash is not None
    assert min(astuple(attention.flash)) > 0
    assert attention.q8 is None, "its heads are too narrow for blocks of 32"
    assert diagnosis.facts.lost == ""


@pytest.mark.slow
def test_an_adapter_that_does_not_fit_is_found_by_the_doctor(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")
    wide = tiny_gguf.build_adapter(tmp_path / "wide.gguf", width=128)

    diagnosis = diagnose(file, 60, options=("--adapter", str(wide)))

    assert not diagnosis.ok
    assert "does not fit the model" in diagnosis.sentence.en
