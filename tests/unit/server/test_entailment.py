"""A house with a model of entailment puts it on the record, and stops with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import tiny_cross_encoder
from conftest import Opened
from demo import asked_by, employee

from models.cross_encoder import CrossEncoderEntailment
from models.errors import WritingRevokedError
from server.audit.log import SealedOutcome
from server.judging import examined
from server.outcomes import Mode
from server.switched import SwitchedEntailment

pytestmark = pytest.mark.slow


def test_a_house_with_a_model_of_entailment_names_it_and_stops_with_it(
    open_house: Opened, furnished: Path, tmp_path: Path
) -> None:
    folder = tiny_cross_encoder.build(tmp_path / "nli", names=tiny_cross_encoder.NLI)
    home = tmp_path / "careful"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    house = open_house(home, generator="extractive", entailment=folder)

    *_, last = house.answering.answer(asked_by(employee(house), "Combien de jours de congés ?"))

    assert isinstance(last, SealedOutcome)
    identity = house.answering.engines.guards.get().entailment
    assert identity is not None
    assert identity.digest in str(house.record.answer(last.record))
    checks = {one["name"]: one["sentence"] for one in examined(house.settings)["checks"]}
    assert "read a sentence" in checks["entailment"]
    assert checks["energy"].startswith(("measured: rapl", "estimated, 10 W a busy core"))

    house.switch.tighten(Mode.OFF, "test", "test")
    with pytest.raises(WritingRevokedError):
        SwitchedEntailment(CrossEncoderEntailment(folder), house.switch).entails(["a"], "a")
