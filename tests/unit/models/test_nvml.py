"""Where a card counts its energy it is read; where none does, that is no reason to fail.

The card is a library in the shape of NVIDIA's, compiled here: no driver is needed, and this proves
nothing about a real one but that it is called as its header says.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.nvml import Nvml

ROOT = Path(__file__).parents[3]
DRIVER = """
typedef int nvmlReturn_t;
typedef struct card *nvmlDevice_t;
nvmlReturn_t nvmlInit_v2(void) { return INIT; }
nvmlReturn_t nvmlInitWithFlags(unsigned flags) { return INIT; }
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *count) { *count = 3; return 0; }
nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned n, nvmlDevice_t *card) {
    *card = (nvmlDevice_t)(unsigned long)(n + 1);
    return 0;
}
nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t card, unsigned long long *used) {
    static unsigned calls;
    if ((unsigned long)card == OLD || ++calls > LIVES) return 3; /* not supported */
    *used = 1000ull * (unsigned long)card;
    return 0;
}
const char *nvmlErrorString(nvmlReturn_t status) { return "Not Supported"; }
"""
READ = """
from models.nvml import Nvml
try:
    meter = Nvml()
    print(meter.joules())
    print(meter.joules())
except OSError as error:
    print(type(error).__name__)
"""


def read_with(folder: Path, **driver: int) -> list[str]:
    """What a process reads that finds such a driver. Card n used n joules; `OLD` none."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to build a driver with")
    (folder / "driver.c").write_text(DRIVER)
    named = [f"-D{name}={value}" for name, value in driver.items()]
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(
        [compiler, "-shared", "-fPIC", *named, "-o", library, folder / "driver.c"], check=True
    )
    seen = {**os.environ, "LD_LIBRARY_PATH": str(folder), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ],
        check=True, capture_output=True, text=True, env=seen,
    )  # fmt: skip
    return told.stdout.split()


def test_cards_that_count_are_summed_and_others_left_out(tmp_path: Path) -> None:
    assert read_with(tmp_path, INIT=0, OLD=2, LIVES=99) == ["4.0", "4.0"]


def test_a_driver_that_is_not_loaded_is_no_meter(tmp_path: Path) -> None:
    assert read_with(tmp_path, INIT=9, OLD=0, LIVES=99) == ["OSError"]


def test_cards_without_a_counter_are_no_meter(tmp_path: Path) -> None:
    assert read_with(tmp_path, INIT=0, OLD=0, LIVES=0) == ["FileNotFoundError"]


def test_a_card_that_falls_silent_is_an_error_that_a_meter_may_raise(tmp_path: Path) -> None:
    assert read_with(tmp_path, INIT=0, OLD=0, LIVES=6) == ["6.0", "OSError"]


def test_without_a_driver_there_is_no_meter() -> None:
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        with pytest.raises(OSError, match="Not Found"):
            Nvml()
    else:
        pytest.skip("this machine has a driver")
