"""Where the machine counts its energy, an answer says what it used; never nought for unknown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from adapters import ScriptedGenerator
from demo import asked_by, employee

from models.metering import open_sharing
from models.ports import Charged, Permit, Prompt, Writing
from server.audit.log import SealedOutcome
from server.lazy import Lazy
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de télétravail par semaine ?"


class Working(ScriptedGenerator):
    """Works for so many CPU seconds before it writes."""

    def __init__(self, cpu_s: float) -> None:
        super().__init__(lambda _: ["Une phrase.\n"])
        self._cpu_s = cpu_s

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        assert isinstance(permit, Charged)
        permit.charge(self._cpu_s)
        return super().write(prompt, permit)


def counter(root: Path) -> Path:
    """The one counter of a folder in the shape of /sys/class/powercap."""
    zone = root / "intel-rapl:0"
    zone.mkdir()
    (zone / "name").write_text("package-0\n")
    (zone / "max_energy_range_uj").write_text("262143328850\n")
    (zone / "energy_uj").write_text("1000\n")
    return zone / "energy_uj"


def energy_of(house: Vigie, root: Path, writing: ScriptedGenerator) -> dict[str, Any]:
    answering = house.answering
    metered = replace(
        answering,
        house=replace(answering.house, power=open_sharing(root)),
        engines=replace(answering.engines, generator=Lazy(lambda: writing)),
    )
    *_, last = metered.answer(asked_by(employee(house), QUESTION))
    assert isinstance(last, SealedOutcome)
    energy = last.facts["energy"]
    assert isinstance(energy, dict)
    return energy


def test_an_answer_is_charged_what_the_counters_say(demo_house: Vigie, tmp_path: Path) -> None:
    turned = counter(tmp_path)

    def writing(_: Prompt) -> Iterator[str]:
        yield "Une phrase "
        turned.write_text(f"{1000 + 7_200_000}\n")  # 7.2 J, two thousandths of a watt-hour
        yield "de plus.\n"

    energy = energy_of(demo_house, tmp_path, ScriptedGenerator(writing))

    assert energy == {"wh": pytest.approx(0.002), "method": "measured", "counters": ["rapl"]}


def test_a_counter_that_goes_away_leaves_an_estimate(demo_house: Vigie, tmp_path: Path) -> None:
    turned = counter(tmp_path)

    def writing(_: Prompt) -> Iterator[str]:
        turned.unlink()
        yield "Une phrase.\n"

    energy = energy_of(demo_house, tmp_path, ScriptedGenerator(writing))

    assert energy["method"] == "estimated"
    assert energy["wh"] > 0


def test_without_a_counter_an_answer_is_charged_what_the_model_worked_for_it(
    demo_house: Vigie, tmp_path: Path
) -> None:
    energy = energy_of(demo_house, tmp_path, Working(cpu_s=360))

    assert energy == {"wh": pytest.approx(1.0, rel=0.01), "method": "estimated"}


def test_nobody_is_charged_for_what_others_do_meanwhile(demo_house: Vigie, tmp_path: Path) -> None:
    others: list[float] = []
    began = time.process_time()
    other = Thread(target=lambda: others.append(sum(range(9_000_000)) and time.thread_time()))

    def writing(_: Prompt) -> Iterator[str]:
        other.start()
        other.join()
        yield "Une phrase.\n"

    energy = energy_of(demo_house, tmp_path, ScriptedGenerator(writing))
    spent = time.process_time() - began

    assert 0 < energy["wh"] * 3600 / 10 <= spent - others[0]


def test_a_house_says_what_its_figures_are(demo_house: Vigie, tmp_path: Path) -> None:
    house = replace(demo_house.answering.house, power=None)
    counter(tmp_path)
    measured = replace(house, power=open_sharing(tmp_path))
    elsewhere = replace(measured, limits=replace(house.limits, elsewhere=True))

    assert [one.energy for one in (house, measured, elsewhere)] == ["estimated", "rapl", "unknown"]
