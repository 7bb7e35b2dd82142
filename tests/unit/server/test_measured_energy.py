"""Where the machine counts its energy, an answer says what it used; never nought for unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from adapters import ScriptedGenerator
from demo import asked_by, employee

from models.metering import open_sharing
from models.ports import Prompt
from server.audit.log import SealedOutcome
from server.lazy import Lazy
from server.wiring import Vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de télétravail par semaine ?"


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
