"""Energy is an estimate from CPU time; what is not known is not zero."""

from __future__ import annotations

import subprocess
import sys

import pytest

from models.energy import CpuMeter, estimate_wh


def test_an_hour_of_one_core_at_ten_watts_is_ten_watt_hours() -> None:
    assert estimate_wh(3600, 10) == pytest.approx(10)


def test_unknown_time_is_unknown_energy() -> None:
    assert estimate_wh(None, 10) is None


def test_the_meter_counts_from_its_start() -> None:
    ticks = iter([5.0, 7.5])

    meter = CpuMeter.start(lambda: next(ticks))

    assert meter.seconds() == pytest.approx(2.5)


def test_a_clock_that_does_not_move_measured_nothing() -> None:
    assert CpuMeter.start(lambda: 5.0).seconds() is None


def test_real_work_takes_time() -> None:
    meter = CpuMeter.start()

    sum(range(2_000_000))

    assert (meter.seconds() or 0) > 0


WORKING = "import time; sum(range(9_000_000)); print(time.process_time(), flush=True); input()"


def test_the_work_of_a_process_that_was_started_counts() -> None:
    meter = CpuMeter.start()
    with subprocess.Popen(
        [sys.executable, "-c", WORKING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        spent = float(child.stdout.readline())
        alive = meter.seconds() or 0
        child.communicate(b"\n")
    ended = meter.seconds() or 0

    assert alive >= spent - 0.02
    assert ended >= alive - 0.02, "what was spent stays spent; ticks are rounded"
