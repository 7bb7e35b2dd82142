"""A model is proved in a child process; whatever happens there is a sentence here."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_gguf

from models.doctor import diagnose

pytestmark = pytest.mark.slow


def dying(statement: str) -> tuple[str, ...]:
    """A child that ends as models have been seen to end."""
    return (sys.executable, "-c", f"import os, signal, sys, time; {statement}")


def test_a_sound_model_is_proved_with_its_figures(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf")

    diagnosis = diagnose(file, 60)

    assert diagnosis.ok
    assert diagnosis.facts is not None
    assert diagnosis.facts.architecture == "llama"
    assert diagnosis.facts.written_tokens_per_s > 0
    assert diagnosis.facts.memory_mb > 10
    assert not diagnosis.facts.template_unusable
    assert "tokens per second" in diagnosis.sentence.en
    assert "template" not in diagnosis.sentence.en


def test_the_memory_told_is_the_models_own_and_not_of_whoever_asked(tmp_path: Path) -> None:
    large = np.ones(400 * 2**20, np.uint8)

    diagnosis = diagnose(tiny_gguf.build(tmp_path / "tiny.gguf"), 60)

    assert diagnosis.facts is not None
    assert diagnosis.facts.memory_mb < large.nbytes // 2**20


def test_a_model_whose_template_cannot_be_used_works_with_a_reservation(tmp_path: Path) -> None:
    file = tiny_gguf.build(tmp_path / "tiny.gguf", template="{{ messages[7].content }}")

    diagnosis = diagnose(file, 60)

    assert diagnosis.ok
    assert diagnosis.facts is not None
    assert diagnosis.facts.template_unusable
    assert "chat template cannot be used" in diagnosis.sentence.en
    assert "gabarit de conversation est inutilisable" in diagnosis.sentence.fr


def test_a_model_without_a_template_works_without_reservation(tmp_path: Path) -> None:
    diagnosis = diagnose(tiny_gguf.build(tmp_path / "tiny.gguf", template=None), 60)

    assert diagnosis.facts is not None
    assert not diagnosis.facts.template_unusable


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("truncated", "cut short"), ("architecture", "nosuchmodel"), ("not a gguf", "not a GGUF")],
)
def test_a_broken_model_is_refused_with_its_reason(
    kind: tiny_gguf.Broken, sentence: str, tmp_path: Path
) -> None:
    diagnosis = diagnose(tiny_gguf.build_broken(tmp_path / "broken.gguf", kind), 60)

    assert not diagnosis.ok
    assert diagnosis.signal is None
    assert sentence in diagnosis.sentence.en


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [
        ("SIGSEGV", "AMX off"),
        ("SIGILL", "AMX off"),
        ("SIGKILL", "memory"),
        ("SIGABRT", "damaged"),
        ("SIGTERM", "unknown"),
    ],
)
def test_a_child_that_is_killed_becomes_a_sentence(
    signal: str, sentence: str, tmp_path: Path
) -> None:
    child = dying(f"os.kill(os.getpid(), signal.{signal})")

    diagnosis = diagnose(tmp_path / "any.gguf", 60, child)

    assert not diagnosis.ok
    assert diagnosis.signal == signal
    assert sentence in diagnosis.sentence.en
    assert signal in diagnosis.sentence.fr


def test_a_signal_without_a_name_keeps_its_number(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 60, dying("os.kill(os.getpid(), 40)"))

    assert not diagnosis.ok
    assert diagnosis.signal == "signal 40"
    assert "(signal 40)" in diagnosis.sentence.fr


def test_a_child_that_does_not_answer_is_ended(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 0.2, dying("time.sleep(60)"))

    assert not diagnosis.ok
    assert "did not answer within 0.2 s" in diagnosis.sentence.en


def test_a_child_that_fails_otherwise_shows_its_last_words(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 60, dying("sys.exit('no such library')"))

    assert not diagnosis.ok
    assert "no such library" in diagnosis.sentence.en


def test_a_child_that_claims_success_without_figures_is_not_believed(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 60, dying("print('{}')"))

    assert not diagnosis.ok


def test_a_child_that_ends_in_silence_is_said_to(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 60, dying("sys.exit(3)"))

    assert not diagnosis.ok
    assert diagnosis.sentence.en.endswith("ended without a figure or a reason (status 3).")
    assert diagnosis.sentence.fr.endswith("terminé sans mesure ni raison (code 3).")


def test_a_child_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "any.gguf", 60, [str(tmp_path / "absent")])

    assert not diagnosis.ok
    assert f"“{tmp_path / 'absent'}” is missing" in diagnosis.sentence.en
    assert "absent" in diagnosis.sentence.fr
