from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OURS = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="GNU OpenMP is Linux's")


def said(program: str, **more: str) -> str:
    """What OpenMP says of its settings when a program loads it."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    environment: Mapping[str, str] = {**inherited, "OMP_DISPLAY_ENV": "verbose", **more}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "OMP_WAIT_POLICY" in ran.stderr, ran.stderr[-2000:]
    return ran.stderr


AWAKE = "from models.threads import stay_awake; stay_awake(); "


@pytest.mark.parametrize("library", ["torch", "llama_cpp"])
def test_threads_wait_awake_but_not_for_ever(library: str) -> None:
    settings = said(f"{AWAKE} import {library}")

    assert "OMP_WAIT_POLICY = 'ACTIVE'" in settings
    assert "GOMP_SPINCOUNT = '300000'" in settings


def test_what_an_operator_set_stays() -> None:
    settings = said(f"{AWAKE} import llama_cpp", OMP_WAIT_POLICY="passive")

    assert "OMP_WAIT_POLICY = 'PASSIVE'" in settings
    assert "GOMP_SPINCOUNT = '0'" in settings


def test_every_command_begins_so(tmp_path: Path) -> None:
    """The doctor loads the embedder, behind all that a command imports."""
    program = f"import sys; sys.argv = ['vigie', '--home', {str(tmp_path)!r}, 'doctor']; "
    settings = said(program + "from server.cli import main; main()")

    assert "OMP_WAIT_POLICY = 'ACTIVE'" in settings
